"""A person's own account: where password, second step and sessions are looked after."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from merchants.models import User
from merchants.second_factor import has_second_factor


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    return render(request, "merchants/account.html", {"has_factor": has_second_factor(user)})
