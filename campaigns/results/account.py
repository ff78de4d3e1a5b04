"""The account's spending below that of its notes, so that the total ties to 聚光's own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from campaigns.results.metrics import METRICS, Metric, Text
from campaigns.results.question import Question
from campaigns.results.shown import Cell, unknown
from campaigns.results.unallocated import Unallocated, unallocated
from merchants.models import Brand, Membership

UNALLOCATED, ACCOUNT = "unallocated", "account"
SPEND = METRICS["spend"]
TITLES: Mapping[str, Text] = {UNALLOCATED: _("Unallocated"), ACCOUNT: _("Account total")}
LEFT_OUT = _("Not told: of some notes alone nothing ties to what the account spent.")
OF_PLACEMENT = _("Not told: of one placement alone nothing ties to what the account spent.")
SPEND_ALONE = _("Of the account only the spend is set against its notes'.")


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A row that tells of spend alone, of `known` of the `owed` account days."""

    place: str
    cells: Sequence[Cell]
    known: int
    owed: int

    @property
    def title(self) -> Text:
        return TITLES[self.place]

    @property
    def is_complete(self) -> bool:
        return self.known == self.owed


@dataclass(frozen=True, slots=True)
class Account:
    """Some days of the accounts asked for; a day of an advertiser is an account day.

    Where no account day is unknown, the notes' spend and what is unallocated are the account's
    total, to the fen.
    """

    window: int
    days: Sequence[Unallocated]

    def rows(self, metrics: Sequence[Metric]) -> list[SpendRow]:
        return [
            SpendRow(
                place=place,
                cells=[self._cell(metric, place, place) for metric in metrics],
                known=len(self._parts(place)),
                owed=len(self.days),
            )
            for place in TITLES
        ]

    @property
    def unknown(self) -> list[tuple[Text, list[date]]]:
        """Return the days that don't tie, by the reason why."""
        found: dict[Text, list[date]] = defaultdict(list)
        for each in self.days:
            if each.fen is None and each.day not in found[each.meaning]:
                found[each.meaning].append(each.day)
        return [(meaning, days) for meaning, days in found.items() if days]

    def beside(self, day: date | None = None) -> list[tuple[Text, Cell]]:
        """Return what is unallocated and the account's spend: of a day, or of all of them."""
        if day is None:
            return [(title, self._cell(SPEND, place, place)) for place, title in TITLES.items()]
        own = Account(self.window, [each for each in self.days if each.day == day])
        return [
            (title, own._cell(SPEND, place, f"{place}:{day}")) for place, title in TITLES.items()
        ]

    def _cell(self, column: Metric, place: str, called: str) -> Cell:
        if column is not SPEND:
            return unknown(column, called, self.window, SPEND_ALONE)
        parts = self._parts(place)
        reason = "" if parts else " ".join(str(meaning) for meaning, _days in self.unknown)
        value = sum(parts) if parts else None
        return Cell(column, called, self.window, value, is_provisional=False, reason=reason)

    def _parts(self, place: str) -> list[int]:
        told = [each.fen if place == UNALLOCATED else each.account_fen for each in self.days]
        return [fen for fen in told if fen is not None]


def left_out(question: Question) -> Text:
    """Say why there is no account beside the question's notes."""
    return OF_PLACEMENT if question.placement is not None else LEFT_OUT


def account(brand: Brand, membership: Membership, question: Question) -> Account | None:
    """Return the accounts' spending; None where some notes are left out: nothing ties to those."""
    if question.is_of_part:
        return None
    return Account(question.window, unallocated(brand, membership, question))
