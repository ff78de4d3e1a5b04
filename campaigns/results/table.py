"""The table of results: the heads of its columns, its order, and a row of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from campaigns.models import Note
from campaigns.results.answers import Answer, Coverage
from campaigns.results.figures import Figures, Returned
from campaigns.results.metrics import METRICS, Metric
from campaigns.results.queries import NoteFigures, NoteKey
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, title, under_head

DEFAULT_SORT = "-spend"
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Head:
    """One column's head; `sort` is what the address says to order by it, or the other way."""

    title: str
    under: str
    sort: str
    order: str


@dataclass(frozen=True, slots=True)
class Row:
    """`place` says of what: a note id, `total`, or another group's key."""

    place: str
    figures: Figures

    def cells(self, metrics: Sequence[Metric]) -> list[Cell]:
        return [cell(self.figures, metric.key, self.place) for metric in metrics]

    @property
    def maturity(self) -> Fraction | None:
        return self.figures.maturity(self.figures.window)

    @property
    def returned(self) -> Returned:
        return self.figures.completeness(METRICS["order"])

    @property
    def returned_days(self) -> int:
        return self.figures.returned(METRICS["order"])


@dataclass(frozen=True, slots=True)
class NoteRow(Row):
    note: Note | None


class HasFigures(Protocol):
    @property
    def figures(self) -> Figures: ...


AnyRow = TypeVar("AnyRow", bound=HasFigures)


def heads(question: Question, metrics: Sequence[Metric], sort: str) -> list[Head]:
    return [
        Head(
            title=title(metric),
            under=under_head(metric, question.window),
            sort="" if metric.not_returned else _flipped(metric.key, sort),
            order={f"-{metric.key}": "descending", metric.key: "ascending"}.get(sort, ""),
        )
        for metric in metrics
    ]


def ordered(rows: Sequence[AnyRow], sort: str) -> list[AnyRow]:
    """Order by a metric, `-` first for the largest first; the unknown come last either way.

    Of equals, the one that came first stays first.
    """
    metric = METRICS[sort.removeprefix("-")]
    told = [(row.figures.value(metric), row) for row in rows]
    known = [(value, row) for value, row in told if value is not None]
    known.sort(key=lambda each: each[0], reverse=sort.startswith("-"))
    return [row for _value, row in known] + [row for value, row in told if value is None]


def note_rows(notes: Sequence[NoteFigures], titles: Mapping[NoteKey, Note]) -> list[NoteRow]:
    return [NoteRow(note.key.note_id, note.figures, titles.get(note.key)) for note in notes]


def total_row(answer: Answer) -> Row:
    return Row(TOTAL, answer.totals)


def total_cells(answer: Answer, metrics: Sequence[Metric]) -> list[tuple[Cell, Coverage]]:
    """The totals, each with how many of the notes are in it."""
    return [(cell, answer.coverage_of(cell.metric)) for cell in total_row(answer).cells(metrics)]


def _flipped(key: str, sort: str) -> str:
    return key if sort == f"-{key}" else f"-{key}"
