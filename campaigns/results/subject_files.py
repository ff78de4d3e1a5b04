"""The page of one note, creator or item as a file: its tables of days, one below another."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.results import back_chain, trend
from campaigns.results.answers import Answer, DayState
from campaigns.results.cohort import RIPENING, ages, cohort
from campaigns.results.files import Line, about, number, percent
from campaigns.results.metrics import METRICS, WINDOWS
from campaigns.results.shown import title
from campaigns.results.subject import Subject
from merchants.models import Membership

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

STATES: Mapping[DayState, "StrPromise"] = {
    DayState.RETURNED: _("returned"),
    DayState.MISSING: _("not returned"),
    DayState.QUIET: _("no delivery"),
    DayState.NOT_DUE: _("not due"),
}


def subject_file(
    found: Answer, subject: Subject, membership: Membership, *, store: str
) -> Iterator[Line]:
    """Yield what was asked, then both chains by day and how each day ripened."""
    yield from about(found.question, brand=membership.brand.name, store=store)
    yield [str(subject.kind.label), subject.title, subject.under]
    yield from _chain(found)
    yield from _back(found, membership)
    yield from _ripened(found, membership)


def _chain(found: Answer) -> Iterator[Line]:
    window = found.question.window
    yield []
    yield [gettext("What each day cost, and what it brought in %(n)s days") % {"n": window}]
    told = trend.day_heads(window, trend.CHAIN)
    heads = [f"{name} ({under})" if under else name for name, under in told]
    yield [*_named_days(), *heads, gettext("Maturity in percent"), gettext("State")]
    for row in trend.day_rows(found, trend.CHAIN):
        cells = [number(cell) for cell in row.cells] or [None] * len(heads)
        gone = percent(row.maturity) if row.state == DayState.RETURNED else None
        yield [row.day.isoformat(), row.weekday, *cells, gone, str(STATES[row.state])]


def _back(found: Answer, membership: Membership) -> Iterator[Line]:
    yield []
    yield [gettext("What came back, in every window")]
    heads: Line = []
    for window in WINDOWS:
        days = gettext("%(n)s d") % {"n": window}
        named = [*back_chain.heads(), gettext("Maturity in percent")]
        heads += [f"{head} ({days})" for head in named]
    yield [*_named_days(), *heads]
    for row in back_chain.back_rows(found, membership.brand, membership):
        line: Line = [row.day.isoformat() if row.day else gettext("Total"), row.weekday]
        for back in row.windows:
            line += [*map(number, back.cells), percent(back.maturity)]
        yield line


def _ripened(found: Answer, membership: Membership) -> Iterator[Line]:
    yield []
    yield [gettext("How each day ripened")]
    heads: Line = []
    for age in ages(found.question.window):
        after = gettext("after %(n)s d") % {"n": age.days}
        heads += [f"{title(METRICS[key])} ({after})" for key in RIPENING]
    yield [*_named_days(), *heads]
    for row in cohort(found, membership.brand, membership):
        cells = [number(cell) for known in row.known for cell in (known.gmv, known.order)]
        yield [row.day.isoformat(), row.weekday, *cells]


def _named_days() -> Line:
    return [gettext("Day of the ad click"), gettext("Weekday")]
