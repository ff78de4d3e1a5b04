"""What a metric is: its name, unit, source, window, and how it may be added up."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"

FEW = 10  # people; fewer of them might be known to somebody


class Line(StrEnum):
    """The programme's two measurements, and the in-site shop's beside them; they never mix."""

    DIRECT = "direct"
    STAR = "star"
    IN_SITE = "in_site"

    @property
    def label(self) -> Text:
        return {
            Line.DIRECT: _("Direct link"),
            Line.STAR: _("Star task"),
            Line.IN_SITE: _("In-site shop"),
        }[self]

    @property
    def lag(self) -> int:
        """How many days later the source closes a business day: 聚光 one, 种草星河 two."""
        return 2 if self is Line.STAR else 1

    @property
    def windows(self) -> tuple[int, ...]:
        """The attribution windows in days."""
        return {Line.DIRECT: (7, 15, 30), Line.STAR: (15, 30), Line.IN_SITE: (7,)}[self]


class Unit(StrEnum):
    FEN = "fen"
    COUNT = "count"
    PEOPLE = "people"  # each counted once within a row
    SHARE = "share"  # shown as a percentage
    RATIO = "ratio"


class Span(Enum):
    """For how many days after the ad click, or the reading, a metric still grows."""

    NONE = 0
    WEEK = 7
    CHOSEN = -1

    def days(self, window: int) -> int:
        """Return the days for the window that the reader chose; 0 is a figure of the day alone."""
        return window if self is Span.CHOSEN else self.value


@dataclass(frozen=True, slots=True)
class Metric:
    """A sum of one column (`column`), or a ratio of two such sums (`over`).

    `{n}` in `column` and `source` stands for the chosen window. Of people each row counts everyone
    once: over several rows the sum is only the most that they can be.
    """

    key: str
    label: Text
    unit: Unit
    definition: Text
    source: str = ""
    column: str = ""
    span: Span = Span.NONE
    over: tuple[str, str] = ("", "")
    tag: Text = ""
    not_returned: Text = ""
    line: Line = Line.DIRECT

    @property
    def is_ratio(self) -> bool:
        return bool(self.over[0])

    @property
    def is_of_people(self) -> bool:
        return self.unit == Unit.PEOPLE

    @property
    def adding(self) -> Text:
        if self.is_of_people:
            return _("not de-duplicated")
        return _("recomputed") if self.is_ratio else _("sum")

    def column_for(self, window: int) -> str:
        return self.column.format(n=window)

    def source_for(self, window: int) -> str:
        return self.source.format(n=window)

    def source_for_any(self) -> str:
        """Return the source's fields with N in the window's place."""
        return self.source.replace("{n}", "N")

    def days(self, window: int) -> int:
        return self.span.days(window)
