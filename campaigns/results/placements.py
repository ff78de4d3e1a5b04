"""Where the ads were shown: how a place is called, and how its figures tie to the notes' own.

The placements come by a report of their own, which may owe a day that the note report has told.
What was spent on such a day, and whatever else the placements do not hold, is shown as it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Placement
from campaigns.results import queries
from campaigns.results.account import SPEND, Account, SpendRow
from campaigns.results.metrics import Metric, Text
from campaigns.results.question import Question
from campaigns.results.shown import Cell, unknown
from merchants.models import Brand, Membership

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

UNTOLD = "untold"
SPEND_ALONE = _("Only the spend of the notes is set against that of their placements.")


class Verdict(StrEnum):
    TIES = "ties"
    SHORT = "short"
    NOT_TOLD = "not told"
    BLANK = "blank"
    OVER = "over"


MEANING: Mapping[Verdict, "StrPromise"] = {
    Verdict.SHORT: _("The placements hold less than the notes: the next night asks for both."),
    Verdict.NOT_TOLD: _("The report by placement has not returned this day."),
    Verdict.BLANK: _("Not all notes of this day have returned their spending."),
    Verdict.OVER: _(
        "The placements hold more than the notes: the two reports were read at different times."
        " The next night asks for both again."
    ),
}


@dataclass(frozen=True, slots=True)
class TiedDay:
    """One day of one advertiser: the notes' spend, and that of their placements; None is unknown.

    `is_told` says whether the report by placement has told of the day at all.
    """

    day: date
    notes_fen: int | None
    placed_fen: int | None
    is_told: bool

    @property
    def verdict(self) -> Verdict:
        if self.notes_fen is None or (self.is_told and self.placed_fen is None):
            return Verdict.BLANK
        if not self.is_told:
            return Verdict.NOT_TOLD
        rest = self.notes_fen - (self.placed_fen or 0)
        if rest < 0:
            return Verdict.OVER
        return Verdict.SHORT if rest else Verdict.TIES

    @property
    def fen(self) -> int | None:
        """Return what no placement has; None where that is not known."""
        if self.notes_fen is None or self.verdict in (Verdict.BLANK, Verdict.OVER):
            return None
        return self.notes_fen - (self.placed_fen or 0)


@dataclass(frozen=True, slots=True)
class TieRow:
    """A row that tells of spend alone, of which `known` of the `owed` account days tie."""

    cells: Sequence[Cell]
    known: int
    owed: int
    place: str = UNTOLD

    @property
    def title(self) -> Text:
        return _("Not told by placement")

    @property
    def is_complete(self) -> bool:
        return self.known == self.owed


@dataclass(frozen=True, slots=True)
class Tie:
    """Where no day is unknown, the placements and what is not told by them are the notes' spend."""

    window: int
    days: Sequence[TiedDay]

    def rows(self, metrics: Sequence[Metric]) -> list[TieRow]:
        known = sum(each.verdict is Verdict.TIES for each in self.days)
        return [TieRow([self._cell(metric) for metric in metrics], known, len(self.days))]

    @property
    def unknown(self) -> list[tuple[Text, list[date]]]:
        """Return the days that don't tie, by the reason why."""
        found: dict[Verdict, list[date]] = defaultdict(list)
        for each in self.days:
            if each.verdict is not Verdict.TIES and each.day not in found[each.verdict]:
                found[each.verdict].append(each.day)
        return [(MEANING[verdict], days) for verdict, days in found.items() if days]

    @property
    def lacks_days(self) -> bool:
        """Say whether some days were not told by placement, as where nobody asked for it."""
        return not all(each.is_told for each in self.days)

    def _cell(self, column: Metric) -> Cell:
        if column is not SPEND:
            return unknown(column, UNTOLD, self.window, SPEND_ALONE)
        parts = [each.fen for each in self.days if each.fen is not None]
        reason = "" if parts else " ".join(str(meaning) for meaning, _days in self.unknown)
        value = sum(parts) if parts else None
        return Cell(column, UNTOLD, self.window, value, is_provisional=False, reason=reason)


def rows_below(
    metrics: Sequence[Metric], tie: Tie | None, account: Account | None
) -> list[TieRow | SpendRow]:
    """Return what stands below the totals; they tell of the spend alone, and not without it."""
    if SPEND not in metrics:
        return []
    return [row for each in (tie, account) if each for row in each.rows(metrics)]


def placement_name(code: int) -> str:
    if code in Placement.values:
        return str(Placement(code).label)
    return gettext("placement %(code)s") % {"code": code}


def tie(brand: Brand, membership: Membership, question: Question) -> Tie:
    """Set the placements' spend against the notes', by account and day; two queries."""
    notes = queries.spend_by_account_day(queries.rows_for(brand, membership, question))
    placed = queries.spend_by_account_day(queries.placed_rows(brand, membership, question))
    days = [
        TiedDay(
            day=day,
            notes_fen=notes.get((connection_id, day), 0),
            placed_fen=placed.get((connection_id, day)),
            is_told=(connection_id, day) in placed,
        )
        for day, connection_id in sorted((day, each) for each, day in notes.keys() | placed)
    ]
    return Tie(question.window, days)
