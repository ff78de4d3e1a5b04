"""What moved between two moments as a file of exactly what the page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext

from campaigns.results.diff import Diff, Difference
from campaigns.results.files import Line, about, number
from campaigns.results.metrics import Line as ResultLine
from campaigns.results.shown import difference, under_head
from campaigns.results.shown import title as titled
from campaigns.results.star_files import how_counted
from portal.lib import sheets


def diff_file(
    found: Diff, *, brand: str, store: str, choices: Sequence[tuple[str, str]]
) -> Iterator[Line]:
    """Yield what was asked, then the totals, the days and the rows that moved."""
    yield from about(found.then, brand=brand, store=store)
    yield [gettext("Compared with"), found.now.moment.strftime("%Y-%m-%d %H:%M %z")]
    for word, value in choices:
        yield [word, value]
    if found.then.line is ResultLine.STAR:
        yield from how_counted(found.then)
    yield []
    yield [
        gettext("Row"),
        gettext("Name"),
        gettext("Id"),
        gettext("Metric"),
        gettext("Before"),
        gettext("After"),
        gettext("Difference"),
        gettext("Why"),
    ]
    for each in found.metrics:
        yield _line(gettext("Total"), each, "", "")
    for each in found.days:
        yield _line(gettext("Day"), each, each.name, "")
    row = gettext("Star task") if found.by_task else gettext("Note")
    for each in found.rows:
        yield _line(row, each, each.title, each.name)


def _line(row: str, each: Difference, name: str, own_id: str) -> Line:
    under = under_head(each.metric, each.after.window)
    head = f"{titled(each.metric)} ({under})" if under else titled(each.metric)
    both = number(each.before), number(each.after)
    return [row, name, own_id, head, *both, _change(each), each.why]


def _change(each: Difference) -> sheets.Cell:
    return number(replace(each.after, value=difference(each.before, each.after), is_few=False))
