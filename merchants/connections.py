"""The only maker of partner clients: opens a store's consent, and renews its tokens once for all.

No transaction is open while a partner is called; every function here refuses to start inside one.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from merchants.hints import requalify_soon
from merchants.models import Connection, ConnectionStatus, NoticeKind
from merchants.notices import notify
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, TokenExpired, Unavailable
from portal.partners.juguang import JuguangApp, JuguangClient, TokenPair
from portal.partners.top import Seller, Shop, TopApp, TopClient, TopToken

logger = logging.getLogger(__name__)

REFRESH_AHEAD = timedelta(minutes=10)
REFRESH_LEASE = timedelta(seconds=45)  # a call to a partner ends after 30
REFRESH_PATIENCE = 15.0
GOOD_CALL_EVERY = timedelta(minutes=1)

Client = TypeVar("Client")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens, from either partner."""

    access: str = field(repr=False)
    access_until: datetime
    refresh: str = field(repr=False)
    refresh_until: datetime
    scope: str = ""

    def put_into(self, connection: Connection) -> None:
        connection.put_tokens(
            access=self.access,
            access_until=self.access_until,
            refresh=self.refresh,
            refresh_until=self.refresh_until,
        )


@dataclass(frozen=True, slots=True)
class TopConsent:
    seller: Seller
    shop: Shop
    grant: Grant


@dataclass(frozen=True, slots=True)
class JuguangConsent:
    advertisers: tuple[tuple[str, str], ...]
    grant: Grant


@dataclass(frozen=True, slots=True)
class _Protocol(Generic[Client]):
    client: Callable[[str], Client]
    refresh: Callable[[str], Grant]


def top_app() -> TopApp:
    return TopApp.of(settings.TOP)


def juguang_app() -> JuguangApp:
    return JuguangApp.of(settings.XHS)


def call_top(connection: Connection, work: Callable[[TopClient], Answer]) -> Answer:
    """Run `work` with the seller's client; a token that died is renewed and `work` repeated once.

    Raises NeedsConsent when only a person can help; the connection then says so too.
    """
    app = top_app()
    protocol = _Protocol(
        client=lambda token: TopClient(app, token),
        refresh=lambda token: _top_grant(app.refresh(token)),
    )
    return _call(connection, work, protocol)


def call_juguang(connection: Connection, work: Callable[[JuguangClient], Answer]) -> Answer:
    """Run `work` with the advertiser's client, as `call_top` does with the seller's."""
    app = juguang_app()
    protocol = _Protocol(
        client=lambda token: JuguangClient(app, token),
        refresh=lambda token: _juguang_grant(app.refresh(token)),
    )
    return _call(connection, work, protocol)


def accept_top(code: str, *, redirect_uri: str) -> TopConsent:
    """Trade the code of a consent for tokens, and ask whose store it is."""
    app = top_app()
    token = app.exchange(code, redirect_uri=redirect_uri)
    client = TopClient(app, token.access_token)
    return TopConsent(client.seller(), client.shop(), _top_grant(token))


def accept_juguang(auth_code: str) -> JuguangConsent:
    """Trade the code of a consent for tokens and the advertisers that it covers."""
    pair = juguang_app().exchange(auth_code)
    return JuguangConsent(pair.advertisers, _juguang_grant(pair))


def _top_grant(token: TopToken) -> Grant:
    return Grant(
        access=token.access_token,
        access_until=token.expires_at,
        refresh=token.refresh_token,
        refresh_until=token.refresh_expires_at,
        scope=token.scope,
    )


def _juguang_grant(pair: TokenPair) -> Grant:
    return Grant(
        access=pair.access_token,
        access_until=pair.access_expires_at,
        refresh=pair.refresh_token,
        refresh_until=pair.refresh_expires_at,
        scope=" ".join(pair.scope),
    )


def _call(
    connection: Connection, work: Callable[[Client], Answer], protocol: _Protocol[Client]
) -> Answer:
    current = _load(connection)
    if current.access_expires_at < timezone.now() + REFRESH_AHEAD:
        current = _renew(current, protocol)
    try:
        answer = _attempt(current, work, protocol)
    except TokenExpired:
        current = _renew(current, protocol)
        answer = _attempt_anew(current, work, protocol)
    _note_good_call(current)
    return answer


