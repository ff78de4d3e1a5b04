"""A store's evidence: uploaded by its brand, and shown to nobody else but platform staff."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from merchants import evidence
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.access_events import record
from merchants.evidence_forms import EvidenceForm
from merchants.models import AccessKind, EvidenceKind, Role, Store
from merchants.services import Refused
from merchants.views.stores import own_store, store_page
from portal.lib.documents import Unreadable


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)  # a check is as slow as a call
def evidence_upload(request: BrandRequest, store_id: int, kind: str) -> HttpResponse:
    with brand_scope(request):
        store = own_store(request, store_id)
        form = _form(request, store, kind)
        if not form.is_valid():
            return store_page(request, store, evidence_form=form, status=422)
    try:
        kept = evidence.keep(request.brand, form.cleaned_data["file"])
        with brand_scope(request):
            evidence.add(store, kept, form.stated, by=request.user)
    except (Unreadable, Refused) as refusal:
        form.add_error("file", str(refusal))
        with brand_scope(request):
            return store_page(request, own_store(request, store_id), evidence_form=form, status=422)
    messages.success(request, _("%(name)s is on file.") % {"name": kept.name})
    return redirect("merchants:store", request.brand.slug, store_id)


@require_GET
@brand_view(Role.VIEWER)
def evidence_file(request: BrandRequest, store_id: int, evidence_id: int) -> HttpResponse:
    pieces = own_store(request, store_id).evidence.seen_by(request.membership)
    piece = get_object_or_404(pieces, pk=evidence_id)
    record(request, AccessKind.OPENED, store=store_id, what=piece.name)
    return evidence.answer(piece)


def _form(request: BrandRequest, store: Store, kind: str) -> EvidenceForm:
    if kind not in EvidenceKind.values:
        raise Http404
    pieces = store.evidence.seen_by(request.membership).current().filter(kind=kind)
    known = list(pieces.newest_first())
    return EvidenceForm(request.POST, request.FILES, kind=EvidenceKind(kind), pieces=known)
