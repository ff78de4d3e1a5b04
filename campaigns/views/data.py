"""数据: which day of which source has arrived, what is still being pulled, and what is wrong."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.models import ReportWish, SyncWindow
from campaigns.reports import REPORTS
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from campaigns.sync.calendar import state_of
from campaigns.sync.connection_health import connection_health
from campaigns.sync.outlook import outlook
from campaigns.sync.progress import unfinished
from campaigns.sync.refusals import reason_shown
from campaigns.sync.windows import readers
from campaigns.views.calendar import Context, calendar, looks
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, Role, Store
from portal.lib import days
from portal.lib.htmx import render_page, wants_fragment

MOST_PAGES, SOME_ROWS = 50, 5


@require_GET
@brand_view(Role.VIEWER)
def data(request: BrandRequest) -> HttpResponse:
    windows = SyncWindow.objects.seen_by(request.membership)
    owed = unfinished(windows, today=days.today(), now=timezone.now())
    context: Context = {"owed": owed, "is_moving": any(each.is_moving for each in owed)}
    if not wants_fragment(request):
        joined = Connection.objects.seen_by(request.membership)
        wishes = ReportWish.objects.seen_by(request.membership)
        context |= calendar(request) | {
            "connections": connection_health(joined, windows),
            "may_consent": request.membership.allows(Role.OWNER),
            "may_ask": request.membership.allows(Role.MARKETER),
            "by_placement": wishes.stores_with(NOTE_PLACEMENT_DAY.key),
            "consented": {each.store_id for each in readers(joined, NOTE_PLACEMENT_DAY)},
        }
    return render_page(request, "campaigns/data.html", context, fragment="pulling")


@require_POST
@brand_view(Role.MARKETER)
def data_placements(request: BrandRequest, store_pk: int) -> HttpResponse:
    """Have the store's note report pulled by placement too, or no more."""
    store = get_object_or_404(Store.objects.seen_by(request.membership).present(), pk=store_pk)
    report = NOTE_PLACEMENT_DAY
    if request.POST.get("wanted"):
        ReportWish.objects.ask(store, report.key, by=request.user)
        told = _("The placements of %(store)s are pulled from tonight on, the last %(n)s days too.")
    else:
        ReportWish.objects.leave(store, report.key)
        told = _("The placements of %(store)s are pulled no more. What has arrived stays.")
    messages.success(request, told % {"store": store.title, "n": report.backfill})
    return redirect("campaigns:data", request.brand.slug)


@require_GET
@brand_view(Role.VIEWER)
def data_window(request: BrandRequest, window_pk: int) -> HttpResponse:
    """Show one business day of one report: its state, what was pulled, and what happens next."""
    seen = SyncWindow.objects.seen_by(request.membership).select_related("store", "connection")
    window = get_object_or_404(seen, pk=window_pk, report__in=REPORTS)
    pages = list(window.pages.order_by("-pull", "number")[:MOST_PAGES])
    refused = window.quarantined.unsettled().newest_first()
    css, sign, word = looks()[state_of(window)]
    context = {
        "window": window,
        "report": REPORTS[window.report],
        "css": css,
        "sign": sign,
        "word": word,
        "pages": [page for page in pages if page.pull == pages[0].pull],
        "refused": [(row, reason_shown(row.reason)) for row in refused[:SOME_ROWS]],
        "refused_count": refused.count(),
        "outlook": outlook(window, today=days.today(), now=timezone.now()),
    }
    return render_page(request, "campaigns/data_window.html", context)
