"""How each day of ad clicks ripened: what was known of it so many days later.

The ledger keeps every word with the time from which it was known, so this is read, not reckoned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils.translation import gettext

from campaigns.models.facts import known_at
from campaigns.results import queries
from campaigns.results.answers import Answer
from campaigns.results.maturity import maturity
from campaigns.results.metrics import METRICS
from campaigns.results.question import Question
from campaigns.results.shown import Cell, unknown, weekday
from merchants.models import Brand, Membership

AGES = (1, 3, 7, 15, 30)  # days after the ad click, counted to their end
RIPENING = ("gmv", "order")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Age:
    """`maturity` is the part of the window that is over at that age."""

    days: int
    maturity: Fraction


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a day at one age."""

    gmv: Cell
    order: Cell


@dataclass(frozen=True, slots=True)
class CohortRow:
    day: date
    known: list[Known]

    @property
    def weekday(self) -> str:
        return weekday(self.day)


def ages(window: int) -> list[Age]:
    start = date.min
    return [Age(n, maturity(start, window, start + timedelta(days=n))) for n in AGES]


def cohort(answer: Answer, brand: Brand, membership: Membership) -> list[CohortRow]:
    """Return the days that were delivered or are owed, the newest first; one query."""
    question = answer.question
    rows = queries.rows_ever(brand, membership, question).values("day")
    found = {row["day"]: row for row in rows.annotate(**_at_each_age(question))}
    return [
        CohortRow(each.day, [_known(each.day, age, found, question) for age in AGES])
        for each in answer.days_due
    ]


def _at_each_age(question: Question) -> dict[str, Combinable]:
    found: dict[str, Combinable] = {}
    for age in AGES:
        then = known_at(Least(Value(question.moment), _end_of_age(age)))
        found[f"at_{age}_rows"] = Count("day", filter=then)
        for key in RIPENING:
            column = METRICS[key].column_for(question.window)
            found[f"at_{age}_{key}"] = Sum(column, filter=then)
    return found


def _end_of_age(age: int) -> Combinable:
    """Return the last moment of the day in Asia/Shanghai that is `age` days after the row's."""
    return Func(
        F("day"),
        Value(age + 1),
        template="((%(expressions)s)::timestamp AT TIME ZONE 'Asia/Shanghai'"
        " - interval '1 microsecond')",
        arg_joiner=" + ",
        output_field=DateTimeField(),
    )


def _known(day: date, age: int, found: Mapping[date, Row], question: Question) -> Known:
    gmv, order = (_cell(key, day, age, found.get(day), question) for key in RIPENING)
    return Known(gmv, order)


def _cell(key: str, day: date, age: int, row: Row | None, question: Question) -> Cell:
    place, reached = f"day:{day}:{age}", day + timedelta(days=age)
    if reached > question.known:
        return unknown(METRICS[key], place, question.window, gettext("Not before %s.") % reached)
    if not row or not row[f"at_{age}_rows"]:
        reason = gettext("Nothing was known of this day by then.")
        return unknown(METRICS[key], place, question.window, reason)
    value = row[f"at_{age}_{key}"]
    if value is None:
        return unknown(
            METRICS[key], place, question.window, gettext("Juguang has not returned this.")
        )
    return Cell(METRICS[key], place, question.window, int(value), is_provisional=False, reason="")
