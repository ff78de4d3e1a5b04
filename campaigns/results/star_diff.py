"""What moved between two moments on the star tasks' line, and why each day differs.

Of a day the reason is what its rows tell: that it arrived, another share of readers that was
matched, more or fewer buyers, and the file that told it. Refunds are not told apart there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext, ngettext

from campaigns.results.columns import USUAL, usual
from campaigns.results.diff import MOST_ROWS, Diff, Difference, largest_first
from campaigns.results.metrics import Line, Metric
from campaigns.results.origins import pages_seen
from campaigns.results.phase_days import StarDays
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, difference, unknown
from campaigns.results.star import (
    TOTAL,
    StarRow,
    contents_of,
    joined,
    names_of,
    task_days,
    task_rows,
)
from merchants.models import Brand, Membership

BOUGHT = ("order_uv", "new_customer_uv", "store_gmv")  # what buyers explain


@dataclass(frozen=True, slots=True)
class Side:
    """What was known at one moment: each day's tasks, and the contents of the one asked for."""

    question: Question
    days: Mapping[date, Sequence[StarRow]]
    contents: Sequence[StarRow] = ()

    @property
    def tasks(self) -> dict[str, StarRow]:
        every = [row for rows in self.days.values() for row in rows]
        return {row.place: row for row in joined(every)}

    def of(self, place: str) -> "Side":
        own = {day: [row for row in rows if row.place == place] for day, rows in self.days.items()}
        return replace(self, days={day: rows for day, rows in own.items() if rows})

    def total(self, key: str, place: str, days: Sequence[date] | None = None) -> Cell:
        """Return the sum of these days, or of all; what does not add up is unknown here too."""
        counted = StarDays(self.question, self.days)
        return counted.total(key, place, list(self.days) if days is None else days)


def star_diff(
    brand: Brand,
    membership: Membership,
    question: Question,
    metric: Metric,
    until: datetime,
    *,
    task: str = "",
) -> Diff:
    """Return how the answer of the question's moment differs from that of `until`.

    Of all tasks, or of the one at the place `task`, where there is one.
    """
    asked = [replace(question, moment=moment) for moment in (question.moment, until)]
    sides = [Side(each, task_days(brand, membership, each)) for each in asked]
    place = task if any(task in side.tasks for side in sides) else ""
    if place:
        sides = [_with_contents(brand, membership, side.of(place)) for side in sides]
    then, now = sides
    files = _files(brand, membership, now.question, since=question.moment)
    moved = largest_first(_rows(then, now, metric, names_of(brand, membership), place))
    return Diff(
        then=then.question,
        now=now.question,
        metric=metric,
        metrics=[
            Difference(then.total(key, "then"), now.total(key, place or TOTAL))
            for key in USUAL[Line.STAR]
        ],
        days=[each for each in _days(then, now, metric, files) if each.moved],
        rows=moved[:MOST_ROWS],
        moved_rows=len(moved),
        by_task=not place,
        place=place,
    )


def _with_contents(brand: Brand, membership: Membership, side: Side) -> Side:
    contents = [
        content
        for task in side.tasks.values()
        for content in contents_of(brand, membership, side.question, task)
    ]
    return replace(side, contents=contents)


def _files(
    brand: Brand, membership: Membership, question: Question, *, since: datetime
) -> dict[date, list[str]]:
    """Return the names of the files that told rows of each day since the moment; two queries."""
    news = task_rows(brand, membership, question).filter(known_from__gt=since)
    told = set(news.order_by().values_list("day", "page_id").distinct())
    pages = pages_seen(brand, membership, {page for _day, page in told})
    found: dict[date, list[str]] = defaultdict(list)
    for day, page_id in sorted(told):
        page = pages.get(page_id)
        if page and page.file_import and page.file_import.name not in found[day]:
            found[day].append(page.file_import.name)
    return found


def _days(
    then: Side, now: Side, metric: Metric, files: Mapping[date, Sequence[str]]
) -> list[Difference]:
    return [
        Difference(
            before=then.total(metric.key, f"then:{day}", [day]),
            after=now.total(metric.key, f"day:{day}", [day]),
            name=day.isoformat(),
            why=" · ".join([_why(then, now, metric, day), *files.get(day, ())]),
            day=day,
        )
        for day in sorted({*then.days, *now.days}, reverse=True)
    ]


def _why(then: Side, now: Side, metric: Metric, day: date) -> str:
    """Say why a day differs, as far as the export tells."""
    before, after = then.days.get(day, ()), now.days.get(day, ())
    if not before:
        return gettext("the day arrived")
    if not after:
        return gettext("the day was taken back")
    shares = [_shares(rows) for rows in (before, after)]
    if shares[0] != shares[1]:
        return gettext("the sample's share: %(before)s, now %(after)s") % {
            "before": shares[0],
            "after": shares[1],
        }
    if len(after) != len(before):
        return gettext("task rows: %(n)s") % {"n": f"{len(after) - len(before):+,}"}
    if metric.key in BOUGHT:
        buyers = [side.total("order_uv", TOTAL, [day]) for side in (then, now)]
        if words := _by_buyers(*buyers):
            return words
    return gettext("a later export said otherwise")


def _by_buyers(before: Cell, after: Cell) -> str:
    """Tell the buyers' difference; how many there are in all is known of one task's day only."""
    change = int(difference(before, after) or 0)
    if not change:
        return ""
    if before.is_at_most or after.is_at_most:
        return gettext("more buyers") if change > 0 else gettext("fewer buyers")
    if change > 0:
        return ngettext("%(n)s more buyer", "%(n)s more buyers", change) % {"n": f"{change:,}"}
    return ngettext("%(n)s buyer fewer", "%(n)s buyers fewer", -change) % {"n": f"{-change:,}"}


def _shares(rows: Sequence[StarRow]) -> str:
    """Return the shares of readers that were matched; rows of tasks on one side only say none."""
    return ", ".join(sorted({row.sampling.words or "—" for row in rows}))


def _rows(
    then: Side, now: Side, metric: Metric, names: Mapping[str, str], place: str
) -> list[Difference]:
    """Set task by task side by side; of one task its notes."""
    sides = [then.tasks, now.tasks]
    if place:
        sides = [{row.place: row for row in side.contents} for side in (then, now)]
    before, after = sides
    return [
        Difference(
            before=_cell(before.get(each), metric, f"then:{each}", then.question.window),
            after=_cell(after.get(each), metric, each, now.question.window),
            name=each,
            title=names.get(row.object_id) or row.name or row.creator or row.object_id,
        )
        for each, row in {**before, **after}.items()
    ]


def _cell(row: StarRow | None, metric: Metric, place: str, window: int) -> Cell:
    if row is None:
        return unknown(metric, place, window, gettext("Nothing had been returned by then."))
    return cell(row.figures, metric.key, place)


OFFERED = usual(Line.STAR)
