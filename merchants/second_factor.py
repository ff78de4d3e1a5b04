"""The second factor: offered to members, required of platform staff, each code good once."""

import base64
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.cache import cache
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from merchants.models import User
from merchants.models.people import SECOND_FACTORS
from portal.lib.qr import qr_svg
from portal.lib.sealed import seal, unseal

SEALED_FOR = "second factor"
Handler = Callable[[HttpRequest], HttpResponse]


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def gave_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether it was given in this very session, not only set up by somebody."""
    records = get_authentication_records(request, user)
    return any(record["method"] == "mfa" for record in records)


def remove(user: User) -> None:
    """Forget the person's second factors and end their sessions, which may be a thief's."""
    Authenticator.objects.filter(user=user).delete()
    get_sessions_adapter().end_sessions(UserSession.objects.filter(user=user))


def required_of_staff(get_response: Handler) -> Handler:
    """Open the admin to platform staff only after their second factor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not request.path_info.startswith("/admin/"):
            return get_response(request)
        if not isinstance(user, User) or not user.is_staff:
            return get_response(request)
        if not has_second_factor(user):
            messages.warning(request, _("Platform staff need a second step: set one up to go on."))
            return redirect("mfa_index")
        if not gave_second_factor(request, user):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('mfa_reauthenticate')}?{query}")
        return get_response(request)

    return middleware


class OnceOnly(Form):
    """Refuse an app's code that was used before, for as long as it would be accepted.

    The library remembers it for one period only, but takes those before and after it too.
    """

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # the library's form comes next
        if self.authenticator.type == Authenticator.Type.TOTP:
            key = f"second-factor-used:{self.user.pk}:{normalize_user_code(code)}"
            periods = 2 * app_settings.TOTP_TOLERANCE + 1
            if not cache.add(key, "used", timeout=periods * app_settings.TOTP_PERIOD):
                raise get_adapter().validation_error("incorrect_code")
        return code


class LoginCodeForm(OnceOnly, AuthenticateForm):
    """Asked for after the password."""


class ConfirmCodeForm(OnceOnly, ReauthenticateForm):
    """Asked for again before something that matters."""


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return _("RedCat merchant portal")

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, bound_to=SEALED_FOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), bound_to=SEALED_FOR)

    def build_totp_svg(self, url: str) -> SafeString:
        """Draw the code so that it may stand inside a page under our security policy."""
        return qr_svg(url, label=_("QR code for the authenticator app"), is_big=True)
