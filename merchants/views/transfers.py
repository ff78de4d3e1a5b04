"""A store on its way to another brand: asked for, withdrawn, and answered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from merchants import ownership, services, transfers
from merchants.access import BrandRequest, brand_view
from merchants.models import IllegalMove, Role, StoreRelease
from merchants.models.transfers import REGISTER_WITHIN
from merchants.transfer_forms import ReleaseAnswerForm, TransferForm
from merchants.transfers import Seller
from merchants.views.stores import may_register, own_store
from portal.lib import days
from portal.lib.htmx import render_page


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def transfer_ask(request: BrandRequest) -> HttpResponse:
    """Ask for the store whose seller has just consented; without that there is nothing to ask."""
    if not may_register(request):
        raise PermissionDenied
    seller = ownership.proved(request, request.brand)
    if seller is None:
        messages.error(
            request,
            _("First show at Tmall that the store is yours: register it, then ask for it."),
        )
        return redirect("merchants:stores", request.brand.slug)
    form = TransferForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _request(request, seller, form):
        return redirect("merchants:stores", request.brand.slug)
    context = {"seller": seller, "form": form, "days": REGISTER_WITHIN.days}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/transfer_ask.html", context, status=status)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def transfer_withdraw(request: BrandRequest, transfer_id: int) -> HttpResponse:
    """Ask once, and say what will happen."""
    mine = request.brand.transfers.seen_by(request.membership)
    transfer = get_object_or_404(mine, pk=transfer_id)
    if request.method != "POST" and transfer.is_requested:
        return render_page(request, "merchants/transfer_withdraw.html", {"transfer": transfer})
    if request.method == "POST":
        try:
            transfers.withdraw_transfer(transfer, by=request.user)
        except IllegalMove as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("The request for %(store)s is withdrawn.")
            messages.success(request, said % {"store": transfer.title})
    return redirect("merchants:stores", request.brand.slug)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def release_answer(request: BrandRequest, store_id: int, release_id: int) -> HttpResponse:
    """Agree or object to what another brand asks for; the page says what each would mean."""
    store = own_store(request, store_id)
    releases = StoreRelease.objects.seen_by(request.membership).select_related("store")
    release = get_object_or_404(releases, pk=release_id, store=store)
    form = ReleaseAnswerForm(request.POST or None, initial=_given(release))
    if request.method == "POST" and form.is_valid() and _answer(request, release, form):
        return redirect("merchants:store", request.brand.slug, store.pk)
    context = {
        "store": store,
        "release": release,
        "form": form,
        "is_open": release.is_open_on(days.today()),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/release_answer.html", context, status=status)


def _given(release: StoreRelease) -> dict[str, str]:
    """Return the present answer, as the form has it."""
    answer = "agree" if release.has_agreed else "object"
    return {"answer": answer, "text": release.answer} if release.is_answered else {}


def _request(request: BrandRequest, seller: Seller, form: TransferForm) -> bool:
    """Request the transfer, or write on the form why not."""
    try:
        transfer = transfers.request_transfer(
            request.brand, seller, **form.cleaned_data, by=request.user
        )
    except services.Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    ownership.forget(request)
    said = _("The transfer of %(store)s is requested; the brand that has it may answer by %(day)s.")
    messages.success(request, said % {"store": transfer.title, "day": transfer.answer_by})
    return True


def _answer(request: BrandRequest, release: StoreRelease, form: ReleaseAnswerForm) -> bool:
    """Keep the answer, or write on the form why not."""
    agrees = form.cleaned_data["answer"] == "agree"
    try:
        text = form.cleaned_data["text"]
        transfers.answer_release(release, agrees=agrees, text=text, by=request.user)
    except (services.Refused, IllegalMove) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your answer is kept; the platform decides."))
    return True
