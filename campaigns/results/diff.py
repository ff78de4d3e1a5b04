"""What moved between two moments: the same question answered twice, and why each day differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.translation import gettext

from campaigns.models import Source
from campaigns.results import queries
from campaigns.results.columns import usual
from campaigns.results.figures import Figures, together
from campaigns.results.metrics import METRICS, Line, Metric, Span, Text
from campaigns.results.queries import NoteKey
from campaigns.results.question import Question
from campaigns.results.restated import cause
from campaigns.results.shown import Cell, cell, moved_by, unknown, weekday
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Side:
    """What was known at one moment."""

    question: Question
    totals: Figures
    days: Mapping[date, Figures]
    notes: Mapping[NoteKey, Figures]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure as it was and as it is, of `name`; `why` is empty where nothing moved.

    `title` is what people call it; `note` is our own key of a note that is listed.
    """

    before: Cell
    after: Cell
    name: str = ""
    title: str = ""
    why: str = ""
    day: date | None = None
    key: NoteKey | None = None
    note: int | None = None

    @property
    def metric(self) -> Metric:
        return self.after.metric

    @property
    def moved(self) -> bool:
        return self.before.value != self.after.value

    @property
    def size(self) -> Decimal:
        return abs(Decimal(self.after.value or 0) - Decimal(self.before.value or 0))

    @property
    def change(self) -> str:
        return moved_by(self.before, self.after)

    @property
    def is_one_sided(self) -> bool:
        """Say whether only one of the two is known: there is no difference then."""
        return (self.before.value is None) != (self.after.value is None)

    @property
    def weekday(self) -> str:
        return weekday(self.day) if self.day else ""


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs, on either line; `rows` are notes, or star tasks where it is `by_task`.

    They are those that moved most, of `moved_rows` in all. `place` is the one star task asked for.
    """

    then: Question
    now: Question
    metric: Metric
    metrics: Sequence[Difference]
    days: Sequence[Difference]
    rows: Sequence[Difference]
    moved_rows: int
    by_task: bool = False
    place: str = ""

    @property
    def has_moved(self) -> bool:
        return any(each.moved for each in self.metrics) or bool(self.days or self.rows)

    @property
    def why_not_by_day(self) -> Text:
        """Say why no day has a figure where none has, though tasks have; empty otherwise."""
        if self.days or not (self.by_task and self.rows):
            return ""
        return next(each.after.reason for each in self.metrics if each.metric is self.metric)


def diff(
    brand: Brand, membership: Membership, question: Question, metric: Metric, until: datetime
) -> Diff:
    """Return how the answer of the question's moment differs from that of `until`."""
    then, now = (
        _side(brand, membership, replace(question, moment=moment))
        for moment in (question.moment, until)
    )
    by_file = _told_by_file(brand, membership, now.question, since=question.moment)
    moved = largest_first(_notes(then, now, metric))
    return Diff(
        then=then.question,
        now=now.question,
        metric=metric,
        metrics=[
            Difference(_cell(then.totals, each, "then"), _cell(now.totals, each, TOTAL))
            for each in usual(Line.DIRECT)
            if not each.not_returned
        ],
        days=[each for each in _days(then, now, metric, by_file) if each.moved],
        rows=_titled(brand, membership, moved[:MOST_ROWS]),
        moved_rows=len(moved),
    )


def largest_first(found: Iterable[Difference]) -> list[Difference]:
    """Return those that moved, the largest difference first."""
    return sorted((each for each in found if each.moved), key=lambda each: -each.size)


def _side(brand: Brand, membership: Membership, question: Question) -> Side:
    found = queries.by_note(brand, membership, question)
    days = queries.by_day(brand, membership, question)
    return Side(
        question=question,
        totals=together(days.values(), question.line, question.window),
        days=days,
        notes={each.key: each.figures for each in found},
    )


def _told_by_file(
    brand: Brand, membership: Membership, question: Question, *, since: datetime
) -> set[date]:
    """Return the days of which rows were opened by an imported file since the moment."""
    news = queries.rows_for(brand, membership, question).filter(known_from__gt=since)
    told = news.values("day").annotate(files=Count("day", filter=Q(source=Source.FILE)))
    return {row["day"] for row in told if row["files"]}


def _days(then: Side, now: Side, metric: Metric, by_file: set[date]) -> list[Difference]:
    return [
        Difference(
            before=_cell(then.days.get(day), metric, f"then:{day}"),
            after=_cell(now.days.get(day), metric, f"day:{day}"),
            name=day.isoformat(),
            why=_why(metric, then.days.get(day), now.days.get(day), by_file=day in by_file),
            day=day,
        )
        for day in sorted(then.days.keys() | now.days.keys(), reverse=True)
    ]


def _why(metric: Metric, before: Figures | None, after: Figures | None, *, by_file: bool) -> str:
    """Say why a day differs, as far as the ledger tells: that is who told it and what it counts."""
    if before is None:
        return gettext("the day arrived")
    if after is None:
        return gettext("the day was taken back")
    late = 0
    if metric.span is Span.CHOSEN:
        orders = [side.value(METRICS["order"]) for side in (before, after)]
        if orders[0] is None and orders[1] is not None:
            return gettext("its orders arrived")
        late = int(orders[1] or 0) - int(orders[0] or 0)
    if not late and not by_file and after.rows != before.rows:
        return gettext("note rows: %(n)s") % {"n": f"{after.rows - before.rows:+,}"}
    return cause(by_file=by_file, late_orders=late)


def _notes(then: Side, now: Side, metric: Metric) -> list[Difference]:
    return [
        Difference(
            before=_cell(then.notes.get(key), metric, f"then:{key.note_id}"),
            after=_cell(now.notes.get(key), metric, key.note_id),
            name=key.note_id,
            key=key,
        )
        for key in dict.fromkeys([*now.notes, *then.notes])
    ]


def _titled(brand: Brand, membership: Membership, rows: Sequence[Difference]) -> list[Difference]:
    """Put each note's title beside its figures, where the list of notes knows it."""
    listed = queries.listed(brand, membership, [each.key for each in rows if each.key])
    told = [(each, listed.get(each.key) if each.key else None) for each in rows]
    unlisted = gettext("Not in Juguang's note list")
    return [
        replace(each, note=note.pk, title=note.title or each.name)
        if note
        else replace(each, title=unlisted)
        for each, note in told
    ]


def _cell(figures: Figures | None, metric: Metric, place: str) -> Cell:
    if figures is None:
        return unknown(metric, place, 0, gettext("Nothing had been returned by then."))
    return cell(figures, metric.key, place)
