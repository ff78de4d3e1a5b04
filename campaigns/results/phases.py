"""A campaign phase by phase: what each cost and brought, as sums or as averages of its days.

A phase's figures are those of its days, so they add up to the whole campaign's; days that lie in
no phase are a row of their own, and days that lie in two are named. Phases differ in length:
an average is per day that was returned, and a day that was not returned is no day without sales.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.results import queries
from campaigns.results.metrics import METRICS, Line, Text
from campaigns.results.phase_days import NOTHING, QUIET, DirectDays, PhaseDays, StarDays
from campaigns.results.question import Question
from campaigns.results.shown import Cell, title, under_head, unknown
from campaigns.results.star import task_days
from merchants.models import Brand, Membership
from portal.lib.days import days_between

COLUMNS: Mapping[Line, Sequence[str]] = {
    Line.DIRECT: (
        *("spend", "impression", "ad_click", "jump_click", "cost_per_jump"),
        *("order", "gmv", "roi"),
    ),
    Line.STAR: (
        *("read_uv", "store_visit_uv", "order_uv", "new_customer_uv", "store_gmv"),
        *("visit_rate", "buyer_rate"),
    ),
}
NOT_BEGUN = _("This phase has not begun, or its first day is not returned yet.")


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """`days` are as planned, oldest first; figures are of those up to the `newest` closed one."""

    place: str
    name: Text
    days: Sequence[date]
    newest: date
    told: int
    cells: Sequence[Cell]
    returned: int
    note_days: int
    maturity: Fraction | None

    @property
    def due(self) -> list[date]:
        return _until(self.days, self.newest)

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def last_due(self) -> date:
        return min(self.last, self.newest)

    @property
    def reason(self) -> Text:
        """Say why there are no figures where there are none."""
        if not self.due:
            return NOT_BEGUN
        return QUIET if self.told else NOTHING

    @property
    def is_one_stretch(self) -> bool:
        return len(self.days) == (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Phases:
    """`outside` are the campaign's days in no phase; `shared` are those that lie in two."""

    question: Question
    campaign: Campaign
    is_per_day: bool
    whole: PhaseRow
    rows: Sequence[PhaseRow]
    outside: PhaseRow | None
    shared: Sequence[date]

    @property
    def parts(self) -> list[PhaseRow]:
        return [*self.rows, *([self.outside] if self.outside else [])]

    @property
    def spans(self) -> list[PhaseRow]:
        """Return what may be chosen as a period: the whole campaign and its phases."""
        return [self.whole, *self.rows]

    @property
    def heads(self) -> list[tuple[str, str]]:
        metrics = [METRICS[key] for key in COLUMNS[self.question.line]]
        return [(title(metric), under_head(metric, self.question.window)) for metric in metrics]


def direct_phases(
    brand: Brand,
    membership: Membership,
    question: Question,
    campaign: Campaign,
    *,
    is_per_day: bool = False,
) -> Phases:
    """Compare the phases by the direct links' figures of the question's notes."""
    asked = _of_all_days(question, campaign)
    found = queries.by_day(brand, membership, asked)
    told = queries.told_days(brand, membership, asked) - found.keys()
    return _phases(asked, campaign, DirectDays(asked, found, told), is_per_day=is_per_day)


def star_phases(
    brand: Brand,
    membership: Membership,
    question: Question,
    campaign: Campaign,
    task: str = "",
    *,
    is_per_day: bool = False,
) -> Phases:
    """Compare the phases by the campaign's star tasks, or by the one at that place alone."""
    asked = _of_all_days(question, campaign)
    rows = task_days(brand, membership, asked, task)
    return _phases(asked, campaign, StarDays(asked, rows), is_per_day=is_per_day)


def _of_all_days(question: Question, campaign: Campaign) -> Question:
    return replace(question, first=campaign.starts_on, last=campaign.ends_on)


def _phases(asked: Question, campaign: Campaign, days: PhaseDays, *, is_per_day: bool) -> Phases:
    def row(place: str, name: Text, planned: Sequence[date]) -> PhaseRow:
        due = _until(planned, asked.newest)
        returned, note_days = days.coverage(due)
        return PhaseRow(
            place=f"phase:{place}",
            name=name,
            days=planned,
            newest=asked.newest,
            told=len(days.told(due)),
            cells=[
                _cell(days, key, f"phase:{place}", due, is_per_day=is_per_day)
                for key in COLUMNS[asked.line]
            ],
            returned=returned,
            note_days=note_days,
            maturity=days.maturity(due),
        )

    every = list(asked.days())
    phases = list(campaign.phases.order_by("starts_on", "pk"))
    planned = [list(days_between(each.starts_on, each.ends_on)) for each in phases]
    within = [day for each in planned for day in each]
    outside = sorted(set(every) - set(within))
    return Phases(
        question=asked,
        campaign=campaign,
        is_per_day=is_per_day,
        whole=row("all", _("Whole campaign"), every),
        rows=[row(each.phase, str(each), own) for each, own in zip(phases, planned, strict=True)],
        outside=row("none", _("In no phase"), outside) if phases and outside else None,
        shared=_twice(within),
    )


def _cell(days: PhaseDays, key: str, place: str, due: Sequence[date], *, is_per_day: bool) -> Cell:
    if not due:
        return unknown(METRICS[key], place, days.question.window, NOT_BEGUN)
    return days.average(key, place, due) if is_per_day else days.total(key, place, due)


def _until(days: Iterable[date], newest: date) -> list[date]:
    return [day for day in days if day <= newest]


def _twice(days: Iterable[date]) -> list[date]:
    return sorted(day for day, times in Counter(days).items() if times > 1)
