"""How accounts behave here: people join by invitation, and second factors are kept sealed."""

import base64

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.sealed import seal, unseal

SECOND_FACTOR = "second factor"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"{_('RedCat')} · {subject}"


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return _("RedCat merchant portal")

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, bound_to=SECOND_FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), bound_to=SECOND_FACTOR)

    def build_totp_svg(self, url: str) -> SafeString:
        """Draw the code so that it may stand inside a page under our security policy."""
        code = qrcode.QRCode(border=2)
        code.add_data(url)
        rows = code.get_matrix()
        dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
        return format_html(
            '<svg class="qr big" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">'
            '<path d="{2}"/></svg>',
            len(rows),
            _("QR code for the authenticator app"),
            "".join(f"M{x} {y}h1v1h-1z" for x, y in dark),
        )
