"""A person's own account: where password, second step and sessions are looked after."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from merchants.models import AccessEvent, User
from merchants.second_factor import has_second_factor
from portal.lib.scope import Hat, scope

NEWEST = 50


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    return render(request, "merchants/account.html", {"has_factor": has_second_factor(user)})


@require_POST
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of the person's own other sessions; the present one ends by logging out."""
    others = UserSession.objects.exclude(session_key=request.session.session_key)
    get_object_or_404(others, pk=session_id, user=request.user).end()
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@require_GET
def activity(request: HttpRequest) -> HttpResponse:
    """Show what was done with the person's account, so that they notice what they didn't do."""
    user = cast(User, request.user)
    with scope(Hat.WEB, user=user.pk):
        events = list(AccessEvent.objects.of_account(user).newest_first()[:NEWEST])
    return render(request, "merchants/account_activity.html", {"events": events})
