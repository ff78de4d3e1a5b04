"""预估: what GMV and orders come to once every window is closed, by how earlier days ripened.

An estimate stands beside its figure, and in no total, file or answer of the API. How it is made:

history   the last DAYS business days whose window is over, of the same stores and notes; of each
          store those of which the ledger knew IN_TIME of the rows by age KNOWN_BY. A day that was
          filled in afterwards never ripened here and tells nothing. Beside other stores, one that
          has no such day yet is taken to ripen as they do.
share     s(d, a) = known of day d at age a ÷ known of it in the end. Age a is reached a days
          after d, at the time of day at which the reader stands.
forecast  known ÷ the median of s(·, a) for a day of age a, itself for a day whose window is over;
          for a period the sum over its days that were returned.
sample    of some notes alone, such as one note, a creator or an item, nothing is forecast where
          the history's days brought fewer than THIN orders: single orders would be the curve.
band      known ÷ the k-th largest and ÷ the k-th smallest of the n shares, k = ⌊(n + 1) ÷ 10⌋:
          a further share of the same kind lies between them in at least 80 of 100 cases, however
          the shares are spread. A period's ends are the sums of its days' ends, as if all erred
          the same way: rather too wide than too narrow.
hits      every day of the history is forecast once more at each age that is asked for now, from
          the days that were over then, as they were known then: how many lay in their band. A
          day of which nothing was sold yet is forecast to sell nothing, and counted like others.

All in whole fen, orders and fractions of them; rounded to the fen at the end, and only then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from statistics import median
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext

from campaigns.results import queries
from campaigns.results.answers import DayFigures
from campaigns.results.maturity import matures_on
from campaigns.results.metrics import METRICS, Metric
from campaigns.results.question import MOMENT, Question
from campaigns.results.receipted import Receipted, ReceiptedDay
from campaigns.results.shown import THIN, shortly, written
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership
from portal.lib import days

FORECAST = ("gmv", "order")
DAYS = 60
ENOUGH = 20  # days of history; with fewer nothing is forecast
LEAST = 9  # shares; with fewer no band of 80 % can be told
KNOWN_BY = 2
IN_TIME = Fraction(9, 10)
NAMES = ("rows", *(f"{key}_{part}" for key in FORECAST for part in ("sum", "told")))

Steps = defaultdict[int, dict[str, int]]  # what came in less what went out, by NAMES, at each age


@dataclass(frozen=True, slots=True)
class Forecast:
    """In fen, or orders. `history` is how many days it rests on; `reason` says why there is none.

    `hits` of `tries` forecasts of earlier days lay in their band.
    """

    metric: Metric
    history: int
    known: int = 0
    middle: int = 0
    low: int = 0
    high: int = 0
    hits: int = 0
    tries: int = 0
    reason: str = ""

    @property
    def percent_in(self) -> int:
        """Return how much of it is known; 99.6 % is not yet all of it."""
        return 100 * self.known // self.middle if self.middle else 100

    @property
    def percent_hit(self) -> int:
        return 100 * self.hits // self.tries

    @property
    def band(self) -> str:
        return " – ".join(shortly(end, self.metric.unit) for end in (self.low, self.high))

    @property
    def full_band(self) -> str:
        return " – ".join(written(end, self.metric.unit) for end in (self.low, self.high))

    @property
    def about(self) -> str:
        return shortly(self.middle, self.metric.unit)


class Share(NamedTuple):
    """What was known of a day at an age, and in the end; the end is not 0."""

    known: int
    final: int


class Ends(NamedTuple):
    middle: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Past:
    """What was known of a day at each age from 0 on; None is nothing. `over_on` ends its window."""

    day: date
    over_on: date
    values: Mapping[str, Sequence[int | None]]

    def share(self, key: str, age: int, on: date) -> Share | None:
        """Return the share at the age of what was known on that date."""
        values = self.values[key]
        known, final = values[age], values[(on - self.day).days]
        return Share(known, final) if known is not None and final else None


def forecasts(
    brand: Brand,
    membership: Membership,
    question: Question,
    told: Sequence[DayFigures | ReceiptedDay],
    keys: Iterable[str] = FORECAST,
) -> dict[str, Forecast]:
    """Return the forecasts of the keys of which a window is still open; two queries at most."""
    values = {key: _values(key, told) for key in FORECAST if key in keys}
    still = [key for key, known in values.items() if _open_ages(known, question)]
    past = _history(brand, membership, question) if still else []
    return {key: _forecast(METRICS[key], values[key], past, question) for key in still}


def forecast_of(receipted: Receipted, brand: Brand, membership: Membership) -> Forecast | None:
    """Return the forecast of a receipt's figure, if one is made of it: only of totals."""
    key = receipted.metric.key
    if key not in FORECAST or receipted.place != TOTAL:
        return None
    return forecasts(brand, membership, receipted.question, receipted.days, [key]).get(key)


