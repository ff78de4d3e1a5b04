"""What the search over the whole admin finds: brands, stores and applications, by name."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from merchants.models import Application, Brand, Store

MOST = 10  # of each kind; whoever needs more searches the list itself
FOUND: dict[type[Model], str] = {Brand: "sell", Store: "storefront", Application: "inbox"}


def found(request: HttpRequest, term: str) -> list[SearchResult]:
    """Search as each list of the admin does, among the rows that this person may see."""
    results = []
    for model, icon in FOUND.items():
        pages = admin.site.get_model_admin(model)
        if not pages.has_view_permission(request):
            continue
        rows = pages.get_queryset(request)
        rows, _has_twice = pages.get_search_results(request, rows, term)
        name = model._meta.verbose_name
        for row in rows.distinct().order_by("-pk")[:MOST]:
            link = reverse(
                f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[row.pk]
            )
            results.append(SearchResult(_title(row), str(name), link, icon))
    return results


def _title(row: Model) -> str:
    return f"{row} · {row.store}" if isinstance(row, Application) else str(row)
