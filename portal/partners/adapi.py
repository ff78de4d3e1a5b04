"""What 聚光 and 蒲公英 share: one consent page, one token endpoint, one envelope."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from portal.lib.http import Answer
from portal.partners.base import (
    Before,
    Fields,
    Limited,
    NeedsConsent,
    Rejected,
    TokenExpired,
    Unavailable,
    at_any_pace,
    get,
    object_in,
    post,
    read_object,
)

GOOD_CODES = {0, 200}
# The partner publishes no table of codes; these follow HTTP's numbers behind a 10.
BAD_TOKEN = 10401
NOT_APPROVED = 10403  # the consent covers neither this advertiser nor this scope
BAD_APP = 10412
TOO_MANY = 10429
REFUSALS = range(10400, 10500)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Each refresh issues a new pair and the old one dies, so the two are stored together.

    `platform` is 1 for 聚光 and 2 for 蒲公英, and 0 where the partner doesn't say.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    user_id: str
    advertisers: tuple[tuple[str, str], ...]
    scope: tuple[str, ...]
    corporation_name: str
    platform: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is the answer as it came, whose hash `sha256` is."""

    content: Fields
    sha256: str
    received_at: datetime
    body: bytes = field(repr=False)
    answered_at: datetime | None = None  # by the platform's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketingApp:
    """The portal's own registration with one of the two platforms."""

    scopes: ClassVar[tuple[str, ...]]

    app_id: str
    app_secret: str = field(repr=False)
    base_url: str
    auth_url: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:  # Any: texts and numbers, named as the fields
        return cls(**values)

    def consent_url(self, *, state: str, redirect_uri: str) -> str:
        query = {
            "appId": self.app_id,
            "scope": json.dumps(self.scopes, separators=(",", ":")),
            "redirectUri": redirect_uri,
            "state": state,
        }
        return f"{self.auth_url}?{urlencode(query)}"

    def exchange(self, auth_code: str) -> TokenPair:
        """Trade the code of a consent, which works once, for a pair of tokens."""
        return self._pair("/oauth2/access_token", auth_code=auth_code)

    def refresh(self, refresh_token: str) -> TokenPair:
        """Return a new pair; a refusal is NeedsConsent. The caller sees that only one asks."""
        try:
            return self._pair("/oauth2/refresh_token", refresh_token=refresh_token)
        except Rejected as refusal:
            if refusal.code == str(BAD_APP):  # our own fault, which no merchant can mend
                raise
            raise NeedsConsent(str(refusal)) from refusal

    def _pair(self, path: str, **grant: str) -> TokenPair:
        own = {"app_id": self.app_id, "secret": self.app_secret}
        reply = ask(f"{self.base_url}{path}", body=own | grant)
        return _read_pair(reply.content, reply.received_at)


def read(url: str, access_token: str, before: Before, **body: object) -> Reply:
    """Ask with a merchant's token; a token that no longer counts is TokenExpired."""
    with _tokens_that_expire():
        own = {"Access-Token": access_token}
        return ask(url, body=body, headers=own, repeatable=True, before=before)


def write(url: str, access_token: str, before: Before, **body: object) -> Reply:
    """Change something: the call is sent once, for nobody can say whether it was done."""
    with _tokens_that_expire():
        return ask(url, body=body, headers={"Access-Token": access_token}, before=before)


def look(url: str, access_token: str, before: Before, **query: object) -> Reply:
    """Read what the platform answers to a GET."""
    with _tokens_that_expire():
        address = f"{url}?{urlencode(query)}"
        return _unwrap(get(address, headers={"Access-Token": access_token}, before=before))


@contextmanager
def _tokens_that_expire() -> Iterator[None]:
    try:
        yield
    except Rejected as refusal:
        if refusal.code == str(BAD_TOKEN):
            raise TokenExpired(refusal.message) from refusal
        raise


def ask(
    url: str,
    *,
    body: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
    repeatable: bool = False,
    before: Before = at_any_pace,
) -> Reply:
    """Return the envelope's data, or raise what its code means."""
    return _unwrap(post(url, json=body, headers=headers, repeatable=repeatable, before=before))


def _unwrap(answer: Answer) -> Reply:
    if answer.status == 401:
        raise Rejected(str(BAD_TOKEN), "HTTP 401")
    envelope = read_object(answer)
    code = envelope.whole("code")
    if envelope.values.get("success") is not True or code not in GOOD_CODES:
        raise _failure(code, envelope.text("msg", ""))
    if answer.status != 200:
        raise Unavailable(f"HTTP {answer.status} with a success inside")
    return Reply(
        envelope.fields("data"),
        answer.sha256,
        answer.received_at,
        answer.body,
        answer.answered_at,
    )


def content_of(body: bytes) -> Fields:
    """Return what a Reply held whose body was kept."""
    return object_in(body, "What was kept").fields("data")


def _failure(code: int, message: str) -> Exception:
    if code in REFUSALS and code != TOO_MANY:
        return Rejected(str(code), message)
    return (Limited if code == TOO_MANY else Unavailable)(f"{code} {message}".strip())


def _read_pair(fields: Fields, received_at: datetime) -> TokenPair:
    return TokenPair(
        access_token=fields.text("access_token"),
        access_expires_at=received_at
        + timedelta(seconds=fields.seconds("access_token_expires_in")),
        refresh_token=fields.text("refresh_token"),
        refresh_expires_at=received_at
        + timedelta(seconds=fields.seconds("refresh_token_expires_in")),
        user_id=fields.identity("user_id"),
        advertisers=tuple(
            (str(each.whole("advertiser_id")), each.text("advertiser_name"))
            for each in fields.each("approval_advertisers")
        ),
        scope=_read_scope(fields),
        corporation_name=fields.text("corporation_name", ""),
        platform=fields.whole("platform_type") if "platform_type" in fields else 0,
    )


def _read_scope(fields: Fields) -> tuple[str, ...]:
    """Return the scopes, which come as a list or as its JSON text."""
    scope = fields.values.get("scope", [])
    if isinstance(scope, str):
        try:
            scope = json.loads(scope)
        except ValueError:
            scope = scope.split(",")
    if not isinstance(scope, list) or not all(isinstance(each, str) for each in scope):
        raise Unavailable(f"{fields.where}.scope is {type(scope).__name__}")
    return tuple(scope)
