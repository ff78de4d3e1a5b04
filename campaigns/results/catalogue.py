"""All metrics as a list for people: on a page of the portal, and in docs/metrics.md."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext, override

from campaigns.results.metrics import METRICS, Line, Metric, Unit
from campaigns.results.shown import title

LANGUAGES = ("zh-hans", "en")
FROM = {
    Line.DIRECT: "聚光 offline note report",
    Line.STAR: "种草星河 export",
    Line.IN_SITE: "聚光 offline note report",
}


@dataclass(frozen=True, slots=True)
class Entry:
    metric: Metric

    @property
    def title(self) -> str:
        return title(self.metric)

    @property
    def source(self) -> str:
        return self.metric.source_for_any() or "—"

    @property
    def window(self) -> str:
        if self.metric.days(0):
            return gettext("%(n)s d") % {"n": self.metric.days(0)}
        if not self.metric.days(1):
            return gettext("the day alone")
        days = "/".join(str(each) for each in self.metric.line.windows)
        return gettext("%(n)s d") % {"n": days}

    @property
    def adding(self) -> str:
        if self.metric.not_returned:
            return "—"
        if self.metric.is_ratio:
            return gettext("never: recomputed from the sums of both sides")
        if self.metric.is_of_people:
            return gettext("no: people of several rows overlap, a sum is the most they can be")
        return gettext("yes, over notes and days of one window")

    @property
    def unit(self) -> str:
        return {
            Unit.FEN: gettext("yuan, kept as fen"),
            Unit.COUNT: gettext("count"),
            Unit.PEOPLE: gettext("people"),
            Unit.SHARE: gettext("percent"),
            Unit.RATIO: gettext("ratio"),
        }[self.metric.unit]


def entries(line: Line) -> list[Entry]:
    return [Entry(metric) for metric in METRICS.values() if metric.line is line]


def as_markdown() -> str:
    """Return docs/metrics.md: both languages' names, then what the code holds of each metric."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Metrics"
    yield ""
    yield (
        "Made by `python manage.py metric_docs > docs/metrics.md` from `campaigns/results/`; a test"
        " holds it to the code. Pages, files and receipts compile from the same entries."
    )
    for line in Line:
        with override("en"):
            yield ""
            yield f"## {line.label}"
            yield (
                f"{FROM[line]}, T+{line.lag}; windows of"
                f" {', '.join(map(str, line.windows))} days. Never added to another line."
            )
            yield ""
            yield "| key | 名称 | name | definition | source | window | unit | adds up |"
            yield "|---|---|---|---|---|---|---|---|"
        yield from map(_row, entries(line))


def _row(entry: Entry) -> str:
    with override(LANGUAGES[0]):
        chinese = str(entry.metric.label)
    with override(LANGUAGES[1]):
        cells = [
            f"`{entry.metric.key}`",
            chinese,
            str(entry.metric.label),
            str(entry.metric.not_returned or entry.metric.definition),
            entry.source,
            entry.window,
            entry.unit,
            entry.adding,
        ]
        return f"| {' | '.join(cells)} |"
