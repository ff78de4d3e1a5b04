"""A figure's receipt as a file: what it means, then every page and file that holds its rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext

from campaigns.results.files import Line, about, number, percent
from campaigns.results.origins import Origin
from campaigns.results.receipted import Receipted


def receipt_file(
    receipted: Receipted,
    origins: Iterable[Origin],
    *,
    brand: str,
    store: str,
    choices: Sequence[tuple[str, str]],
) -> Iterator[Line]:
    """Yield what the figure is, a blank line, the heads, the figure, and a line for each page."""
    yield from about(receipted.question, brand=brand, store=store)
    for word, value in choices:
        yield [word, value]
    yield [gettext("Metric"), str(receipted.metric.label), receipted.code]
    yield [gettext("Definition"), str(receipted.metric.definition)]
    yield [gettext("Source"), str(receipted.source), receipted.fields]
    yield [gettext("Sampling"), str(receipted.sampling)]
    yield [gettext("Coverage"), receipted.returned, receipted.figures.rows]
    yield [gettext("Maturity in percent"), percent(receipted.maturity)]
    yield []
    yield [
        gettext("Business day"),
        gettext("Value"),
        gettext("Rows"),
        gettext("Origin"),
        gettext("Page"),
        "SHA-256",
        gettext("Pulled"),
        gettext("Answered"),
        gettext("Rows changed"),
        gettext("Quarantined"),
        gettext("By"),
    ]
    yield [str(receipted.name), number(receipted.figure), receipted.figures.rows, *[""] * 8]
    for each in origins:
        yield _line(each)


def _line(origin: Origin) -> Line:
    held, page = origin.holding, origin.page
    value = number(held.figure) if held.figure else None
    told: Line = [held.day.isoformat(), value, held.figures.rows]
    if page is None:
        return [*told, gettext("receipt not kept"), *[""] * 7]
    return [
        *told,
        str(origin.title),
        page.number,
        origin.sha256,
        _moment(page.pulled_at),
        _moment(page.answered_at),
        page.changed,
        page.refused,
        origin.person,
    ]


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""
