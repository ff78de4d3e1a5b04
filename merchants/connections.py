"""The only maker of partner clients: opens a store's consent, and renews its tokens once for all.

No transaction is open while a partner is called; every function here refuses to start inside one.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection as database
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from merchants import budgets
from merchants.consent_records import record_end
from merchants.hints import requalify_soon
from merchants.models import Connection, ConnectionStatus, ConsentStep, NoticeKind, Partner
from merchants.notices import notify
from merchants.webhook_events import announce_of_store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.partners.adapi import TokenPair
from portal.partners.base import Before, NeedsConsent, TokenExpired, Unavailable
from portal.partners.juguang import JuguangApp, JuguangClient
from portal.partners.pugongying import PugongyingApp, PugongyingClient
from portal.partners.top import Seller, Shop, TopApp, TopClient, TopToken

logger = logging.getLogger(__name__)

REFRESH_AHEAD = timedelta(minutes=10)
REFRESH_LEASE = timedelta(seconds=45)  # a call to a partner ends after 30
REFRESH_PATIENCE = 15.0
GOOD_CALL_EVERY = timedelta(minutes=1)
LONGEST_NAME = 80
NEWEST = """
SELECT status, version, consented_at, access_expires_at, last_good_call_at
FROM merchants_connection WHERE id = %s
"""

Client = TypeVar("Client")
Answer = TypeVar("Answer")
Make = Callable[[str, Before], Client]  # of a token, and of what is done before each request


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens, from any partner."""

    access: str = field(repr=False)
    access_until: datetime
    refresh: str = field(repr=False)
    refresh_until: datetime
    scope: str = ""
    name: str = ""  # the account's, where it comes with the tokens: a seller may take another

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
class PugongyingConsent:
    """`account` is the id and the name that the store's connection bears."""

    account: tuple[str, str]
    grant: Grant


def pugongying_app() -> PugongyingApp:
    return PugongyingApp.of(settings.PUGONGYING)


def top_app() -> TopApp:
    return TopApp.of(settings.TOP)


def juguang_app() -> JuguangApp:
    return JuguangApp.of(settings.XHS)


def call_top(
    connection: Connection, work: Callable[[TopClient], Answer], *, for_night: bool = False
) -> Answer:
    """Run `work` with the seller's client; a token that died is renewed and `work` repeated once.

    Each request takes from the key's budget, and the night (`for_night`) leaves some to people.
    Raises NeedsConsent when only a person can help; the connection then says so too.
    """
    return _call(connection, work, partial(TopClient, top_app()), for_night=for_night)


def call_juguang(
    connection: Connection, work: Callable[[JuguangClient], Answer], *, for_night: bool = False
) -> Answer:
    """Run `work` with the advertiser's client, as `call_top` does with the seller's."""
    return _call(connection, work, partial(JuguangClient, juguang_app()), for_night=for_night)


def call_pugongying(
    connection: Connection, work: Callable[[PugongyingClient], Answer], *, for_night: bool = False
) -> Answer:
    """Run `work` with the account's client, as `call_top` does with the seller's."""
    return _call(connection, work, partial(PugongyingClient, pugongying_app()), for_night=for_night)


def renew(connection: Connection) -> None:
    """Renew the tokens that `connection` was read with, unless someone has done so since."""
    _note_good_call(_renew(connection, for_night=True))


