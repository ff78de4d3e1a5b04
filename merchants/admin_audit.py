"""For platform staff: every change, and every access, to search and to read."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin

from merchants import audit
from merchants.admin_parts import Blind, ReadOnly
from merchants.models import AccessEvent, Change

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STEPS: dict[str, "StrOrPromise"] = {
    "insert": pgettext_lazy("audit", "added"),
    "update": pgettext_lazy("audit", "changed"),
    "delete": pgettext_lazy("audit", "removed"),
}


class InWords(admin.AllValuesFieldListFilter):
    """Offers the column's values by what the table calls them."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        of = _thing if self.field_path == "subject" else _step
        for choice in super().choices(changelist):
            value = str(choice["display"])
            yield choice | {"display": of(value)} if value in self.lookup_choices else choice


@admin.register(Change)
class ChangeAdmin(ReadOnly, Blind, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    blind_by = ("store", "store")
    list_display = ["at", "actor", "hat", "step", "thing", "row_id", "brand", "ip"]
    list_filter = [("subject", InWords), ("label", InWords), "hat"]
    list_select_related = ["actor", "brand"]
    list_per_page = 50
    search_fields = [
        "actor__email",
        "brand__name",
        "brand__slug",
        "=row_id",
        "context__ip",
        "context__request",
        "context__task",
    ]
    search_help_text = _("Person, brand, number of the row, IP address, request or task")
    ordering = ["-at", "-pgh_id"]
    show_full_result_count = False
    fields = [
        ("at", "step"),
        ("thing", "row_id"),
        ("brand", "store"),
        ("actor", "hat"),
        "where_from",
        "row",
    ]
    readonly_fields = ["step", "thing", "where_from", "row"]

    @admin.display(description=pgettext_lazy("audit", "change"), ordering="label")
    def step(self, change: Change) -> str:
        return _step(change.label)

    @admin.display(description=_("what was changed"), ordering="subject")
    def thing(self, change: Change) -> str:
        return _thing(change.subject)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        """Leave the rows out of the list, which shows none: each would be made for the sorting."""
        match = request.resolver_match
        is_list = match and match.url_name == "merchants_change_changelist"
        rows = super().get_queryset(request)
        return rows.defer("kept") if is_list else rows

    @admin.display(description=_("IP address"))
    def ip(self, change: Change) -> str:
        return (change.context or {}).get("ip") or "—"

    @admin.display(description=_("where from"))
    def where_from(self, change: Change) -> SafeString:
        return _as_text(change.context)

    @admin.display(description=pgettext_lazy("audit", "row"))
    def row(self, change: Change) -> SafeString:
        kept = change.kept.items()
        return _as_text({name: value for name, value in kept if not name.startswith("pgh_")})


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnly, Blind, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    blind_by = ("store", "store")
    list_display = ["at", "actor", "kind", "brand", "store", "evidence", "what", "ip"]
    list_filter = ["kind"]
    list_select_related = ["actor", "evidence", "store", "brand"]
    list_per_page = 50
    search_fields = ["actor__email", "store__title", "brand__name", "ip", "request"]
    search_help_text = _("Person, store, brand, IP address or request")
    ordering = ["-pk"]
    show_full_result_count = False


def _step(label: str) -> str:
    return str(STEPS.get(label, label))


def _thing(subject: str) -> str:
    return capfirst(str(audit.name_of(subject)))


def _as_text(kept: dict[str, object] | None) -> SafeString:
    text = json.dumps(kept, ensure_ascii=False, indent=2) if kept else "—"
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)