def _attempt(
    current: Connection, work: Callable[[Client], Answer], protocol: _Protocol[Client]
) -> Answer:
    try:
        return work(protocol.client(current.access_token))
    except TokenExpired:
        raise
    except NeedsConsent as refusal:
        _give_up(current, refusal)
        raise


def _attempt_anew(
    current: Connection, work: Callable[[Client], Answer], protocol: _Protocol[Client]
) -> Answer:
    """A token made a moment ago that the partner refuses means that the consent is gone."""
    try:
        return _attempt(current, work, protocol)
    except TokenExpired as refusal:
        _give_up(current, refusal)
        raise NeedsConsent(refusal.message) from refusal


def _renew(stale: Connection, protocol: _Protocol[Client]) -> Connection:
    """Return the connection with a newer pair of tokens; of many that ask, one refreshes."""
    deadline = time.monotonic() + REFRESH_PATIENCE
    while time.monotonic() < deadline:
        if _claimed(stale):
            return _refresh(stale, protocol)
        current = _load(stale)
        if current.version != stale.version:
            return current
        time.sleep(0.1)
    raise Unavailable("Another worker has been renewing this consent's tokens for too long.")


def _refresh(stale: Connection, protocol: _Protocol[Client]) -> Connection:
    try:
        grant = protocol.refresh(stale.refresh_token)
    except NeedsConsent as refusal:
        _give_up(stale, refusal)
        raise
    except Unavailable:
        _update(stale, refresh_lease_until=None)
        raise
    grant.put_into(stale)
    stored = _update(
        stale,
        access_sealed=stale.access_sealed,
        refresh_sealed=stale.refresh_sealed,
        access_expires_at=stale.access_expires_at,
        refresh_expires_at=stale.refresh_expires_at,
        version=F("version") + 1,
        refresh_lease_until=None,
    )
    if stored:
        logger.info("tokens renewed connection=%s", stale.pk)
    return _load(stale)


def _claimed(stale: Connection) -> bool:
    """Take the right to refresh this version, by the database's clock."""
    free = Q(refresh_lease_until=None) | Q(refresh_lease_until__lt=Now())
    return _update(stale, free, refresh_lease_until=Now() + REFRESH_LEASE)


def _give_up(stale: Connection, refusal: NeedsConsent) -> None:
    """Say that a person must consent again, unless someone just did."""
    with _short_transaction(stale):
        gone = {"status": ConnectionStatus.NEEDS_CONSENT, "refresh_lease_until": None}
        if not _known_version(stale).update(**gone):
            return
        notify(stale.store, NoticeKind.NEEDS_CONSENT, partner=stale.partner)
        requalify_soon(stale.store)
    logger.warning("consent gone connection=%s: %s", stale.pk, refusal.message)


def _note_good_call(current: Connection) -> None:
    last = current.last_good_call_at
    if last and last > timezone.now() - GOOD_CALL_EVERY:
        return
    old = Q(last_good_call_at=None) | Q(last_good_call_at__lt=Now() - GOOD_CALL_EVERY)
    _update(current, old, last_good_call_at=Now())


def _load(connection: Connection) -> Connection:
    with _short_transaction(connection):
        current = Connection.objects.get(pk=connection.pk)
    if current.status != ConnectionStatus.CONNECTED:
        raise NeedsConsent(f"The consent is {current.status}.")
    return current


def _update(
    stale: Connection,
    condition: Q | None = None,
    **values: Any,  # Any: column values and expressions, as QuerySet.update takes them
) -> bool:
    """Change the row only if it still has the tokens that the caller knows."""
    with _short_transaction(stale):
        return bool(_known_version(stale).filter(condition or Q()).update(**values))


def _known_version(stale: Connection) -> QuerySet[Connection]:
    return Connection.objects.connected().filter(pk=stale.pk, version=stale.version)


@contextmanager
def _short_transaction(connection: Connection) -> Iterator[None]:
    """Open a scope for one statement; `durable` refuses to be inside another transaction."""
    with transaction.atomic(durable=True), scope(Hat.NIGHT, brand=connection.brand_id):
        yield
