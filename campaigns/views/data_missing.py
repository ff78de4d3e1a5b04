"""数据 · 缺失笔记: which notes of a campaign have not returned what they owe, line by line."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.forms.data import MissingFileForm, MissingFilter
from campaigns.models import Campaign, ExportKind
from campaigns.results.coverage import STAR_WINDOWS, campaign_coverage, star_coverage
from campaigns.results.metrics import WINDOWS
from campaigns.views.exports import file_or_offer
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib import days
from portal.lib.htmx import render_page

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
    form = MissingFileForm({**request.GET.dict(), "line": line}, _campaigns(request))
    if form.chosen is None or "line" in form.errors:
        raise Http404
    return file_or_offer(request, ExportKind.MISSING, form, kind)


def _filter(request: BrandRequest) -> MissingFilter:
    return MissingFilter(request.GET, _campaigns(request))


def _campaigns(request: BrandRequest) -> list[Campaign]:
    return list(Campaign.objects.seen_by(request.membership).newest_first())
