"""Settings · Members: who may do what for a brand, for which stores."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from merchants import members, roster
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.mails import send_invitation
from merchants.member_forms import InviteForm, PlaceForm, form_of
from merchants.models import Invitation, Membership, Role
from merchants.services import Refused
from portal.lib.htmx import render_page

MOVES = {
    "suspend": (members.suspend_member, gettext_lazy("%(who)s is suspended.")),
    "reinstate": (members.reinstate_member, gettext_lazy("%(who)s is back.")),
    "remove": (members.remove_member, gettext_lazy("%(who)s is no longer a member.")),
}
SENT = gettext_lazy("The invitation is on its way to %(email)s.")
NOT_SENT = gettext_lazy("The mail to %(email)s could not be sent. Send it again a little later.")


@require_safe
@brand_view(Role.VIEWER)
def member_list(request: BrandRequest) -> HttpResponse:
    return _list_page(request)


@require_POST
@brand_view(Role.OWNER, calls_partner=True)
def member_invite(request: BrandRequest) -> HttpResponse:
    """Write the invitation, and send its mail when that is done: a mail server may be slow."""
    with brand_scope(request):
        form = _invite_form(request)
        if not form.is_valid():
            return _list_page(request, form=form, status=422)
        email = form.cleaned_data["email"]
        try:
            made = members.invite(request.brand, email, form.place, by=request.membership)
        except Refused as refusal:
            form.add_error("email", str(refusal))
            return _list_page(request, form=form, status=422)
    return _send(request, *made)


@require_POST
@brand_view(Role.OWNER, calls_partner=True)
def invitation_move(request: BrandRequest, invitation_id: int, move: str) -> HttpResponse:
    """Send an invitation again, or revoke it."""
    if move not in {"resend", "revoke"}:
        raise Http404
    with brand_scope(request):
        rows = request.brand.invitations.select_related("brand")
        invitation = get_object_or_404(rows, pk=invitation_id)
        try:
            if move == "resend":
                made = members.renew_invitation(invitation, by=request.membership)
            else:
                members.revoke_invitation(invitation, by=request.membership)
        except Refused as refusal:
            return _list_page(request, error=str(refusal), status=422)
    if move == "resend":
        return _send(request, *made)
    said = _("Revoked: the link sent to %(email)s is dead.")
    messages.success(request, said % {"email": invitation.email})
    return redirect("merchants:members", request.brand.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER)
def member_detail(request: BrandRequest, member_id: int) -> HttpResponse:
    member = _member(request, member_id)
    stores = request.brand.stores.seen_by(request.membership).oldest_first()
    if request.method != "POST":
        form = form_of(member, actor=request.membership, stores=stores)
        return _member_page(request, member, form)
    form = PlaceForm(request.POST, actor=request.membership, stores=stores)
    if not form.is_valid():
        return _member_page(request, member, form, status=422)
    try:
        members.change_member(member, form.place, by=request.membership)
    except Refused as refusal:
        return _member_page(request, member, form, error=str(refusal), status=422)
    return _done(request, member, _("Saved. It holds from %(who)s's next page on."))


@require_POST
@brand_view(Role.OWNER)
def member_move(request: BrandRequest, member_id: int, move: str) -> HttpResponse:
    if move not in MOVES:
        raise Http404
    member = _member(request, member_id)
    change, done = MOVES[move]
    try:
        change(member, by=request.membership)
    except Refused as refusal:
        stores = request.brand.stores.seen_by(request.membership).oldest_first()
        form = form_of(member, actor=request.membership, stores=stores)
        return _member_page(request, member, form, error=str(refusal), status=422)
    return _done(request, member, str(done))


def _member(request: BrandRequest, member_id: int) -> Membership:
    """Find a member that this owner may change; one beyond their stores can't be opened."""
    member = get_object_or_404(request.brand.memberships.select_related("user"), pk=member_id)
    member.load_stores()
    if not request.membership.covers(member.narrowed_to):
        raise Http404
    return member


def _done(request: BrandRequest, member: Membership, said: str) -> HttpResponse:
    messages.success(request, said % {"who": member.user})
    if member.user_id == request.user.pk:  # who gave up their own right has no list any more
        return redirect("home")
    return redirect("merchants:members", request.brand.slug)


def _send(request: BrandRequest, invitation: Invitation, token: str) -> HttpResponse:
    if send_invitation(invitation, token, request):
        messages.success(request, SENT % {"email": invitation.email})
    else:
        messages.error(request, NOT_SENT % {"email": invitation.email})
    return redirect("merchants:members", request.brand.slug)


def _invite_form(request: BrandRequest) -> InviteForm:
    stores = request.brand.stores.seen_by(request.membership).oldest_first()
    posted = request.POST if request.method == "POST" and "email" in request.POST else None
    return InviteForm(posted, actor=request.membership, stores=stores)


def _list_page(
    request: BrandRequest, *, form: InviteForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    is_owner = request.membership.allows(Role.OWNER)
    context = {
        "members": roster.members(request.brand, request.membership),
        "agencies": roster.agencies(request.brand, request.membership),
        "invitations": roster.invitations(request.brand, request.membership) if is_owner else [],
        "form": form or _invite_form(request),
        "is_owner": is_owner,
        "error": error,
    }
    return render_page(request, "merchants/member_list.html", context, status=status)


def _member_page(
    request: BrandRequest,
    member: Membership,
    form: PlaceForm,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"member": member, "form": form, "error": error}
    return render_page(request, "merchants/member_detail.html", context, status=status)
