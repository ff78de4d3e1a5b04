"""数据: a business day as imported files tell it, and which file to fetch next."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.imports.told import FileDay, FileDayState, FileLine, day_of, tellings, told_until
from campaigns.models import FileImport, FileKind
from campaigns.results.maturity import matures_on
from campaigns.views.calendar import file_look
from campaigns.views.months import asked_day
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib import days
from portal.lib.htmx import render_page

MOST_FILES = 20


@require_GET
@brand_view(Role.VIEWER)
def data_file_day(
    request: BrandRequest, store_pk: int, kind: str, window: int, day: str
) -> HttpResponse:
    """Show which files tell a day of a store, and what a person does about it next."""
    stores = Store.objects.seen_by(request.membership)
    store = get_object_or_404(stores, pk=store_pk)
    asked = asked_day(day)
    if kind not in FileKind.values:
        raise Http404
    imports = FileImport.objects.seen_by(request.membership).filter(store=store)
    span = told_until(imports, kind, window)
    if span is None:
        raise Http404
    told = tellings(imports, kind, window, asked)
    state = day_of(told, span, asked)
    line = FileLine(store, FileKind(kind), window, {asked: state})
    context = {
        "line": line,
        "day": asked,
        "look": file_look(asked, state, line.attribution, line.source.lag),
        "told": told[:MOST_FILES],
        "more": max(0, len(told) - MOST_FILES),
        "newest": span[1],
        "next_step": _next_step(line, asked, state),
        "may_import": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/data_file_day.html", context)


def _next_step(line: FileLine, day: date, told: FileDay) -> str:
    """Say in words whether another file is wanted, from when on, and of what."""
    if told.state == FileDayState.REFUSED:
        return _("Some of its rows were refused: the file's page says why, row by row.")
    if told.state == FileDayState.BLANK:
        return _("Nothing, if nothing happened on it. Otherwise export the day again.")
    if told.told_on is None:
        return _("Export it, together with the days that follow.")
    final_on = matures_on(day, line.attribution, line.source.lag)
    if told.told_on >= final_on:
        return _("Nothing: it was final when the file came.")
    if days.today() < final_on:
        said = _("Its figures still grow. They are final on %(day)s: export the day again then.")
    else:
        said = _("Its figures grew until %(day)s, after the file had come: export the day again.")
    return said % {"day": final_on}
