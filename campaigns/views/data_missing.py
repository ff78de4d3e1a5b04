"""数据 · 缺失笔记: which notes of a campaign have not returned what they owe, line by line."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.data import MissingFilter
from campaigns.models import Campaign
from campaigns.results.coverage import (
    STAR_WINDOWS,
    CampaignCoverage,
    StarCoverage,
    campaign_coverage,
    star_coverage,
)
from campaigns.results.metrics import WINDOWS
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from portal.lib import days
from portal.lib.htmx import render_page
from portal.lib.sheets import Cell

ROWS_A_PAGE = 50


@require_GET
@brand_view(Role.VIEWER)
def data_missing(request: BrandRequest) -> HttpResponse:
    form = _filter(request)
    context: dict[str, Any] = {  # whatever the template is given
        "form": form,
        "windows": WINDOWS,
        "star_windows": STAR_WINDOWS,
        "known_at": days.known_now(),
    }
    if campaign := form.chosen:
        covered = campaign_coverage(campaign, request.membership, form.chosen_window)
        star = star_coverage(campaign, request.membership, form.chosen_window)
        context |= {
            "campaign": campaign,
            "covered": covered,
            "page": Paginator(covered.missing, ROWS_A_PAGE).get_page(request.GET.get("page")),
            "star": star,
            "star_missing": [each for each in star if each.is_missing],
        }
    return render_page(request, "campaigns/data_missing.html", context, fragment="missing")


@require_GET
@brand_view(Role.VIEWER)
def data_missing_file(request: BrandRequest, line: str, kind: str) -> HttpResponse:
    """Answer with what is missing on one line: direct links and star tasks are two files."""
    form = _filter(request)
    campaign = form.chosen
    if campaign is None or line not in {"notes", "star"}:
        raise Http404
    window = form.chosen_window
    if line == "notes":
        rows = _note_rows(campaign_coverage(campaign, request.membership, window), window)
    else:
        rows = _star_rows(star_coverage(campaign, request.membership, window), window)
    name = f"{request.brand.slug}-missing-{line}-{campaign.pk}-{window}d.{kind}"
    answer = file_answer(rows, kind, name)
    record(request, AccessKind.EXPORT, what=name)
    return answer


def _filter(request: BrandRequest) -> MissingFilter:
    campaigns = Campaign.objects.seen_by(request.membership).newest_first()
    return MissingFilter(request.GET, list(campaigns))


def _note_rows(covered: CampaignCoverage, window: int) -> Iterator[list[Cell]]:
    heads = [_("Note id"), _("Note"), _("Creator"), _("Store"), _("Attribution window")]
    yield [*heads, _("Missing since"), _("Last returned"), _("Days returned"), _("Days expected")]
    for each in covered.missing:
        note = each.note
        who: list[Cell] = [note.note_id, note.title, note.creator, note.store.name_now, window]
        days_told = [each.missing_since, each.last_returned]
        shown = [day.isoformat() if day else None for day in days_told]
        yield [*who, *shown, each.returned, each.expected]


def _star_rows(found: list[StarCoverage], window: int) -> Iterator[list[Cell]]:
    heads = [_("Note id"), _("Note"), _("Star task"), _("Store"), _("Attribution window")]
    yield [*heads, _("Missing since"), _("Last in Pugongying"), _("Last in Xinghe")]
    for each in found:
        if each.is_missing:
            row = each.row
            who: list[Cell] = [
                row.note.note_id,
                row.note.title,
                row.star_task.name,
                row.store.name_now,
                window,
            ]
            told = [each.missing_since, each.by_pugongying, each.by_xinghe]
            yield [*who, *(day.isoformat() if day else None for day in told)]
