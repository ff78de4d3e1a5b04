"""What each star task cost against what its readers bought, as a chart and the table behind it.

Both sides run from the task's first day to the last one asked for, because 蒲公英 tells a cost as a
running total: the creator's fee, the service fee and the ads of each ordered note. The GMV is of
the sample, so there are no lines of equal ROI, and tasks stand on one chart only where their
samples are alike or are scaled up. A task that lacks a side is named, and is no dot at 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import CreatorNoteDay
from campaigns.results.metrics import METRICS, Text
from campaigns.results.question import Question
from campaigns.results.scatter import (
    CLOSED,
    FEWEST_DOTS,
    MOST_DOTS,
    OPEN,
    THIN,
    Dot,
    ScatterChart,
    is_wide,
)
from campaigns.results.shown import Cell, cell, written
from campaigns.results.standing import FEWEST_ORDERS
from campaigns.results.star import StarAnswer, StarRow, tasks_until_now
from merchants.models import Brand, Membership

GMV = METRICS["store_gmv"]
TaskKey = tuple[int, str]  # a store's key, and the task's id


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task's `notes` cost by the day `known`; of some of them no cost may be `told`.

    `first` and `last` are the task's own days, as far as 蒲公英 names them.
    """

    fen: int
    told: int
    notes: int
    known: date | None
    first: date | None
    last: date | None

    @property
    def is_whole(self) -> bool:
        return 0 < self.told == self.notes


NOTHING = Cost(0, 0, 0, None, None, None)


@dataclass(frozen=True, slots=True)
class CostRow:
    """A task with both sides; `traffics` are the kinds of traffic that it was told by.

    `days_due` are those that exports have to tell of, up to the last one asked for.
    """

    task: StarRow
    cost: Cost
    traffics: int
    days_due: int

    @property
    def gmv(self) -> Cell:
        return self._cell(GMV.key)

    @property
    def buyers(self) -> Cell:
        return self._cell("order_uv")

    @property
    def gmv_fen(self) -> int | None:
        return self.task.figures.sum_of(GMV.key)

    @property
    def cost_shown(self) -> str:
        return written(self.cost.fen, GMV.unit)

    @property
    def why_no_cost(self) -> Text:
        if not self.cost.notes:
            return _("Pugongying has told of no note of this task.")
        if self.cost.is_whole:
            return ""
        return gettext("Pugongying has told what %(n)s of its %(all)s notes cost.") % {
            "n": self.cost.told,
            "all": self.cost.notes,
        }

    @property
    def why_not_drawn(self) -> Text:
        if self.why_no_cost:
            return self.why_no_cost
        if self.traffics > 1:
            return _("Kinds of traffic overlap, so they can't be added up.")
        if self.gmv_fen is None:
            return self.gmv.reason
        return "" if self.cost.fen else _("It cost nothing.")

    @property
    def partly_told(self) -> str:
        """Name the days of the GMV where they are fewer than those of the cost; else empty."""
        told = self.task.figures.rows
        if self.traffics > 1 or told >= self.days_due:
            return ""
        words = _("Exports told of %(n)s of its %(all)s days: the GMV is of those.")
        return words % {"n": told, "all": self.days_due}

    @property
    def lacking(self) -> str:
        return " ".join(filter(None, [str(self.why_not_drawn), self.partly_told]))

    @property
    def kind(self) -> str:
        """Say whether it can be judged; of several days' buyers their sum is the most they are."""
        if int(self.task.figures.sum_of("order_uv") or 0) < FEWEST_ORDERS:
            return THIN
        return OPEN if self.task.figures.is_provisional(GMV) else CLOSED

    def _cell(self, key: str) -> Cell:
        return cell(self.task.figures, key, f"cost:{self.task.place}")


