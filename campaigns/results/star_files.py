"""The star tasks as a file of exactly what is shown, below what it answers."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from campaigns.results.files import Line, about, number, percent
from campaigns.results.metrics import Metric
from campaigns.results.question import Question
from campaigns.results.shown import title, under_head
from campaigns.results.star import StarAnswer, StarRow, in_order, total_cells
from campaigns.results.star_scatter import CostRow, StarScatter
from portal.lib import money


def star_file(
    answer: StarAnswer, costs: StarScatter, metrics: Sequence[Metric], *, brand: str, store: str
) -> Iterator[Line]:
    """Yield what was asked, the heads, the totals, the tasks, then the chosen one's contents."""
    yield from about(answer.question, brand=brand, store=store)
    yield from how_counted(answer.question)
    yield []
    yield _heads(metrics, answer.question)
    totals = map(number, total_cells(answer, metrics))
    yield [gettext("Total"), "", "", "", *totals, *[None] * 5]
    for row in in_order(answer.tasks):
        both = _both_sides(costs.by_place.get((row.store_id, row.place)))
        yield [gettext("Star task"), *_line(row, metrics), *both]
    for row in in_order(answer.contents):
        yield [gettext("Note"), *_line(row, metrics), *_both_sides(None)]


def how_counted(question: Question) -> Iterator[Line]:
    """Yield what a file of this line says of its people and its sample."""
    yield [gettext("Sampling"), told_how(question)]
    yield how_people_are_counted()


def how_people_are_counted() -> Line:
    told = gettext(
        "counted once a day; over several days the most they can be, one to nine as nine"
    )
    return [gettext("How people are counted"), told]


def told_how(question: Question) -> str:
    if question.is_scaled:
        return gettext("scaled up by the sample's share: an estimate")
    return gettext("as returned, within the sample")


def _heads(metrics: Sequence[Metric], question: Question) -> Line:
    heads: Line = [gettext("Row"), gettext("Name"), gettext("Id"), gettext("Traffic")]
    for metric in metrics:
        heads.append(f"{title(metric)} ({under_head(metric, question.window)})")
    return [
        *heads,
        gettext("Sampling"),
        gettext("Maturity in percent"),
        gettext("Since its first day: cost ¥"),
        gettext("Since its first day: store GMV ¥"),
        gettext("Lacking"),
    ]


def _both_sides(row: CostRow | None) -> Line:
    """Return the cost, what it brought, and what is lacking of the two; both are running totals."""
    if row is None:
        return [None, None, ""]
    cost = money.yuan(row.cost.fen) if row.cost.is_whole else None
    return [cost, number(row.gmv), row.lacking]


def _line(row: StarRow, metrics: Sequence[Metric]) -> Line:
    return [
        row.name or row.creator,
        row.object_id,
        row.traffic,
        *map(number, row.cells(metrics)),
        row.sampling.words,
        percent(row.maturity),
    ]
