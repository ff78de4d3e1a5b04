"""The way to a partner's consent page and back: a signed state that works once, for one person."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from merchants.connections import (
    Grant,
    JuguangConsent,
    juguang_app,
    pugongying_app,
    top_app,
)
from merchants.consent_texts import Agreed
from merchants.models import Brand, Store, User
from portal.lib import sealed
from portal.partners.adapi import MarketingApp
from portal.partners.top import TopApp

SALT = "merchants.consent"
VALID = timedelta(minutes=15)
NONCES = "consent_nonces"
OPEN_AT_ONCE = 5  # a person may have several tabs on their way


class Purpose(StrEnum):
    TOP = "top"
    JUGUANG = "juguang"
    PUGONGYING = "pugongying"


class BadState(Exception):
    """The callback is not the answer to a question that we asked; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person set out to consent to, by which text; `brand` is its slug."""

    purpose: Purpose
    brand: str
    user: int
    nonce: str
    text: str
    language: str
    store: int = 0

    @property
    def agreed(self) -> Agreed:
        return Agreed(self.text, self.language)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A consent to several advertisers, of which the person has still to choose one."""

    found: JuguangConsent
    agreed: Agreed


APPS: dict[Purpose, Callable[[], TopApp | MarketingApp]] = {
    Purpose.TOP: top_app,
    Purpose.JUGUANG: juguang_app,
    Purpose.PUGONGYING: pugongying_app,
}


def partners_page(
    request: HttpRequest,
    purpose: Purpose,
    brand: Brand,
    user: User,
    agreed: Agreed,
    store: Store | None = None,
) -> str:
    """Return the address of the partner's own consent page, for this person and this once."""
    state = make_state(request, purpose, brand, user, agreed, store)
    return APPS[purpose]().consent_url(state=state, redirect_uri=redirect_uri(purpose))


def redirect_uri(purpose: Purpose) -> str:
    return settings.PORTAL_URL + reverse(f"merchants:{purpose}_callback")


def make_state(
    request: HttpRequest,
    purpose: Purpose,
    brand: Brand,
    user: User,
    agreed: Agreed,
    store: Store | None = None,
) -> str:
    """Sign what is asked, and remember in the session that it is still open."""
    nonce = secrets.token_urlsafe(16)
    asked = Asked(
        purpose,
        brand.slug,
        user.pk,
        nonce,
        agreed.version,
        agreed.language,
        store.pk if store else 0,
    )
    open_nonces = request.session.get(NONCES, [])
    request.session[NONCES] = [*open_nonces, nonce][-OPEN_AT_ONCE:]
    return signing.dumps(asdict(asked), salt=SALT, compress=True)


def take_state(request: HttpRequest, purpose: Purpose) -> Asked:
    """Return what was asked and close it, or raise BadState; a second time it is closed already."""
    try:
        content = signing.loads(request.GET.get("state", ""), salt=SALT, max_age=VALID)
    except signing.SignatureExpired:
        raise BadState(_("You took longer than 15 minutes, so this consent is void.")) from None
    except signing.BadSignature:
        raise BadState(_("This consent did not start here, or its address was changed.")) from None
    asked = Asked(**content | {"purpose": Purpose(content["purpose"])})
    if asked.purpose != purpose or asked.user != request.user.pk:
        raise BadState(_("This consent was started by someone else or for something else."))
    _close(request, asked.nonce)
    return asked


def _close(request: HttpRequest, nonce: str) -> None:
    """The cache lets one through: of two at once each has read the session before the other."""
    open_nonces = request.session.get(NONCES, [])
    if nonce not in open_nonces or not cache.add(f"consent:{nonce}", 1, VALID.total_seconds()):
        raise BadState(_("This consent has been used already."))
    request.session[NONCES] = [each for each in open_nonces if each != nonce]
    request.session.save()  # at once, so that a replay during the partner's call finds it closed


def keep(request: HttpRequest, store: Store, waiting: Waiting) -> None:
    """Let a consent wait in the session, sealed, until the person has chosen an advertiser."""
    text = json.dumps(asdict(waiting), default=datetime.isoformat)
    bytes_ = sealed.seal(text, bound_to=_bound_to(request, store))
    request.session[_waiting_key(store)] = base64.b64encode(bytes_).decode()


def waiting(request: HttpRequest, store: Store) -> Waiting | None:
    kept = request.session.get(_waiting_key(store))
    if kept is None:
        return None
    try:
        text = sealed.unseal(base64.b64decode(kept), bound_to=_bound_to(request, store))
    except sealed.Unreadable:  # its key was taken out of use: the person has to consent again
        return None
    content = json.loads(text)
    if "found" not in content:  # kept by an earlier release
        return None
    found, grant = content["found"], content["found"]["grant"]
    for name in ("access_until", "refresh_until"):
        grant[name] = datetime.fromisoformat(grant[name])
    advertisers = tuple((each_id, name) for each_id, name in found["advertisers"])
    agreed = Agreed(**content["agreed"])
    return Waiting(JuguangConsent(advertisers, Grant(**grant)), agreed)


def forget(request: HttpRequest, store: Store) -> None:
    del request.session[_waiting_key(store)]


def _waiting_key(store: Store) -> str:
    return f"juguang_waiting_{store.pk}"


def _bound_to(request: HttpRequest, store: Store) -> str:
    return f"waiting:{request.user.pk}:{store.pk}"
