"""What an advertiser's account spent on a day beyond what its notes spent.

The brand zone, splash screens and ads without a note cost money that no note's row holds. It is
shown as it is and never shared out, so that totals tie to 聚光.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import F, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from campaigns.models import AdDay, AdLevel, PulledPage, SyncWindow, WindowStatus
from campaigns.results.queries import steps_for
from campaigns.results.question import Question
from merchants.models import Brand, Membership

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NOTES = "juguang.note_day"  # the report whose rows must all be there
ACCOUNTS = "juguang.account_day"
Key = tuple[int, date]  # the advertiser's connection, and the day


class Verdict(StrEnum):
    KNOWN = "known"
    NO_ACCOUNT = "no account"
    TOO_OLD = "too old"
    NO_NOTES = "no notes"
    OVER = "over"


MEANING: Mapping[Verdict, "StrPromise"] = {
    Verdict.KNOWN: _("Spent by the account and by no note."),
    Verdict.NO_ACCOUNT: _("The account's spending of this day is not returned yet."),
    Verdict.TOO_OLD: _(
        "The account's report was first read for later days: of this one its spending is not told."
    ),
    Verdict.NO_NOTES: _("Not all notes of this day have returned their spending."),
    Verdict.OVER: _(
        "The notes' spending is more than the account's: the two reports were read at different"
        " times. The next night asks for both again."
    ),
}


@dataclass(frozen=True, slots=True)
class Unallocated:
    """One day of one advertiser; a part that is not wholly returned is None, which is not 0.

    `is_too_old` says that the day lies before all that the account's report was asked for.
    """

    connection_id: int
    day: date
    account_fen: int | None
    notes_fen: int | None
    is_too_old: bool = False

    @property
    def verdict(self) -> Verdict:
        if self.account_fen is None:
            return Verdict.TOO_OLD if self.is_too_old else Verdict.NO_ACCOUNT
        if self.notes_fen is None:
            return Verdict.NO_NOTES
        return Verdict.OVER if self.notes_fen > self.account_fen else Verdict.KNOWN

    @property
    def fen(self) -> int | None:
        """Return what no note has; None where that is not known, as when the notes have more."""
        if self.account_fen is None or self.notes_fen is None or self.verdict is Verdict.OVER:
            return None
        return self.account_fen - self.notes_fen

    @property
    def meaning(self) -> "StrPromise":
        return MEANING[self.verdict]


def unallocated(brand: Brand, membership: Membership, question: Question) -> list[Unallocated]:
    """Return each day of each advertiser that either report tells of, oldest first."""
    accounts = dict(_accounts(brand, membership, question))
    notes = dict(_notes(brand, membership, question))
    whole = _whole_days(brand, membership, question)
    since = _first_asked(brand, membership)
    return [
        Unallocated(
            connection_id,
            day,
            accounts.get((connection_id, day)),
            notes.get((connection_id, day), 0) if (connection_id, day) in whole else None,
            is_too_old=day < since.get(connection_id, date.min),
        )
        for day, connection_id in sorted((day, each) for each, day in accounts.keys() | notes)
    ]


def _accounts(
    brand: Brand, membership: Membership, question: Question
) -> Iterator[tuple[Key, int | None]]:
    rows = AdDay.objects.filter(brand=brand, level=AdLevel.ACCOUNT).seen_by(membership)
    told = rows.as_of(question.moment).filter(**_asked(question))
    for connection_id, day, fee_fen in told.values_list("connection_id", "day", "fee_fen"):
        yield (connection_id, day), fee_fen


def _notes(
    brand: Brand, membership: Membership, question: Question
) -> Iterator[tuple[Key, int | None]]:
    """Yield each day's sum, or None where a note's spending is not returned."""
    days = steps_for(brand, membership, question).told_by("connection_id", "day")
    blank = Sum("note_days", filter=Q(fee_fen=None))
    for row in days.annotate(fen=Sum("fee_fen"), blank=blank):
        known = None if row["blank"] else int(row["fen"])
        yield (row["connection_id"], row["day"]), known


def _first_asked(brand: Brand, membership: Membership) -> dict[int, date]:
    """Return the oldest day that each account's report was ever asked for.

    It reaches back less far than the notes' own, so that older days are never told.
    """
    windows = SyncWindow.objects.filter(brand=brand, report=ACCOUNTS).seen_by(membership)
    return dict(windows.values_list("connection_id").annotate(Min("day")))


def _whole_days(brand: Brand, membership: Membership, question: Question) -> set[Key]:
    """Return the days whose note report came in whole: closed once, and no row refused since.

    While a day is pulled anew, a row that was ever refused may still be the one that is missing.
    """
    windows = SyncWindow.objects.filter(brand=brand, report=NOTES).seen_by(membership)
    closed = windows.filter(**_asked(question)).exclude(closed_on=None)
    latest = Q(pull=F("window__pull")) | ~Q(window__status=WindowStatus.CLOSED)
    refused = PulledPage.objects.filter(latest, brand=brand, window__in=closed, refused__gt=0)
    whole = closed.exclude(pk__in=refused.values("window_id"))
    return set(whole.values_list("connection_id", "day"))


def _asked(question: Question) -> dict[str, object]:
    asked: dict[str, object] = {"day__range": (question.first, question.last)}
    return asked | ({"store_id": question.store} if question.store else {})
