"""The star tasks as a file of exactly what is shown, below what it answers."""

from collections.abc import Iterator

from django.utils.translation import gettext

from campaigns.results.files import Line, about, number, percent
from campaigns.results.metrics import METRICS
from campaigns.results.question import Question
from campaigns.results.shown import title, under_head
from campaigns.results.star import COLUMNS, StarAnswer, StarRow, in_order, total_cells


def star_file(answer: StarAnswer, *, brand: str, store: str) -> Iterator[Line]:
    """Yield what was asked, the heads, the totals, the tasks, then the chosen one's contents."""
    yield from about(answer.question, brand=brand, store=store)
    yield from how_counted(answer.question)
    yield []
    yield _heads(answer)
    yield [gettext("Total"), "", "", "", *map(number, total_cells(answer)), None, None]
    for row in in_order(answer.tasks):
        yield [gettext("Star task"), *_line(row)]
    for row in in_order(answer.contents):
        yield [gettext("Note"), *_line(row)]


def how_counted(question: Question) -> Iterator[Line]:
    """Yield what a file of this line says of its people and its sample."""
    yield [gettext("Sampling"), told_how(question)]
    yield [
        gettext("How people are counted"),
        gettext("counted once a day; over several days the most they can be"),
    ]


def told_how(question: Question) -> str:
    if question.is_scaled:
        return gettext("scaled up by the sample's share: an estimate")
    return gettext("as returned, within the sample")


def _heads(answer: StarAnswer) -> Line:
    heads: Line = [gettext("Row"), gettext("Name"), gettext("Id"), gettext("Traffic")]
    for key in COLUMNS:
        metric = METRICS[key]
        heads.append(f"{title(metric)} ({under_head(metric, answer.question.window)})")
    return [*heads, gettext("Sampling"), gettext("Maturity in percent")]


def _line(row: StarRow) -> Line:
    return [
        row.name or row.creator,
        row.object_id,
        row.traffic,
        *map(number, row.cells),
        row.sampling.words,
        percent(row.maturity),
    ]