def _values(key: str, told: Sequence[DayFigures | ReceiptedDay]) -> dict[date, int]:
    figures = {each.day: each.figures for each in told if each.figures}
    sums = {day: each.sum_of(key) for day, each in figures.items()}
    return {day: value for day, value in sums.items() if value is not None}


def _open_ages(values: Iterable[date], question: Question) -> list[int]:
    """Return the ages of the days whose window is not over, the youngest first."""
    return sorted((question.known - day).days for day in values if _is_open(day, question))


def _forecast(
    metric: Metric, values: Mapping[date, int], past: Sequence[Past], question: Question
) -> Forecast:
    ages = _open_ages(values, question)
    shares = {age: _shares(metric.key, age, question.known, past) for age in ages}
    history = min(map(len, shares.values()))
    if history < ENOUGH:
        return Forecast(metric, history, reason=_too_few(history))
    if question.notes and (orders := _orders(past)) < THIN:
        return Forecast(metric, history, reason=_too_thin(orders))
    ends = {age: _ends(found) for age, found in shares.items()}
    if not all(each.low for each in ends.values()):
        reason = gettext("So soon after the click too little is known of a day to forecast it.")
        return Forecast(metric, history, reason=reason)
    every = [_of_day(day, value, ends, question) for day, value in values.items()]
    hits, tries = _tried(metric.key, ages, past, question)
    return Forecast(
        metric=metric,
        history=history,
        known=sum(values.values()),
        middle=_rounded(each.middle for each in every),
        low=_rounded(each.low for each in every),
        high=_rounded(each.high for each in every),
        hits=hits,
        tries=tries,
    )


def _of_day(day: date, value: int, ends: Mapping[int, Ends], question: Question) -> Ends:
    if not _is_open(day, question):
        return Ends(*[Fraction(value)] * 3)
    middle, low, high = ends[(question.known - day).days]
    return Ends(value / middle, value / high, value / low)


def _ends(shares: Sequence[Share]) -> Ends:
    ordered = sorted(Fraction(*share) for share in shares)
    rank = _rank(len(ordered))
    return Ends(Fraction(median(ordered)), ordered[rank - 1], ordered[-rank])


def _tried(
    key: str, ages: Sequence[int], past: Sequence[Past], question: Question
) -> tuple[int, int]:
    """Return how many earlier forecasts lay in their band, and how many there were."""
    own = [(each.day.toordinal(), each.over_on.toordinal(), each.values[key]) for each in past]
    today = question.known.toordinal()
    found = []
    for age in ages:
        for day, _over, values in own:
            known, final, on = values[age], values[today - day], day + age
            before = [
                (early, late)
                for born, over, each in own
                if over <= on and (early := each[age]) is not None and (late := each[on - born])
            ]
            if known is not None and final and len(before) >= LEAST:
                found.append(_is_hit(known, final, before))
    return sum(found), len(found)


def _is_hit(known: int, final: int, before: Sequence[tuple[int, int]]) -> bool:
    """Multiplied across: there are thousands of these, and no fraction has to be made."""
    lower = sum(early * final <= known * late for early, late in before)
    higher = sum(early * final >= known * late for early, late in before)
    return min(lower, higher) >= _rank(len(before))


def _rank(shares: int) -> int:
    return (shares + 1) // 10


def _shares(key: str, age: int, on: date, past: Sequence[Past]) -> list[Share]:
    """Return the shares at the age of the days that were over on that date, as known on it."""
    over = (each for each in past if each.over_on <= on)
    return [share for each in over if (share := each.share(key, age, on))]


def _is_open(day: date, question: Question) -> bool:
    return matures_on(day, question.window) > question.known


