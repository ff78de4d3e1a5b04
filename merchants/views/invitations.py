"""What an invitation's link opens, and the step by which the person joins."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from merchants import members
from merchants.models import Invitation, User
from merchants.services import Refused
from portal.lib.htmx import HtmxRequest, render_page
from portal.lib.scope import Hat, scope


@require_safe
@login_not_required
def invitation(request: HtmxRequest, token: str) -> HttpResponse:
    """Show what the link invites to; whoever isn't signed in learns how to get there."""
    offer = members.offer_by(token)
    context = {"offer": offer, "is_theirs": offer and _is_theirs(request, offer.pk)}
    status = 200 if offer else 404
    return render_page(request, "merchants/invitation.html", context, status=status)


@require_POST
def invitation_accept(request: HttpRequest, invitation_id: int) -> HttpResponse:
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    with scope(Hat.WEB, user=user.pk):
        found = get_object_or_404(Invitation.objects.sent_to(user), pk=invitation_id)
    try:
        with scope(Hat.WEB, brand=found.brand_id, user=user.pk):
            brand = members.accept_invitation(found, by=user).brand
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("home")
    messages.success(request, _("Welcome: you are a member of %(brand)s now.") % {"brand": brand})
    return redirect("merchants:brand", brand.slug)


def waiting_for(user: User) -> list[Invitation]:
    """Return the open invitations to the addresses that the user has proved to own."""
    with scope(Hat.WEB, user=user.pk):
        rows = Invitation.objects.sent_to(user).waiting(timezone.now())
        return list(rows.select_related("brand").newest_first())


def _is_theirs(request: HttpRequest, pk: int) -> bool:
    if not request.user.is_authenticated:
        return False
    with scope(Hat.WEB, user=request.user.pk):
        return Invitation.objects.sent_to(request.user).filter(pk=pk).exists()
