"""How a total stands against that of an earlier period, as that was known when it was as old."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from campaigns.results import queries
from campaigns.results.answers import Answer
from campaigns.results.figures import Figures
from campaigns.results.question import Against, Question
from campaigns.results.shown import Cell, cell
from merchants.models import Brand, Membership

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Change:
    """`percent` is null where one side is unknown, or there is nothing to divide by."""

    before: Cell
    percent: Decimal | None

    @property
    def is_up(self) -> bool:
        return self.percent is not None and self.percent > 0

    @property
    def words(self) -> str:
        return "" if self.percent is None else f"{abs(self.percent):,}%"


@dataclass(frozen=True, slots=True)
class Compared:
    """The earlier period, and what is known of it."""

    question: Question
    totals: Figures

    def of(self, now: Cell) -> Change:
        before = cell(self.totals, now.metric.key, f"earlier:{now.place}")
        if now.value is None or not before.value:
            return Change(before, None)
        share = (Decimal(now.value) - Decimal(before.value)) / Decimal(before.value) * 100
        return Change(before, share.quantize(TENTH, ROUND_HALF_UP))


def compare(answer: Answer, brand: Brand, membership: Membership, against: Against) -> Compared:
    earlier = answer.question.earlier(against)
    return Compared(earlier, queries.totals(brand, membership, earlier))
