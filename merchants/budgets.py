"""Who may ask a partner when: a call takes from the buckets of its key and its account, or waits.

What a partner's refusal costs is paid by the key: all that share it wait. A partner that answers
nobody is an incident: it is probed by one call at a time, and everybody else is told at once.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection as database
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from merchants.models import (
    Connection,
    Partner,
    PartnerBudget,
    PartnerFailure,
    PartnerIncident,
)
from portal.lib.scope import Hat, scope
from portal.partners.base import Limited, NeedsConsent, Rejected, Unavailable

logger = logging.getLogger(__name__)

BURST_SECONDS, LEAST_BURST = 2.0, 2.0
RESERVED = 0.2  # of a bucket, and of a day's calls: what the night leaves to people
PATIENCE = 2.0  # seconds; who would wait for longer is told when to come again
WAITED_FOR = {"empty", "held"}
BACKOFF = (5, 15, 60, 300, 900)  # seconds, where a refusal names none; the last is the cap
FAILURES, OF_CONNECTIONS, WITHIN = 5, 2, timedelta(minutes=1)
PROBE_EVERY = timedelta(seconds=30)
# A clock that was ahead and went back left rows behind that count from a time to come: they count
# from now, and what is held waits for as long as it had to.
SET_BACK = """
WITH buckets AS (
    UPDATE merchants_partnerbudget SET
        held_until = held_until - (filled_at - clock_timestamp()), filled_at = clock_timestamp()
    WHERE filled_at > clock_timestamp() + interval '1 second'
), incidents AS (
    UPDATE merchants_partnerincident SET probe_at = clock_timestamp()
    WHERE ended_at IS NULL AND probe_at > clock_timestamp() + (1 + %s) * interval '1 second'
)
DELETE FROM merchants_partnerfailure WHERE at > clock_timestamp() + interval '1 second'
"""
# A crash may forget the last half second of calls; to wait for the disk at each would cost more.
TAKE = """
SELECT wait, why, is_troubled, set_config('synchronous_commit', 'off', true)
FROM take_call(%s, %s, %s, %s, %s, %s, %s, %s)
"""


class NotYet(Unavailable):
    """The partner was not asked, because it is not our turn: try again after `retry_after`."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second for our key and for each account of the partner's; 0 a day is no quota."""

    of_key: float
    of_account: float
    a_day: float = 0

    @staticmethod
    def size(rate: float) -> float:
        """How many calls a bucket holds; `take_call` reckons the same."""
        return max(LEAST_BURST, BURST_SECONDS * rate)


@dataclass(slots=True)
class Turn:
    """The calls of one piece of work; the first was paid for when it began."""

    connection: Connection
    for_night: bool
    is_troubled: bool = False
    _paid: bool = True

    def before_each(self) -> None:
        if self._paid:
            self._paid = False
            return
        self.take()

    def take(self) -> None:
        """Take a call from the buckets, waiting a moment for it, or raise NotYet."""
        until = time.monotonic() + PATIENCE
        while True:
            wait, why, troubled = _take(self.connection, for_night=self.for_night)
            self.is_troubled = self.is_troubled or troubled
            if wait <= 0:
                return
            if why not in WAITED_FOR or time.monotonic() + wait > until:
                follow_clock()
                raise NotYet(_said(self.connection, why), wait)
            time.sleep(wait)


def rate_of(partner: str) -> Rate:
    return Rate(**settings.PARTNER_RATES[partner])


def app_key_of(partner: str) -> str:
    keys = {
        Partner.TOP: settings.TOP["app_key"],
        Partner.JUGUANG: settings.XHS["app_id"],
        Partner.PUGONGYING: settings.PUGONGYING["app_id"],
    }
    return str(keys[Partner(partner)])


@contextmanager
def turn(connection: Connection, *, for_night: bool) -> Iterator[Turn]:
    """Wait for our turn, let the work be done, and learn from how the partner took it."""
    mine = Turn(connection, for_night)
    mine.take()
    try:
        yield mine
    except NotYet:
        raise
    except Unavailable as failure:
        _learn_from(connection, failure)
        raise
    except (NeedsConsent, Rejected):  # it answered
        _well(mine)
        raise
    _well(mine)


def follow_clock() -> None:
    """Take back what was written down by a clock that was ahead of what it is now."""
    with _alone(), database.cursor() as cursor:
        cursor.execute(SET_BACK, [PROBE_EVERY.total_seconds()])


