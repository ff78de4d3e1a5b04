"""效果: what the direct links brought, as a page and as the file of what it shows."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from campaigns.forms.results import QuestionForm
from campaigns.models import Note
from campaigns.results import queries, table, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.calendar import PRESETS, last_days, seasons_begun
from campaigns.results.funnel import funnel
from campaigns.results.metrics import METRICS, WINDOWS
from campaigns.results.receipts import receipt
from campaigns.results.shown import Cell, cell
from merchants.access import BrandRequest, brand_view
from merchants.models import Partner, Role, Store
from portal.lib.htmx import render_page
from portal.lib.sheets import csv_file

NOTES_ON_A_PAGE = 50
TEMPLATE = "campaigns/results.html"


@require_GET
@brand_view(Role.VIEWER)
def results(request: BrandRequest) -> HttpResponse:
    form = _read_form(request)
    return _render(request, form, status=200 if form.is_valid() else 422)


@require_GET
@brand_view(Role.VIEWER)
def results_csv(request: BrandRequest) -> HttpResponse:
    """Answer with the note table, all pages of it."""
    form = _read_form(request)
    if not form.is_valid():
        return _render(request, form, status=422)
    ...
