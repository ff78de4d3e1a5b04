"""How accounts behave here: people join by invitation, not by signing up on their own."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to our own address, whatever host or port the request that asks for it names."""
        return f"{settings.PORTAL_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"
