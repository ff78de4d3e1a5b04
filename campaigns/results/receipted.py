"""What a receipt is of: one metric of a question, of all that was asked for or of one place."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from campaigns.models import Note
from campaigns.models.facts import FactQuerySet
from campaigns.results import queries
from campaigns.results.answers import DayState
from campaigns.results.figures import Figures
from campaigns.results.maturity import maturity
from campaigns.results.measures import figures_by, figures_of
from campaigns.results.metrics import METRICS, Line, Metric, Text, Unit
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, window_tag
from campaigns.results.star import StarRow, star_answer, task_rows, total_cell
from campaigns.results.table import TOTAL
from campaigns.results.trend import DayRow
from merchants.models import Brand, Membership

Rows = FactQuerySet[Any]  # of the ledger's table that the line is read from
SOURCES: Mapping[Line, Text] = {
    Line.DIRECT: _("Juguang note report, by day"),
    Line.STAR: _("Zhongcao Xinghe export, task report"),
}
BY_PLACEMENT = _("Juguang note report by placement, by day")
NO_SAMPLE = _("none: every delivery counts")


def source_of(line: Line, question: Question) -> Text:
    """Return the report that the figures of the question come by."""
    return SOURCES[line] if question.placement is None else BY_PLACEMENT


class NoSuchPlace(Exception):
    """Nothing of that name has figures here."""


@dataclass(frozen=True, slots=True)
class ReceiptedDay(DayRow):
    """A day's row with what the figure is of it; `told` of its rows tell the metric."""

    figures: Figures | None
    told: int


@dataclass(frozen=True)
class Receipted:
    """`rows` are those of the ledger that the figure is added up from, as known then.

    `told_days` are the days of which the line's report told anything at all.
    """

    metric: Metric
    question: Question
    figure: Cell
    figures: Figures
    rows: Rows
    name: Text
    sampling: Text
    told_days: Set[date]

    @property
    def place(self) -> str:
        return self.figure.place

    @property
    def window(self) -> str:
        return window_tag(self.metric, self.question.window)

    @property
    def source(self) -> Text:
        return source_of(self.metric.line, self.question)

    @property
    def fields(self) -> str:
        return self.metric.source_for(self.question.window)

    @property
    def formula(self) -> str:
        """Return the two sums whose ratio it is; empty where it is a sum itself."""
        if not self.metric.is_ratio:
            return ""
        return " ÷ ".join(f"Σ {METRICS[key].label}" for key in self.metric.over)

    @property
    def returned(self) -> int:
        return self.figures.returned(self.metric)

    @property
    def maturity(self) -> Fraction | None:
        return (
            self.figures.maturity(self.metric.days(self.question.window)) if self.window else None
        )

    @property
    def weighed_by_spend(self) -> bool:
        return self.metric.line is Line.DIRECT and bool(self.figures.sum_of("spend"))

    @property
    def is_money(self) -> bool:
        return self.metric.unit == Unit.FEN

    @property
    def code(self) -> str:
        days = self.metric.days(self.question.window) or "day"
        return f"{self.metric.key}.{self.metric.line}.{days}"

    @cached_property
    def last_change(self) -> datetime | None:
        """When the newest of the rows became known."""
        found: datetime | None = self.rows.aggregate(last=Max("known_from"))["last"]
        return found

    @cached_property
    def days(self) -> list[ReceiptedDay]:
        """Each day asked for, the newest first."""
        found = figures_by(self.rows, self.question, "day")
        return [self._day(day, found.get((day,))) for day in reversed(list(self.question.days()))]

    @property
    def missing_days(self) -> list[date]:
        return [each.day for each in self.days[::-1] if each.state == DayState.MISSING]

    @property
    def returned_days(self) -> int:
        return sum(each.figures is not None for each in self.days)

    def part(self, figures: Figures, place: str) -> Cell | None:
        """Return the figure of some of the rows; None where there is none of them all."""
        is_known = self.figure.value is not None or self.figure.is_few
        return cell(figures, self.metric.key, place) if is_known else None

    def _day(self, day: date, figures: Figures | None) -> ReceiptedDay:
        question, line = self.question, self.metric.line
        state = DayState.MISSING if day <= question.newest else DayState.NOT_DUE
        if day in self.told_days:
            state = DayState.QUIET
        shown = self.part(figures, f"day:{day}") if figures else None
        return ReceiptedDay(
            line=line,
            day=day,
            state=DayState.RETURNED if figures else state,
            cells=[shown] if shown else [],
            maturity=maturity(day, self.metric.days(question.window), question.known, line.lag),
            figures=figures,
            told=figures.returned(self.metric) if figures else 0,
        )


def receipted(
    brand: Brand, membership: Membership, metric: Metric, question: Question, place: str
) -> Receipted:
    """Return what the metric says of the place, `total` or a note's or task's; or NoSuchPlace."""
    return RECEIPTED[metric.line](brand, membership, metric, question, place)


def figure_at(
    brand: Brand, membership: Membership, metric: Metric, question: Question, place: str
) -> Cell:
    """Return the figure alone, of the sums kept beside the rows where there are any."""
    if metric.line is Line.DIRECT and place == TOTAL:
        return cell(queries.totals(brand, membership, question), metric.key, place)
    return receipted(brand, membership, metric, question, place).figure


def _direct(
    brand: Brand, membership: Membership, metric: Metric, question: Question, place: str
) -> Receipted:
    every = queries.rows_for(brand, membership, question)
    rows = every if place == TOTAL else every.filter(note_id=place)
    figures = figures_of(rows, question)
    if place != TOTAL and not figures.rows:
        raise NoSuchPlace
    return Receipted(
        metric=metric,
        question=question,
        figure=cell(figures, metric.key, place),
        figures=figures,
        rows=rows,
        name=_("Total") if place == TOTAL else _title(brand, membership, place),
        sampling=NO_SAMPLE,
        told_days=queries.told_days(brand, membership, question, is_part=place != TOTAL),
    )


def _title(brand: Brand, membership: Membership, note_id: str) -> str:
    note = Note.objects.filter(brand=brand, note_id=note_id).seen_by(membership).first()
    return note.title if note else note_id


def _star(
    brand: Brand, membership: Membership, metric: Metric, question: Question, place: str
) -> Receipted:
    """People overlap, so a total may be none; a task has figures of its own."""
    answer = star_answer(brand, membership, question, place)
    rows = task_rows(brand, membership, question)
    task: StarRow | None = None
    if place != TOTAL:
        task = next((each for each in answer.tasks if each.place == place), None)
        if task is None:
            raise NoSuchPlace
        own = {"store_id": task.store_id, "object_id": task.object_id, "traffic": task.traffic}
        rows = rows.filter(**own)
    shares = {each.sampling.words for each in ([task] if task else answer.tasks)}
    return Receipted(
        metric=metric,
        question=question,
        figure=cell(task.figures, metric.key, place) if task else total_cell(answer, metric.key),
        figures=figures_of(rows, question),
        rows=rows,
        name=(task.name or task.object_id) if task else _("Total"),
        sampling=", ".join(sorted(words or "—" for words in shares)) or "—",
        told_days=frozenset(),
    )


RECEIPTED: Mapping[Line, Callable[..., Receipted]] = {Line.DIRECT: _direct, Line.STAR: _star}
