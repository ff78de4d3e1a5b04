"""How accounts behave here: their mails lead to our own address, and tell of every change.

The host of a request, which allauth would take, may name any port.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.access_events import record_of_account, signed_in
from merchants.models import AccessKind, User
from merchants.second_factor import has_second_factor

logger = logging.getLogger(__name__)

AnyUser = AbstractBaseUser | AnonymousUser
# By the name that allauth gives each notice.
CHANGES = {
    "account/email/password_changed": gettext_lazy("The password was changed."),
    "account/email/password_set": gettext_lazy("A password was set."),
    "account/email/password_reset": gettext_lazy("A new password was set by a link from a mail."),
    "account/email/email_changed": gettext_lazy("The e-mail address was changed."),
    "account/email/email_deleted": gettext_lazy("An e-mail address was removed."),
    "mfa/email/totp_activated": gettext_lazy("An authenticator app was set up."),
    "mfa/email/totp_deactivated": gettext_lazy("The authenticator app was removed."),
    "mfa/email/recovery_codes_generated": gettext_lazy(
        "New recovery codes were made; the earlier ones no longer work."
    ),
    "mfa/email/webauthn_added": gettext_lazy("A security key was added."),
    "mfa/email/webauthn_removed": gettext_lazy("A security key was removed."),
}


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        return f"{_('RedCat')} · {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, context | {"portal_url": settings.PORTAL_URL})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell of a change to the account in the person's language; it stands without the mail."""
        change = {"change": CHANGES[template_prefix]}
        language = user.language if isinstance(user, User) else None
        try:
            with translation.override(language):
                super().send_notification_mail("account/email/account_changed", user, change, email)
        except OSError:
            logger.exception("mail not sent user=%s", user.pk)

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
