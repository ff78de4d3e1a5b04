"""Every metric once: its name, unit, source, window, and how it may be added up.

Pages, files and receipts compile from here. All are of the direct link, from 聚光's note report.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WINDOWS = (7, 15, 30)
DEFAULT_WINDOW = 15
LAG = 1  # 聚光 closes a business day on the next one

Text: TypeAlias = "str | _StrPromise"


class Unit(StrEnum):
    FEN = "fen"
    COUNT = "count"
    SHARE = "share"  # shown as a percentage
    RATIO = "ratio"


class Span(Enum):
    """For how many days after the ad click a metric still grows."""

    NONE = 0
    WEEK = 7
    CHOSEN = -1

    def days(self, window: int) -> int:
        """Return the days for the window that the reader chose; 0 is a figure of the day alone."""
        return window if self is Span.CHOSEN else self.value


@dataclass(frozen=True, slots=True)
class Metric:
    """A sum of one column (`column`), or a ratio of two such sums (`over`).

    `{n}` in `column` and `source` stands for the chosen window.
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

    @property
    def is_ratio(self) -> bool:
        return bool(self.over[0])

    @property
    def adding(self) -> Text:
        return _("recomputed") if self.is_ratio else _("sum")

    def column_for(self, window: int) -> str:
        return self.column.format(n=window)

    def source_for(self, window: int) -> str:
        return self.source.format(n=window)

    def days(self, window: int) -> int:
        return self.span.days(window)


_ALL = [
    Metric(
        "spend",
        _("Spend"),
        Unit.FEN,
        _("What the ads of the note cost on that day."),
        source="fee",
        column="fee_fen",
    ),
    Metric(
        "impression",
        _("Impressions"),
        Unit.COUNT,
        _("Times the note was shown as an ad."),
        source="impression",
        column="impression",
        tag=_("times"),
    ),
    Metric(
        "ad_click",
        _("Clicks"),
        Unit.COUNT,
        _("Clicks on the ad; in the video stream, a view of 5 seconds."),
        source="click",
        column="click",
        tag=_("times"),
    ),
    Metric(
        "reads",
        _("Reads"),
        Unit.COUNT,
        _("Reads of the note, with and without ads."),
        tag=_("times"),
        not_returned=_("Juguang's note report has no reads; of Pugongying only orders are read."),
    ),
    Metric(
        "interaction",
        _("Interactions"),
        Unit.COUNT,
        _("Likes, comments, collects, shares and follows that came from the ads."),
        source="interaction",
        column="interaction",
        tag=_("times"),
    ),
    Metric(
        "jump_click",
        _("Jumps"),
        Unit.COUNT,
        _("Clicks on the link below the note within 7 days of the ad click."),
        source="external_goods_visit_7",
        column="jump_click",
        span=Span.WEEK,
        tag=_("times"),
    ),
    Metric(
        "store_visit",
        _("Store entries"),
        Unit.COUNT,
        _("Entries into the Tmall store within 30 days of the ad click."),
        tag=_("times"),
        not_returned=_(
            "Juguang's note report has no store entries; only its console's export does."
        ),
    ),
    Metric(
        "order",
        _("Orders"),
        Unit.COUNT,
        _(
            "Orders created and paid within the window after the ad click (in the video stream:"
            " the exposure), counted on the day of that click. Refunds are not taken out."
        ),
        source="external_goods_order_{n}",
        column="order_{n}",
        span=Span.CHOSEN,
        tag=_("orders"),
    ),
    Metric(
        "gmv",
        _("GMV"),
        Unit.FEN,
        _(
            "Value of the orders created and paid within the window after the ad click (in the"
            " video stream: the exposure), on the day of that click. Refunds are not taken out."
        ),
        source="external_rgmv_{n}",
        column="gmv_{n}_fen",
        span=Span.CHOSEN,
    ),
    Metric(
        "roi",
        _("ROI"),
        Unit.RATIO,
        _("GMV ÷ spend, both of the note days whose GMV was returned."),
        source="external_rgmv_{n} ÷ fee",
        span=Span.CHOSEN,
        over=("gmv", "spend"),
    ),
    Metric(
        "ctr",
        _("Click rate"),
        Unit.SHARE,
        _("Clicks ÷ impressions."),
        source="click ÷ impression",
        over=("ad_click", "impression"),
    ),
    Metric(
        "interaction_rate",
        _("Interaction rate"),
        Unit.SHARE,
        _("Interactions ÷ clicks."),
        source="interaction ÷ click",
        over=("interaction", "ad_click"),
    ),
    Metric(
        "jump_rate",
        _("Jump rate"),
        Unit.SHARE,
        _("Jumps ÷ clicks."),
        source="external_goods_visit_7 ÷ click",
        span=Span.WEEK,
        over=("jump_click", "ad_click"),
    ),
    Metric(
        "order_rate",
        _("Order rate"),
        Unit.SHARE,
        _("Orders of the window ÷ jumps of 7 days."),
        source="external_goods_order_{n} ÷ external_goods_visit_7",
        span=Span.CHOSEN,
        over=("order", "jump_click"),
    ),
    Metric(
        "cost_per_jump",
        _("Cost per jump"),
        Unit.FEN,
        _("Spend ÷ jumps."),
        source="fee ÷ external_goods_visit_7",
        span=Span.WEEK,
        over=("spend", "jump_click"),
    ),
]

METRICS = {metric.key: metric for metric in _ALL}
SUMS = [metric for metric in _ALL if metric.column]
RATIOS = [metric for metric in _ALL if metric.is_ratio]
