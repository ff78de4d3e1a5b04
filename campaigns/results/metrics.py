"""Every metric once. Pages, files, receipts and docs/metrics.md compile from here."""

from collections.abc import Mapping, Sequence

from campaigns.results.metric import Line, Metric, Span, Text, Unit
from campaigns.results.metrics_direct import DIRECT
from campaigns.results.metrics_in_site import IN_SITE
from campaigns.results.metrics_star import STAR

__all__ = [
    "METRICS",
    "OF_PROGRAMME",
    "RATIOS",
    "SUMS",
    "WINDOWS",
    "Line",
    "Metric",
    "Span",
    "Text",
    "Unit",
]

WINDOWS = Line.DIRECT.windows
DEFAULT_WINDOW = 15
LAG = Line.DIRECT.lag
OF_PROGRAMME = (Line.DIRECT, Line.STAR)

METRICS: Mapping[str, Metric] = {metric.key: metric for metric in [*DIRECT, *STAR, *IN_SITE]}
SUMS: Mapping[Line, Sequence[Metric]] = {
    line: [metric for metric in METRICS.values() if metric.column and metric.line is line]
    for line in Line
}
RATIOS: Mapping[Line, Sequence[Metric]] = {
    line: [metric for metric in METRICS.values() if metric.is_ratio and metric.line is line]
    for line in Line
}
