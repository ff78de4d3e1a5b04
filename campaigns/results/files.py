"""The table of results as a file of exactly what is shown, below what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext

from campaigns.results.account import TITLES, Account, SpendRow, left_out
from campaigns.results.answers import Answer
from campaigns.results.figures import Returned
from campaigns.results.groups import Group, GroupRow
from campaigns.results.metrics import Metric, Unit
from campaigns.results.placements import Tie, TieRow, rows_below
from campaigns.results.question import Question
from campaigns.results.shown import CENT, FOUR_PLACES, Cell, title, under_head
from campaigns.results.table import NoteRow, Row, total_row
from portal.lib import money, sheets

Line = list[sheets.Cell]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the file's head says was asked; `choices` are words and values, as on the page.

    `metrics` are the columns.
    """

    brand: str
    store: str
    group: Group
    metrics: Sequence[Metric]
    choices: Sequence[tuple[str, str]]


def file_rows(
    answer: Answer,
    rows: Sequence[Row],
    asked: Asked,
    account: Account | None,
    tie: Tie | None = None,
) -> Iterator[Line]:
    """Yield what the table answers, the heads, the totals, then a line for each row."""
    yield from about(answer.question, brand=asked.brand, store=asked.store)
    for word, value in asked.choices:
        yield [word, value]
    if account is None:
        yield [gettext("Unallocated"), str(left_out(answer.question))]
    by_day = account if asked.group is Group.DAY else None
    yield []
    heads = _heads(asked.metrics, answer.question)
    yield [*_names(asked.group), *heads, *(_titles_beside() if by_day else [])]
    beside = [number(cell) for _title, cell in by_day.beside()] if by_day else []
    yield [*_total_names(asked.group), *_figures(total_row(answer), asked.metrics), *beside]
    below = rows_below(asked.metrics, tie, None if by_day else account)
    yield from _beyond(below, asked.group)
    for row in rows:
        yield [*_names_of(row), *_figures(row, asked.metrics)]


def _beyond(rows: Sequence[TieRow | SpendRow], group: Group) -> Iterator[Line]:
    for row in rows:
        known = gettext("%(n)s of %(m)s account days") % {"n": row.known, "m": row.owed}
        names = [str(row.title), *[""] * (len(_names(group)) - 1)]
        yield [*names, *map(number, row.cells), None, known]


def _titles_beside() -> Line:
    return [f"{title} ¥" for title in TITLES.values()]


def about(question: Question, *, brand: str, store: str) -> Iterator[Line]:
    """Yield the lines with which a file of either line begins."""
    yield [gettext("Brand"), brand]
    yield [gettext("Store"), store]
    yield [gettext("Line"), str(question.line.label)]
    yield [gettext("Period"), question.first.isoformat(), question.last.isoformat()]
    yield [gettext("Attribution window"), gettext("%(n)s d") % {"n": question.window}]
    yield [gettext("As known on"), question.moment.strftime("%Y-%m-%d %H:%M %z")]


def _names(group: Group) -> Line:
    if group is not Group.NOTE:
        return [str(group.label), gettext("Further"), gettext("Notes")]
    return [
        gettext("Note"),
        gettext("Note id"),
        gettext("Creator"),
        gettext("Source"),
        gettext("Type"),
        gettext("Store"),
    ]


def _heads(metrics: Sequence[Metric], question: Question) -> Line:
    heads: Line = []
    for metric in metrics:
        under = under_head(metric, question.window)
        heads.append(f"{title(metric)} ({under})" if under else title(metric))
    return [*heads, gettext("Maturity in percent"), gettext("Returned")]


def _total_names(group: Group) -> Line:
    return [gettext("Total"), *[""] * (len(_names(group)) - 1)]


def _names_of(row: Row) -> Line:
    if isinstance(row, GroupRow):
        return [row.named.title, row.named.under, row.notes or None]
    note = row.note if isinstance(row, NoteRow) else None
    if note is None:
        return ["", row.place, "", "", "", ""]
    return [
        note.title,
        row.place,
        note.creator,
        note.get_source_display(),
        note.get_kind_display(),
        note.store.title,
    ]


def _figures(row: Row, metrics: Sequence[Metric]) -> Line:
    beside = row.beside if isinstance(row, GroupRow) else ()
    amounts = [number(cell) for _title, cell in beside]
    return [*map(number, row.cells(metrics)), percent(row.maturity), _returned(row), *amounts]


def number(cell: Cell) -> sheets.Cell:
    """Plain numbers: yuan and ratios with two decimals, and shares of 1 with four, as shown."""
    if cell.is_few or (cell.is_at_most and not cell.metric.is_of_people):
        return cell.full  # a file's head says of people alone that they are the most they can be
    if cell.value is None:
        return None
    if cell.metric.unit == Unit.FEN:
        return money.yuan(int(cell.value))
    if isinstance(cell.value, Decimal):
        places = FOUR_PLACES if cell.metric.unit == Unit.SHARE else CENT
        return cell.value.quantize(places, ROUND_HALF_UP)
    return cell.value


def percent(share: Fraction | None) -> int | None:
    return None if share is None else int(share * 100)


def _returned(row: Row) -> str:
    if row.returned == Returned.PARTIAL:
        counts = {"n": row.returned_days, "m": row.figures.rows}
        return gettext("partial: %(n)s of %(m)s note days") % counts
    return gettext("complete") if row.returned == Returned.COMPLETE else gettext("not returned")