def _history(brand: Brand, membership: Membership, question: Question) -> list[Past]:
    """Return the days that ripened before our eyes, oldest first: what came in, what went out."""
    last = question.newest - timedelta(days=question.window)
    asked = replace(question, first=last - timedelta(days=DAYS - 1), last=last)
    steps: dict[tuple[date, int], Steps] = defaultdict(_no_steps)
    for sign, row in _came_and_went(brand, membership, asked):
        age = max((row["before"] - row["day"]).days + 1, 0)
        for name in NAMES:
            steps[row["day"], row["store_id"]][age][name] += sign * int(row[name] or 0)
    by_day: dict[date, Steps] = defaultdict(_no_steps)
    for (day, _store), own in steps.items():
        if _ripened_here(own):
            _add(by_day[day], own)
    return [_past(day, by_day[day], question) for day in sorted(by_day)]


def _no_steps() -> Steps:
    return defaultdict(lambda: dict.fromkeys(NAMES, 0))


def _add(total: Steps, steps: Steps) -> None:
    for age, step in steps.items():
        for name, change in step.items():
            total[age][name] += change


def _ripened_here(steps: Steps) -> bool:
    in_time = sum(step["rows"] for age, step in steps.items() if age <= KNOWN_BY)
    return in_time >= IN_TIME * sum(step["rows"] for step in steps.values())


def _came_and_went(
    brand: Brand, membership: Membership, asked: Question
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield what came in, and with -1 what went out; of all notes, steps tell both in one."""
    columns = {key: METRICS[key].column_for(asked.window) for key in FORECAST}
    sums = {f"{key}_sum": Sum(column) for key, column in columns.items()}
    if not asked.is_of_part:
        told = {f"{key}_told": _note_days(column) for key, column in columns.items()}
        steps = queries.steps_for(brand, membership, asked)
        for row in _by_age(steps, "moment", asked).annotate(rows=_note_days("day"), **sums, **told):
            yield 1, row
        return
    told = {f"{key}_told": Count(column) for key, column in columns.items()}
    for sign, moment in ((1, "known_from"), (-1, "known_to")):
        rows = _by_age(queries.rows_ever(brand, membership, asked), moment, asked)
        for row in rows.annotate(rows=Count("day"), **sums, **told):
            yield sign, row


def _note_days(column: str) -> Combinable:
    """Add up the note days of the steps that tell the column."""
    told = Q(**{f"{column}__isnull": False})
    return Coalesce(Sum("note_days", filter=told), 0, output_field=BigIntegerField())


def _by_age(rows: QuerySet[Any], moment: str, question: Question) -> QuerySet[Any, Any]:
    """Group what had happened by the date before which an age took it in."""
    time_of_day = question.moment - days.starts_at(question.known) + MOMENT
    shifted = ExpressionWrapper(F(moment) - Value(time_of_day), output_field=DateTimeField())
    before = TruncDate(shifted, tzinfo=days.SHANGHAI)
    happened: QuerySet[Any, Any] = rows.filter(**{f"{moment}__lte": question.moment}).annotate(
        before=before
    )
    return happened.values("store_id", "day", "before").order_by()


def _past(day: date, steps: Steps, question: Question) -> Past:
    standing = dict.fromkeys(NAMES, 0)
    values: dict[str, list[int | None]] = {key: [] for key in FORECAST}
    for age in range((question.known - day).days + 1):
        for name in NAMES:
            standing[name] += steps[age][name]
        for key in FORECAST:
            values[key].append(standing[f"{key}_sum"] if standing[f"{key}_told"] else None)
    return Past(day, matures_on(day, question.window), values)


def _rounded(parts: Iterable[Fraction]) -> int:
    return floor(sum(parts, Fraction(0)) + Fraction(1, 2))


def _orders(past: Sequence[Past]) -> int:
    """Return how many orders the history holds, as known now."""
    return sum(each.values["order"][-1] or 0 for each in past)


def _too_thin(orders: int) -> str:
    return gettext(
        "Too little to tell: the days that ripened here brought %(n)s orders; it takes %(enough)s."
    ) % {"enough": THIN, "n": orders}


def _too_few(history: int) -> str:
    return gettext(
        "It takes %(enough)s days whose window is over and that ripened here; so far %(n)s."
    ) % {"enough": ENOUGH, "n": history}
