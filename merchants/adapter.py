"""How accounts behave here: their mails lead to our own address.

The host of a request, which allauth would take, may name any port.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from merchants.access_events import record_of_account, signed_in
from merchants.models import AccessKind, User
from merchants.second_factor import has_second_factor

AnyUser = AbstractBaseUser | AnonymousUser


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        return f"{_('RedCat')} · {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, context | {"portal_url": settings.PORTAL_URL})

    def get_email_confirmation_url(self, request: HttpRequest, confirmation: Any) -> str:
        url = super().get_email_confirmation_url(request, confirmation)
        return f"{settings.PORTAL_URL}{urlsplit(url).path}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        return f"{settings.PORTAL_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        if isinstance(user, User):
            signed_in(request, user)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            record_of_account(request, AccessKind.LOGOUT, request.user)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep whose account it was, where there is one; never what was typed."""
        email = str(credentials.get("email") or "")
        user = User.objects.filter(email=email.lower()).first()
        record_of_account(request, AccessKind.LOGIN_FAILED, user)

    def get_reauthentication_methods(self, user: AnyUser) -> list[dict[str, str]]:
        """Who has a second factor shows it again: a stolen password must not switch it off."""
        ways: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if isinstance(user, User) and has_second_factor(user):
            return [way for way in ways if way["id"] != "reauthenticate"]
        return ways