def asleep() -> set[str]:
    """Return the partners of whom nothing need be asked now: they are down, or our key is held."""
    follow_clock()
    with scope(Hat.NIGHT):
        down = PartnerIncident.objects.open().filter(probe_at__gt=Now())
        held = PartnerBudget.objects.filter(account="", held_until__gt=Now())
        held = held.filter(app_key__in=[app_key_of(each) for each in Partner])
        return {*down.values_list("partner", flat=True), *held.values_list("partner", flat=True)}


def probing() -> set[str]:
    """Return the partners that are down and may be asked one thing, to see whether they are up."""
    with scope(Hat.NIGHT):
        due = PartnerIncident.objects.open().filter(probe_at__lte=Now())
        return set(due.values_list("partner", flat=True))


def _take(connection: Connection, *, for_night: bool) -> tuple[float, str, bool]:
    """Ask the database, in one statement of a transaction of its own."""
    rate = rate_of(connection.partner)
    share = RESERVED if for_night else 0.0
    asked = (connection.partner, app_key_of(connection.partner), _account(connection))
    limits = (rate.of_key, rate.of_account, share, rate.a_day, PROBE_EVERY.total_seconds())
    with _alone(), database.cursor() as cursor:
        cursor.execute(TAKE, asked + limits)
        wait, why, troubled, _now = cursor.fetchone()
    return wait, why, troubled


def _account(connection: Connection) -> str:
    """Tmall counts calls of our key; Xiaohongshu's limits are the advertiser's, as far as known."""
    return "" if connection.partner == Partner.TOP else connection.subject


def _said(connection: Connection, why: str) -> str:
    partner = connection.get_partner_display()
    said = {
        "down": _("%(partner)s does not answer at the moment; it is asked again by itself."),
        "quota": _("%(partner)s lets us make no more calls today; they go on after midnight."),
        "held": _("%(partner)s asked us to wait; what is asked for follows by itself."),
        "empty": _("Too much is asked of %(partner)s at the moment; it follows by itself."),
    }
    return said[why] % {"partner": partner}


def _learn_from(connection: Connection, failure: Unavailable) -> None:
    if isinstance(failure, Limited) or failure.retry_after is not None:
        _hold(connection, failure.retry_after)
    else:
        _count(connection, failure.message)


def _hold(connection: Connection, seconds: float | None) -> None:
    """Let the whole key wait: a second longer than asked, or ever longer where nothing is said.

    Of many that are refused at once only the first lengthens the pause.
    """
    key = Q(partner=connection.partner, app_key=app_key_of(connection.partner), account="")
    with _alone():
        budget = PartnerBudget.objects.select_for_update().get(key)
        now = _now()
        is_held = budget.held_until is not None and budget.held_until > now
        if seconds is None and is_held:
            return
        if seconds is None:
            seconds = BACKOFF[min(budget.limits, len(BACKOFF) - 1)]
            budget.limits += 1
        until = now + timedelta(seconds=seconds + 1)
        budget.held_until = max(until, budget.held_until or until)
        budget.save(update_fields=["held_until", "limits"])
    logger.warning("key held partner=%s seconds=%.0f", connection.partner, seconds)


def _count(connection: Connection, words: str) -> None:
    """Open an incident when many calls in a row failed, and not those of one connection alone."""
    partner = connection.partner
    with _alone():
        PartnerFailure.objects.create(partner=partner, connection=connection.pk, at=_now())
        recent = PartnerFailure.objects.filter(partner=partner, at__gt=Now() - WITHIN)
        whose = list(recent.values_list("connection", flat=True))
        if len(whose) < FAILURES or len(set(whose)) < OF_CONNECTIONS:
            return
        probe_at = _now() + PROBE_EVERY
        incident = PartnerIncident(
            partner=partner, began_at=_now(), probe_at=probe_at, words=words[:300]
        )
        PartnerIncident.objects.bulk_create([incident], ignore_conflicts=True)
    logger.error("partner down partner=%s: %s", partner, words)


def _well(mine: Turn) -> None:
    """The partner answered: forget its failures, and end its incident."""
    if not mine.is_troubled:
        return
    partner = mine.connection.partner
    with _alone():
        PartnerFailure.objects.filter(partner=partner).delete()
        PartnerBudget.objects.filter(partner=partner, limits__gt=0).update(limits=0)
        ended = PartnerIncident.objects.open().filter(partner=partner).update(ended_at=Now())
    if ended:
        logger.info("partner answers again partner=%s", partner)


def _now() -> datetime:
    """The database's clock, which all workers share."""
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    moment: datetime = now
    return moment


def _alone() -> AbstractContextManager[None]:
    """A short transaction, never inside that of a page: `durable` refuses it."""
    return scope(Hat.NIGHT, durable=True)
