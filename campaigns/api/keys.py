"""Who calls: `Authorization: Bearer rc_…`, and nothing else, opens the API."""

from typing import Any

import pghistory
from django.utils import translation
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from merchants.api_keys import use_key
from merchants.models import ApiKey, User

SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _space, sent = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower().encode():
            raise AuthenticationFailed
        found = use_key(sent.decode("latin-1"))
        if found is None:
            raise AuthenticationFailed
        key, allowance = found
        request._request.allowance = allowance  # type: ignore[attr-defined]  # read by the answer
        user = key.membership.user
        pghistory.context(user=user.pk)
        if "Accept-Language" not in request.headers:
            translation.activate(user.language)
        return user, key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class KeyThrottle(BaseThrottle):
    """Refuse what goes beyond the key's calls of this minute; they were counted as it was used."""

    def allow_request(self, request: Request, view: Any) -> bool:  # Any: as the library has it
        allowance = getattr(request._request, "allowance", None)
        self.resets_in = allowance.resets_in if allowance else 0
        return allowance is None or not allowance.is_spent

    def wait(self) -> float:
        return self.resets_in
