"""The note table: which columns, in which order, and the same as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext

from campaigns.models import Note
from campaigns.results.answers import Answer, Coverage
from campaigns.results.figures import Figures, Returned
from campaigns.results.metrics import METRICS, Unit
from campaigns.results.queries import NoteFigures, NoteKey
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, title, under_head
from portal.lib import money, sheets

COLUMNS = [
    METRICS[key]
    for key in [
        "spend",
        "impression",
        "ad_click",
        "reads",
        "interaction",
        "jump_click",
        "order",
        "gmv",
        "roi",
    ]
]
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
class NoteRow:
    note_id: str
    note: Note | None
    figures: Figures
    cells: list[Cell]

    @property
    def maturity(self) -> Fraction | None:
        return self.figures.maturity(self.figures.window)

    @property
    def returned(self) -> Returned:
        return self.figures.completeness(METRICS["order"])

    @property
    def returned_days(self) -> int:
        return self.figures.returned["order"]


def heads(question: Question, sort: str) -> list[Head]:
    return [
        Head(
            title=title(column),
            under=under_head(column, question.window),
            sort="" if column.not_returned else _flipped(column.key, sort),
            order={f"-{column.key}": "descending", column.key: "ascending"}.get(sort, ""),
        )
        for column in COLUMNS
    ]


def ordered(notes: Sequence[NoteFigures], sort: str) -> list[NoteFigures]:
    """Order by a metric, `-` first for the largest first; the unknown come last either way."""
    metric = METRICS[sort.removeprefix("-")]
    by_key = sorted(notes, key=lambda note: (note.key.note_id, note.key.connection_id))
    known = [note for note in by_key if note.figures.value(metric) is not None]
    known.sort(key=lambda note: note.figures.value(metric) or 0, reverse=sort.startswith("-"))
    return known + [note for note in by_key if note.figures.value(metric) is None]


def note_rows(notes: Sequence[NoteFigures], titles: Mapping[NoteKey, Note]) -> list[NoteRow]:
    return [
        NoteRow(
            note_id=note.key.note_id,
            note=titles.get(note.key),
            figures=note.figures,
            cells=cells(note.figures, note.key.note_id),
        )
        for note in notes
    ]


def total_row(answer: Answer) -> NoteRow:
    return NoteRow(TOTAL, None, answer.totals, cells(answer.totals, TOTAL))


def total_cells(answer: Answer) -> list[tuple[Cell, Coverage]]:
    """The totals, each with how many of the notes are in it."""
    return [(cell, answer.coverage_of(cell.metric)) for cell in total_row(answer).cells]


def cells(figures: Figures, place: str) -> list[Cell]:
    return [cell(figures, column.key, place) for column in COLUMNS]


def file_rows(
    answer: Answer, rows: Sequence[NoteRow], *, brand: str, store: str
) -> Iterator[list[sheets.Cell]]:
    """The table as lines of a file: what it answers, the heads, the totals, then the notes."""
    question = answer.question
    yield [gettext("Brand"), brand]
    yield [gettext("Store"), store]
    yield [gettext("Line"), gettext("Direct link")]
    yield [gettext("Period"), question.first.isoformat(), question.last.isoformat()]
    yield [gettext("Attribution window"), gettext("%(n)s d") % {"n": question.window}]
    yield [gettext("As known on"), question.moment.strftime("%Y-%m-%d %H:%M %z")]
    yield []
    yield _file_head(question)
    yield _file_row(gettext("Total"), total_row(answer))
    for row in rows:
        yield _file_row(row.note.title if row.note else "", row)


def _flipped(key: str, sort: str) -> str:
    return key if sort == f"-{key}" else f"-{key}"


def _file_head(question: Question) -> list[sheets.Cell]:
    heads: list[sheets.Cell] = [
        gettext("Note"),
        gettext("Note id"),
        gettext("Creator"),
        gettext("Source"),
        gettext("Type"),
        gettext("Store"),
    ]
    for column in COLUMNS:
        under = under_head(column, question.window)
        heads.append(f"{title(column)} ({under})" if under else title(column))
    return [*heads, gettext("Maturity in percent"), gettext("Returned")]


def _file_row(name: str, row: NoteRow) -> list[sheets.Cell]:
    note = row.note
    about: list[sheets.Cell] = [name, "" if row.note_id == TOTAL else row.note_id, "", "", "", ""]
    if note:
        about[2:] = [
            note.creator,
            note.get_source_display(),
            note.get_kind_display(),
            note.store.title,
        ]
    return [*about, *map(_number, row.cells), _percent(row.maturity), _returned(row)]


def _number(cell: Cell) -> sheets.Cell:
    """Plain numbers: yuan and ratios with two decimals, as the page shows them."""
    if cell.value is None:
        return None
    if cell.metric.unit == Unit.FEN:
        return money.yuan(int(cell.value))
    if isinstance(cell.value, Decimal):
        return cell.value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return cell.value


def _percent(share: Fraction | None) -> int | None:
    return None if share is None else int(share * 100)


def _returned(row: NoteRow) -> str:
    if row.returned == Returned.PARTIAL:
        counts = {"n": row.returned_days, "m": row.figures.rows}
        return gettext("partial: %(n)s of %(m)s note days") % counts
    return gettext("complete") if row.returned == Returned.COMPLETE else gettext("not returned")
