"""数据 › 导入: take in a file, look at what applying it would do, apply it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from campaigns import tasks
from campaigns.forms.data import RefusedFileForm
from campaigns.forms.imports import ImportForm
from campaigns.imports.formats import FORMATS
from campaigns.imports.intake import AlreadyHere, keep_file
from campaigns.models import ExportKind, FileImport, FileRoad, ImportStatus
from campaigns.views.exports import file_or_offer
from campaigns.views.sheets import approved_stores
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import IllegalMove, Role
from portal.lib.htmx import render_page

ROWS_A_PAGE = 50
FILES_A_PAGE = 20
AT_ONCE = 1  # parts that are worked on while the person waits; a worker does the rest


@require_safe
@brand_view(Role.VIEWER)
def import_list(request: BrandRequest) -> HttpResponse:
    return _list_page(request, ImportForm(stores=approved_stores(request)))


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)  # reading a file is as slow as a call
def import_upload(request: BrandRequest) -> HttpResponse:
    with brand_scope(request):
        form = ImportForm(request.POST, request.FILES, stores=approved_stores(request))
    if not form.is_valid():
        with brand_scope(request):
            return _list_page(request, form, status=422)
    try:
        found = keep_file(
            form.chosen_store, form.path, name=form.name, by=request.user, road=FileRoad.PAGE
        )
    except AlreadyHere as same:
        found = same.found
        messages.info(request, _already(found))
    else:
        _work_on(found)
    return redirect("campaigns:import", request.brand.slug, found.pk)


@require_safe
@brand_view(Role.VIEWER)
def import_detail(request: BrandRequest, import_pk: int) -> HttpResponse:
    found = _found(request, import_pk)
    format_ = FORMATS.get(found.kind)
    absent = set(found.absent)
    context = {
        "found": found,
        "absent": [each.labels[0] for each in format_.columns if each.name in absent]
        if format_
        else [],
        "page": Paginator(found.quarantined.order_by("number"), ROWS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "has_rows": found.parts.exists(),
        "twins": _twins(request, found) if found.needs_word else [],
        "events": found.events.select_related("actor").order_by("-at", "-pk"),
        "may_apply": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/import.html", context, fragment="verdict")


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)
def import_move(request: BrandRequest, import_pk: int, move: str) -> HttpResponse:
    """Apply what was checked, check it again, discard it, or try again what workers failed on."""
    with brand_scope(request):
        found = _found(request, import_pk)
        try:
            _move(found, move, request)
        except IllegalMove as problem:
            messages.warning(request, str(problem))
            return redirect("campaigns:import", request.brand.slug, found.pk)
    _work_on(found)
    return redirect("campaigns:import", request.brand.slug, found.pk)


@require_safe
@brand_view(Role.VIEWER)
def import_refused(request: BrandRequest, import_pk: int) -> HttpResponse:
    found = _found(request, import_pk)
    imports = FileImport.objects.seen_by(request.membership)
    form = RefusedFileForm({"file_import": found.pk}, imports)
    form.full_clean()
    return file_or_offer(request, ExportKind.REFUSED, form, "csv")


def _move(found: FileImport, move: str, request: BrandRequest) -> None:
    if move == "retry":
        found.try_again()
        return
    is_sure = request.POST.get("sure") == "on"
    verbs: dict[str, Callable[..., None]] = {
        "apply": partial(found.ask_to_apply, is_sure=is_sure),
        "check": found.ask_to_check,
        "discard": found.discard,
    }
    if move not in verbs:
        raise Http404
    if move != "discard" and not found.parts.exists():
        raise IllegalMove(_("The rows of this file are no longer kept. Upload it again."))
    verbs[move](by=request.user)


def _already(found: FileImport) -> str:
    if found.status == ImportStatus.APPLIED:
        return _("This file was applied already: there is nothing to do.")
    return _("This file was uploaded before. Here is how it stands.")


def _twins(request: BrandRequest, found: FileImport) -> list[FileImport]:
    """Return the imports of the same file for other stores, as far as the person may see them."""
    same = FileImport.objects.seen_by(request.membership).same_for_another(
        found.store, found.sha256
    )
    return list(same.select_related("store").newest_first())


def _work_on(found: FileImport) -> None:
    """Do it now, or hint at it: a hint that the broker loses costs a minute."""
    if found.status not in (ImportStatus.READING, ImportStatus.APPLYING):
        return
    if found.part_count <= AT_ONCE:
        tasks.work_on_import(found.pk)
        return
    with suppress(OperationalError):
        tasks.work_on_import.delay(found.pk)


def _found(request: BrandRequest, import_pk: int) -> FileImport:
    imports = FileImport.objects.seen_by(request.membership)
    return get_object_or_404(imports.select_related("store", "uploaded_by"), pk=import_pk)


def _list_page(request: BrandRequest, form: ImportForm, *, status: int = 200) -> HttpResponse:
    imports = FileImport.objects.seen_by(request.membership).newest_first()
    page = Paginator(imports.select_related("store", "uploaded_by"), FILES_A_PAGE)
    context = {
        "form": form,
        "page": page.get_page(request.GET.get("page")),
        "may_apply": request.membership.allows(Role.MARKETER),
        "kinds": [each.kind.label for each in FORMATS.values()],
    }
    return render_page(request, "campaigns/imports.html", context, status=status)
