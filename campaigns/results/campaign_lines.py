"""A campaign in short, line by line: the key figures of its period, and what is missing of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Note
from campaigns.results import queries
from campaigns.results.choice import NoteChoice
from campaigns.results.coverage import (
    StarCoverage,
    campaign_coverages,
    star_coverage,
)
from campaigns.results.metrics import DEFAULT_WINDOW, Line, Text
from campaigns.results.question import Question, newest_closed
from campaigns.results.shown import Cell, cell
from campaigns.results.star import star_answer, total_cell
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership

LONGEST = timedelta(days=365)  # as far apart as a result page's days may be
KEYS: Mapping[Line, Sequence[str]] = {
    Line.DIRECT: ("spend", "jump_click", "cost_per_jump", "order", "gmv", "roi"),
    Line.STAR: (
        *("read_uv", "store_visit_uv", "visit_rate"),
        *("order_uv", "new_customer_uv", "store_gmv"),
    ),
}
NOTE_DAYS, NOTES = _("note days"), _("notes")


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """Of what the campaign's own notes owe in a window, how much a source has returned."""

    source: Text
    window: int | None
    returned: int
    expected: int
    unit: Text
    missing: Sequence[Note]


@dataclass(frozen=True, slots=True)
class LineFigures:
    question: Question
    cells: Sequence[Cell]
    maturity: Fraction | None
    missing_days: int
    coverage: Sequence[SourceCoverage]

    @property
    def address(self) -> str:
        """Return the question as a result page's address asks it."""
        question = self.question
        asked = {"campaign": question.notes.campaign, "window": question.window}
        return urlencode(asked | {"from": question.first, "to": question.last})

    @property
    def is_covered(self) -> bool:
        return any(each.expected for each in self.coverage)


def direct_line(
    brand: Brand, membership: Membership, campaign: Campaign, window: int, moment: datetime
) -> LineFigures | None:
    """Return the direct links' figures of the period; None where none of its days is closed."""
    question = _question(campaign, Line.DIRECT, window, moment)
    if question is None:
        return None
    figures = queries.totals(brand, membership, question)
    told = queries.told_days(brand, membership, question)
    return LineFigures(
        question=question,
        cells=[cell(figures, key, TOTAL) for key in KEYS[Line.DIRECT]],
        maturity=figures.maturity(question.window),
        missing_days=sum(day not in told for day in question.expected_days()),
        coverage=list(_of_juguang(campaign, membership)),
    )


def star_line(
    brand: Brand, membership: Membership, campaign: Campaign, window: int, moment: datetime
) -> LineFigures | None:
    """Return the same of the star tasks that have a note of the campaign."""
    question = _question(campaign, Line.STAR, window, moment)
    if question is None:
        return None
    answer = star_answer(brand, membership, question)
    totals = answer.totals
    return LineFigures(
        question=question,
        cells=[total_cell(answer, key) for key in KEYS[Line.STAR]],
        maturity=totals.maturity(question.window) if totals else None,
        missing_days=0,
        coverage=list(_of_star_sources(campaign, membership)),
    )


def _question(campaign: Campaign, line: Line, window: int, moment: datetime) -> Question | None:
    last = min(campaign.ends_on, newest_closed(moment, line))
    if last < campaign.starts_on:
        return None
    return Question(
        first=max(campaign.starts_on, last - LONGEST),
        last=last,
        window=window if window in line.windows else DEFAULT_WINDOW,
        moment=moment,
        notes=NoteChoice(campaign=campaign.pk),
        line=line,
    )


def _of_juguang(campaign: Campaign, membership: Membership) -> Iterator[SourceCoverage]:
    covered = campaign_coverages(campaign, membership, Line.DIRECT.windows)
    for window, each in covered.items():
        missing = [note.note for note in each.missing]
        source = _("Juguang")
        yield SourceCoverage(source, window, each.returned, each.expected, NOTE_DAYS, missing)


def _of_star_sources(campaign: Campaign, membership: Membership) -> Iterator[SourceCoverage]:
    found: list[StarCoverage] = []
    for window in Line.STAR.windows:
        found = star_coverage(campaign, membership, window)
        lacking = [each.row.note for each in found if not each.is_told_by_xinghe]
        yield _of_notes(_("Zhongcao Xinghe"), window, found, lacking)
    lacking = [each.row.note for each in found if not each.is_told_by_pugongying]
    yield _of_notes(_("Pugongying"), None, found, lacking)


def _of_notes(
    source: Text, window: int | None, found: Sequence[StarCoverage], lacking: Sequence[Note]
) -> SourceCoverage:
    return SourceCoverage(source, window, len(found) - len(lacking), len(found), NOTES, lacking)