@dataclass(frozen=True, slots=True)
class StarScatter:
    question: Question
    rows: Sequence[CostRow]

    @property
    def by_place(self) -> dict[tuple[int, str], CostRow]:
        return {(row.task.store_id, row.task.place): row for row in self.rows}

    @property
    def placed(self) -> list[CostRow]:
        return [row for row in self.rows if not row.why_not_drawn]

    @property
    def left_out(self) -> list[CostRow]:
        return [row for row in self.rows if row.why_not_drawn]

    @property
    def is_comparable(self) -> bool:
        """Say whether the same share of readers stands behind each dot."""
        shares = {row.task.sampling.words for row in self.placed}
        alike = len(shares) == 1 and all(row.task.sampling.is_one for row in self.placed)
        return alike or self.question.is_scaled

    @property
    def is_worth_drawing(self) -> bool:
        return len(self.placed) >= FEWEST_DOTS and self.is_comparable

    @property
    def drawn(self) -> list[CostRow]:
        return self.placed[:MOST_DOTS]

    @property
    def is_log(self) -> bool:
        drawn = self.drawn
        return is_wide([row.cost.fen for row in drawn]) or is_wide([row.gmv_fen for row in drawn])


def star_scatter(brand: Brand, membership: Membership, answer: StarAnswer) -> StarScatter:
    """Put what the answer's tasks cost beside what they brought, the costliest first."""
    tasks = tasks_until_now(brand, membership, answer.question, answer.tasks)
    costs = _costs(brand, membership, answer.question, {task.object_id for task in tasks})
    traffics = Counter((task.store_id, task.object_id) for task in tasks)
    rows = [
        CostRow(task, cost, traffics[key], _days_due(answer.question, cost))
        for task in tasks
        if (key := (task.store_id, task.object_id)) and (cost := costs.get(key, NOTHING))
    ]
    return StarScatter(answer.question, sorted(rows, key=lambda row: -row.cost.fen))


def star_scatter_chart(found: StarScatter, address: str) -> ScatterChart:
    """`address` is the page's, of one task, with {note} where its place belongs."""
    window = {"n": found.question.window}
    return {
        "dots": [_dot(row) for row in found.drawn],
        "is_log": found.is_log,
        "lines": [],
        "total": None,
        "words": {
            "spend": gettext("Cost ¥"),
            "gmv": gettext("Store GMV %(n)s d") % window,
            "roi": gettext("Sampling"),
            "order": str(METRICS["order_uv"].label),
            "maturity": gettext("Mature"),
            CLOSED: gettext("All windows over"),
            OPEN: gettext("May still rise"),
            THIN: gettext("Under %(n)s buyers") % {"n": FEWEST_ORDERS},
        },
        "address": address,
        "colours": ("--rc-star", "--rc-star-3"),
    }


def _costs(
    brand: Brand, membership: Membership, question: Question, tasks: Iterable[str]
) -> Mapping[TaskKey, Cost]:
    """Add up each note's newest word on its cost; one query."""
    rows = CreatorNoteDay.objects.filter(brand=brand, star_task_id__in=tasks).seen_by(membership)
    known = rows.as_of(question.moment).filter(day__lte=question.last)
    own = ("store_id", "order_id", "note_id")
    blank = ExpressionWrapper(Q(star_total_fen=None), output_field=BooleanField())
    newest = known.annotate(blank=blank).order_by(*own, "blank", "-day").distinct(*own)
    notes: dict[TaskKey, list[CreatorNoteDay]] = defaultdict(list)
    for note in newest:
        notes[note.store_id, note.star_task_id].append(note)
    return {key: _cost(told) for key, told in notes.items()}


def _cost(notes: Sequence[CreatorNoteDay]) -> Cost:
    told = [note for note in notes if note.star_total_fen is not None]
    return Cost(
        fen=sum(note.star_total_fen or 0 for note in told),
        told=len(told),
        notes=len(notes),
        known=min((note.day for note in told), default=None),
        first=min((note.star_from for note in notes if note.star_from), default=None),
        last=max((note.star_to for note in notes if note.star_to), default=None),
    )


def _days_due(question: Question, cost: Cost) -> int:
    """Count the days on which the task's readers still count; 0 where its first is not known."""
    if cost.first is None:
        return 0
    last = min(question.last, question.newest)
    if cost.last:
        last = min(last, cost.last + timedelta(days=question.window))
    return max((last - cost.first).days + 1, 0)


def _dot(row: CostRow) -> Dot:
    task = row.task
    return {
        "name": task.name or task.object_id,
        "note": quote(task.place),
        "spend": row.cost.fen / 100,
        "gmv": (row.gmv_fen or 0) / 100,
        "orders": row.buyers.full,
        "roi": task.sampling.words or "—",
        "maturity": round(float(task.maturity or 0), 4),
        "kind": row.kind,
    }
