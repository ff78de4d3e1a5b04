"""数据 · 重述: what the partners said first, what they say now, and which notes moved."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from campaigns.forms.data import RestatedFilter
from campaigns.reports.note_placement_day import CODE, LARGEST_CODE
from campaigns.results import restated
from campaigns.results.queries import NoteKey, titles
from campaigns.results.restated import Feed, Moved
from campaigns.views.data_quarantine import stores_of
from campaigns.views.months import asked_day
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib import days
from portal.lib.htmx import render_page

ROWS_A_PAGE = 50


@require_GET
@brand_view(Role.VIEWER)
def data_restated(request: BrandRequest) -> HttpResponse:
    stores = stores_of(request)
    form = RestatedFilter(request.GET, stores, restated.metrics())
    found = restated.restatements(
        request.membership, days.today(), metric=form.chosen_metric, store=form.chosen_store
    )
    shown = [each for each in found if form.with_small or not each.is_small]
    names = {store.pk: store.title for store in stores}
    page = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(each, names.get(each.store, "")) for each in page],
        "small_count": len(found) - len(shown),
        "known_at": days.known_now(),
        "followed_days": restated.DAYS,
        "floor_fen": restated.FLOOR_FEN,
        "floor_count": restated.FLOOR_COUNT,
        "many_stores": len(stores) > 1,
    }
    return render_page(request, "campaigns/data_restated.html", context, fragment="restated")


@require_GET
@brand_view(Role.VIEWER)
def data_restated_notes(
    request: BrandRequest, store_pk: int, metric: str, day: str, night: str
) -> HttpResponse:
    store = get_object_or_404(Store.objects.seen_by(request.membership), pk=store_pk)
    followed = restated.find_metric(metric)
    if followed is None:
        raise Http404
    feed, figure = followed
    of_day, of_night = asked_day(day), asked_day(night)
    part = _part_asked(request, feed)
    rows = feed.rows(request.membership, store=store.pk).filter(day=of_day)
    if part is not None:
        rows = rows.filter(**{feed.part: part})
    starts = days.starts_at(of_night)
    found = restated.moved(feed, figure, rows, starts=starts, ends=starts + timedelta(days=1))
    context = {
        "store": store,
        "line": feed.called(part),
        "figure": figure,
        "day": of_day,
        "night": of_night,
        "rows": _named(request, feed, found),
    }
    return render_page(request, "campaigns/data_restated_notes.html", context)


def _part_asked(request: BrandRequest, feed: Feed) -> int | None:
    """Return which part of a split report is asked for; it has to be one."""
    if not feed.part:
        return None
    asked = request.GET.get("part", "")
    if not CODE.fullmatch(asked) or int(asked) > LARGEST_CODE:
        raise Http404
    return int(asked)


def _named(request: BrandRequest, feed: Feed, found: list[Moved]) -> list[tuple[Moved, object]]:
    """Put each note beside its figures, where the list of notes knows it."""
    if feed.names != "note_id":
        return [(each, None) for each in found]
    keys = {each: NoteKey(each.connection or 0, each.name) for each in found}
    notes = titles(request.brand, request.membership, keys.values())
    return [(each, notes.get(keys[each])) for each in found]