def hold(connection: Connection) -> None:
    """Keep the consent from being withdrawn until the caller's transaction ends.

    Raises NeedsConsent if it ended since `connection` was read, or was given anew.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT status, consented_at FROM merchants_connection WHERE id = %s FOR SHARE",
            [connection.pk],
        )
        found = cursor.fetchone()
    if found != (ConnectionStatus.CONNECTED, connection.consented_at):
        raise NeedsConsent("The consent was withdrawn or given anew meanwhile.")


def accept_top(code: str, *, redirect_uri: str) -> TopConsent:
    """Trade the code of a consent for tokens, and ask whose store it is."""
    app = top_app()
    token = app.exchange(code, redirect_uri=redirect_uri)
    client = TopClient(app, token.access_token)
    return TopConsent(client.seller(), client.shop(), _top_grant(token))


def accept_juguang(auth_code: str) -> JuguangConsent:
    """Trade the code of a consent for tokens and the advertisers that it covers."""
    pair = juguang_app().exchange(auth_code)
    return JuguangConsent(pair.advertisers, _pair_grant(pair))


def accept_pugongying(auth_code: str) -> PugongyingConsent:
    """Trade the code of a consent for tokens and the account that gave it."""
    pair = pugongying_app().exchange(auth_code)
    account = (pair.user_id, pair.corporation_name or pair.user_id)
    return PugongyingConsent(account, _pair_grant(pair))


def _top_grant(token: TopToken) -> Grant:
    return Grant(
        access=token.access_token,
        access_until=token.expires_at,
        refresh=token.refresh_token,
        refresh_until=token.refresh_expires_at,
        scope=token.scope,
        name=token.nick[:LONGEST_NAME],
    )


def _pair_grant(pair: TokenPair) -> Grant:
    return Grant(
        access=pair.access_token,
        access_until=pair.access_expires_at,
        refresh=pair.refresh_token,
        refresh_until=pair.refresh_expires_at,
        scope=" ".join(pair.scope),
    )


REFRESH: Mapping[str, Callable[[str], Grant]] = {
    Partner.TOP: lambda token: _top_grant(top_app().refresh(token)),
    Partner.JUGUANG: lambda token: _pair_grant(juguang_app().refresh(token)),
    Partner.PUGONGYING: lambda token: _pair_grant(pugongying_app().refresh(token)),
}


def _call(
    connection: Connection,
    work: Callable[[Client], Answer],
    client: Make[Client],
    *,
    for_night: bool,
) -> Answer:
    current = _newest(connection)
    if current.access_expires_at < timezone.now() + REFRESH_AHEAD:
        current = _renew(current, for_night=for_night)
    try:
        answer = _attempt(current, work, client, for_night=for_night)
    except TokenExpired:
        current = _renew(current, for_night=for_night)
        answer = _attempt_anew(current, work, client, for_night=for_night)
    _note_good_call(current)
    return answer


def _attempt(
    current: Connection,
    work: Callable[[Client], Answer],
    client: Make[Client],
    *,
    for_night: bool,
) -> Answer:
    try:
        with budgets.turn(current, for_night=for_night) as turn:
            return work(client(current.access_token, turn.before_each))
    except TokenExpired:
        raise
    except NeedsConsent as refusal:
        _give_up(current, refusal)
        raise


def _attempt_anew(
    current: Connection,
    work: Callable[[Client], Answer],
    client: Make[Client],
    *,
    for_night: bool,
) -> Answer:
    """A token made a moment ago that the partner refuses means that the consent is gone."""
    try:
        return _attempt(current, work, client, for_night=for_night)
    except TokenExpired as refusal:
        _give_up(current, refusal)
        raise NeedsConsent(refusal.message) from refusal


def _renew(stale: Connection, *, for_night: bool) -> Connection:
    """Return the connection with a newer pair of tokens; of many that ask, one refreshes."""
    deadline = time.monotonic() + REFRESH_PATIENCE
    while time.monotonic() < deadline:
        if _claimed(stale):
            return _refresh(stale, for_night=for_night)
        current = _load(stale)
        if current.version != stale.version:
            return current
        time.sleep(0.1)
    raise Unavailable("Another worker has been renewing this consent's tokens for too long.")


def _refresh(stale: Connection, *, for_night: bool) -> Connection:
    try:
        with budgets.turn(stale, for_night=for_night):
            grant = REFRESH[stale.partner](stale.refresh_token)
    except NeedsConsent as refusal:
        _give_up(stale, refusal)
        raise
    except Unavailable:
        _update(stale, refresh_lease_until=None)
        raise
    fresh = copy(stale)
    grant.put_into(fresh)
    stored = _update(
        stale,
        access_sealed=fresh.access_sealed,
        refresh_sealed=fresh.refresh_sealed,
        access_expires_at=fresh.access_expires_at,
        refresh_expires_at=fresh.refresh_expires_at,
        subject_name=grant.name or stale.subject_name,
        version=F("version") + 1,
        refresh_lease_until=None,
        renewed_at=Now(),
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
        record_end(stale, ConsentStep.LOST)
        notify(stale.store, NoticeKind.NEEDS_CONSENT, partner=stale.partner)
        announce_of_store("connection.lost", stale.store, partner=stale.partner)
        requalify_soon(stale.store)
    logger.warning("consent gone connection=%s: %s", stale.pk, refusal.message)


def _note_good_call(current: Connection) -> None:
    """It is shown beside business days, so it goes by the clock that these go by."""
    now = known_now()
    last = current.last_good_call_at
    if last and abs(now - last) < GOOD_CALL_EVERY:
        return
    old = Q(last_good_call_at__lte=now - GOOD_CALL_EVERY)
    ahead = Q(last_good_call_at__gte=now + GOOD_CALL_EVERY)
    if _update(current, Q(last_good_call_at=None) | old | ahead, last_good_call_at=now):
        current.last_good_call_at = now


def _newest(connection: Connection) -> Connection:
    """Return the connection itself unless it changed since it was read: a night asks for millions.

    Raises NeedsConsent when the consent is gone.
    """
    with _short_transaction(connection), database.cursor() as cursor:
        cursor.execute(NEWEST, [connection.pk])
        found = cursor.fetchone()
    known = (
        ConnectionStatus.CONNECTED,
        connection.version,
        connection.consented_at,
        connection.access_expires_at,
        connection.last_good_call_at,
    )
    return connection if found == known else _load(connection)


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
    with scope(Hat.NIGHT, brand=connection.brand_id, durable=True):
        yield
