"""What a link's page says of its taps: who, on which system, where they went, and trials."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.jump.taps import (
    Kinds,
    Taps,
    kinds_of_taps,
    last_trials,
    taps_by_day,
    taps_by_hour,
    total,
    ways_of_taps,
)
from campaigns.jump.trials import TRY, trial_mark
from campaigns.models import Click, ClickKind, ClickSystem, ClickWent, Link
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAYS = 14
HOUR = "hour"


class Chart(TypedDict):
    days: list[dict[str, str | int]]
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One day or hour, named for its table."""

    head: str
    taps: Taps


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those counted, and of how many."""

    name: "StrOrPromise"
    count: int


@dataclass(frozen=True, slots=True)
class TapReport:
    """`rows` are newest first; the chart runs the other way."""

    by_hour: bool
    first: date
    last: date
    rows: list[Row]
    total: Taps
    kinds: Kinds
    programs: list[Share]
    ways: list[Share]
    trials: list[Click]
    chart: Chart


def tap_report(link: Link, *, last: date, by_hour: bool) -> TapReport:
    """Count the 14 days up to `last`, or the 24 hours of it; within a scope of the brand."""
    first = last if by_hour else last - timedelta(days=DAYS - 1)
    taps = taps_by_hour(link, day=last) if by_hour else taps_by_day(link, last=last, count=DAYS)
    taps = [each for each in taps if each.start <= days.known_now()]  # nobody counted those to come
    kinds = kinds_of_taps(link, first=first, last=last)
    ways = ways_of_taps(link, first=first, last=last)
    return TapReport(
        by_hour=by_hour,
        first=first,
        last=last,
        rows=[Row(_head(each, by_hour=by_hour), each) for each in reversed(taps)],
        total=total(taps),
        kinds=kinds,
        programs=[Share(ClickKind(kind).label, n) for kind, n in kinds.programs.items()],
        ways=[Share(ClickWent(way).label, n) for way, n in ways.items()],
        trials=last_trials(link),
        chart=_chart(taps, by_hour=by_hour),
    )


def trial_url(link: Link) -> str:
    return f"{link.short_url}?{TRY}={trial_mark(link.code)}"


def _head(taps: Taps, *, by_hour: bool) -> str:
    return f"{taps.start:%H:%M}" if by_hour else f"{taps.start:%m-%d} {_weekday(taps)}"


def _weekday(taps: Taps) -> str:
    return date_format(taps.start, "D").removeprefix("周")


def _chart(taps: list[Taps], *, by_hour: bool) -> Chart:
    return {
        "days": [
            {
                "label": f"{each.start:%H:%M}" if by_hour else f"{each.start:%m-%d}",
                "weekday": "" if by_hour else _weekday(each),
                "ios": each.by_system[ClickSystem.IOS],
                "android": each.by_system[ClickSystem.ANDROID],
                "harmony": each.by_system[ClickSystem.HARMONY],
                "other": each.elsewhere,
                "robots": each.robots,
            }
            for each in taps
        ],
        "words": {
            "ios": str(ClickSystem.IOS.label),
            "android": _("Android"),
            "harmony": str(ClickSystem.HARMONY.label),
            "other": _("Other"),
            "robots": _("Robots, left out"),
        },
    }
