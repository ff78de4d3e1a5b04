"""Links by the sheet: upload, look at the verdicts, attach the good rows."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from campaigns import tasks
from campaigns.forms.sheets import SheetForm, VerdictFilter
from campaigns.links import bulk, sheet_files
from campaigns.links.sheet_rows import LAYOUT
from campaigns.models import LinkSheet, SheetRow, Verdict
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role, Store
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS, BadSheet, Cell

AT_ONCE = 300  # rows that are worked on while the person waits; a worker does the rest
ROWS_A_PAGE = 50
SHEETS = 20


@require_safe
@brand_view(Role.VIEWER)
def link_sheets(request: BrandRequest) -> HttpResponse:
    return _upload_page(request, SheetForm(stores=approved_stores(request)))


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)  # reading a file is as slow as a call
def sheet_upload(request: BrandRequest) -> HttpResponse:
    with brand_scope(request):
        form = SheetForm(request.POST, request.FILES, stores=approved_stores(request))
    if form.is_valid():
        try:
            sheet = bulk.keep_sheet(form.chosen_store, form.path, name=form.name, by=request.user)
        except BadSheet as problem:
            form.add_error("file", str(problem))
        else:
            _work_on(sheet)
            return redirect("campaigns:link_sheet", request.brand.slug, sheet.pk)
    with brand_scope(request):
        return _upload_page(request, form, status=422)


@require_safe
@brand_view(Role.VIEWER)
def link_sheet(request: BrandRequest, sheet_pk: int) -> HttpResponse:
    sheet = _sheet(request, sheet_pk)
    counts = SheetRow.objects.seen_by(request.membership).filter(sheet=sheet).counts()
    form = VerdictFilter(request.GET)
    rows = sheet.rows.in_order().select_related("note", "link")
    rows = rows.filter(verdict=form.shown) if form.shown else rows
    context = {
        "sheet": sheet,
        "counts": counts,
        "tabs": [(each.value, each.label, counts[each.value]) for each in Verdict],
        "judged": sum(counts.values()),
        "form": form,
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "may_attach": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/link_sheet.html", context, fragment="sheet")


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)
def sheet_attach(request: BrandRequest, sheet_pk: int) -> HttpResponse:
    with brand_scope(request):
        sheet = _sheet(request, sheet_pk)
        asked = sheet.ask_to_attach(by=request.user)
    if asked:
        _work_on(sheet)
    else:
        messages.warning(request, _("This sheet is being attached already, or was before."))
    return redirect("campaigns:link_sheet", request.brand.slug, sheet.pk)


@require_safe
@brand_view(Role.VIEWER)
def sheet_result(request: BrandRequest, sheet_pk: int, kind: str) -> HttpResponse:
    sheet = _sheet(request, sheet_pk)
    name = f"{request.brand.slug}-links-{sheet.pk}.{kind}"
    answer = file_answer(sheet_files.result(sheet), kind, name)
    record(request, AccessKind.EXPORT, store=sheet.store_id, what=name)
    return answer


@require_safe
@brand_view(Role.VIEWER)
def sheet_template(request: BrandRequest, kind: str) -> HttpResponse:
    return file_answer(sheet_files.template(), kind, f"redcat-links.{kind}")


def file_answer(
    rows: Iterable[Sequence[Cell]], kind: str, name: str, *, made: datetime | None = None
) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    write, content_type = WRITERS[kind]
    headers = {"Content-Disposition": str(content_disposition_header(True, name))}
    return HttpResponse(write(rows, made=made), content_type=content_type, headers=headers)


def approved_stores(request: BrandRequest) -> list[Store]:
    stores = Store.objects.seen_by(request.membership).present().approved()
    return list(stores.oldest_first())


def _work_on(sheet: LinkSheet) -> None:
    """Do it now, or hint at it: a hint that the broker loses costs a minute."""
    if sheet.row_count <= AT_ONCE:
        tasks.work_on_sheet(sheet.pk)
        return
    with suppress(OperationalError):
        tasks.work_on_sheet.delay(sheet.pk)


def _sheet(request: BrandRequest, sheet_pk: int) -> LinkSheet:
    sheets = LinkSheet.objects.seen_by(request.membership)
    return get_object_or_404(sheets.select_related("store", "uploaded_by"), pk=sheet_pk)


def _upload_page(request: BrandRequest, form: SheetForm, *, status: int = 200) -> HttpResponse:
    sheets = LinkSheet.objects.seen_by(request.membership).newest_first().defer("cells")
    context = {
        "form": form,
        "sheets": sheets.select_related("store", "uploaded_by")[:SHEETS],
        "may_attach": request.membership.allows(Role.MARKETER),
        "most": bulk.MOST,
        "columns": {key: column.shown for key, column in LAYOUT.items()},
    }
    return render_page(request, "campaigns/link_sheets.html", context, status=status)
