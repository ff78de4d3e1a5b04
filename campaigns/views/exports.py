"""数据 · 导出: files that are too long to wait for, and those that are not."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns import tasks
from campaigns.exports import files, services
from campaigns.exports.file import FileForm, Gone
from campaigns.exports.files import address_of, file_of, form_of
from campaigns.exports.kept import bytes_of
from campaigns.models import Export, ExportKind
from campaigns.models.export import may_ask
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from merchants.services import Refused
from portal.lib import days
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS

ROWS_A_PAGE = 20


def file_or_offer(
    request: BrandRequest, kind: ExportKind, form: FileForm, ending: str
) -> HttpResponse:
    """Answer a valid form with its file and record who took it; or offer to make a long one."""
    if ending not in WRITERS:
        raise Http404
    try:
        file = file_of(kind, request.membership, form)
    except Gone:
        raise Http404 from None
    if file.rows > files.AT_ONCE:
        context = {
            "form": form,
            "kind": kind,
            "ending": ending,
            "rows": file.rows,
            "name": f"{file.name}.{ending}",
            "asked": address_of(form),
            "refused": services.too_long() if file.rows > files.MOST else "",
        }
        status = 422 if file.rows > files.MOST else 200
        return render_page(request, "campaigns/export_offer.html", context, status=status)
    name = f"{file.name}.{ending}"
    record(request, AccessKind.EXPORT, store=file.store, what=name)
    return file_answer(file.lines, ending, name, made=file.moment)


@require_GET
@brand_view(Role.VIEWER)
def export_list(request: BrandRequest) -> HttpResponse:
    return _list_page(request)


@require_POST
@brand_view(Role.VIEWER)
def export_ask(request: BrandRequest) -> HttpResponse:
    ending = request.POST.get("ending", "")
    if ending not in WRITERS:
        raise Http404
    kind = _kind(request.POST.get("what", ""))
    if not may_ask(request.membership, kind):
        raise PermissionDenied
    form = form_of(kind, request.membership, request.POST)
    try:
        if not form.is_valid():
            raise Gone
        export = services.ask_for(request.membership, kind, form, ending)
    except Gone:
        return _list_page(request, refused=_("Part of what it asks for is gone."))
    except Refused as refusal:
        return _list_page(request, refused=str(refusal))
    make_soon(export)
    messages.success(request, _("It is being made. You are told when it is ready."))
    return redirect("campaigns:exports", request.brand.slug)


@require_GET
@brand_view(Role.VIEWER)
def export_file(request: BrandRequest, export_pk: int) -> HttpResponse:
    """Answer with the bytes that were made, as long as they are kept and may be seen."""
    return taken(request, export_pk)


def taken(request: BrandRequest, export_pk: int) -> HttpResponse:
    """Record who took the file, and stream it; of anybody else's nothing is found."""
    mine = Export.objects.seen_by(request.membership).there(days.known_now())
    export = get_object_or_404(mine, pk=export_pk)
    record(request, AccessKind.EXPORT, store=export.store_id, what=export.name)
    content = bytes_of(export, request.membership)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.name}"',
        "Content-Length": str(export.size),
    }
    _write, content_type = WRITERS[export.ending]
    answer = StreamingHttpResponse(content, content_type=content_type, headers=headers)
    return cast(HttpResponse, answer)  # what every view answers; they share no narrower base


def make_soon(export: Export) -> None:
    """Hint at it once it is committed: a hint that the broker loses costs a minute."""
    transaction.on_commit(lambda: tasks.make_export.delay(export.pk), robust=True)


def _kind(name: str) -> ExportKind:
    try:
        return ExportKind(name)
    except ValueError:
        raise Http404 from None


def _list_page(request: BrandRequest, *, refused: str = "") -> HttpResponse:
    exports = Export.objects.seen_by(request.membership).newest_first()
    now = days.known_now()
    page = Paginator(exports, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "now": now,
        "refused": refused,
        "is_moving": any(export.is_owed for export in page),
    }
    template = "campaigns/exports.html"
    status = 422 if refused else 200
    return render_page(request, template, context, fragment="exports", status=status)
