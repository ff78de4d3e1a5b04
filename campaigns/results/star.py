"""What star tasks brought, as 种草星河's export tells it: a row a task, and a row a day of one.

People are counted once within a row of the export. Over days a sum of them is only the most that
they can be; over tasks too, and only where the same share of readers was matched. Kinds of
traffic are never added up: each is a row of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import CampaignNote, StarDay, StarLevel, StarTask, StarTaskNote
from campaigns.models.facts import FactQuerySet
from campaigns.results.figures import Figures, added
from campaigns.results.measures import Key, figures_by
from campaigns.results.metrics import METRICS, Metric, Text
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, unknown
from merchants.models import Brand, Membership

TOTAL = "total"
FIRST_DAY = date(2020, 1, 1)  # older than any star task


@dataclass(frozen=True, slots=True)
class Sampling:
    """The share of readers that was matched, in hundredths of a per cent, over some rows."""

    least: int | None
    most: int | None
    is_told: bool

    @property
    def is_one(self) -> bool:
        return self.is_told and self.least == self.most

    @property
    def words(self) -> str:
        """Return `50%`, or `50–100%` where rows differ; empty when it is not told."""
        told = [each for each in (self.least, self.most) if each is not None]
        return "–".join(f"{each / 100:g}" for each in sorted(set(told))) + "%" if told else ""


@dataclass(frozen=True, slots=True)
class StarRow:
    """A task, or one of its contents, with one kind of traffic."""

    store_id: int
    object_id: str
    traffic: str
    name: str
    creator: str
    figures: Figures
    sampling: Sampling
    last: date

    @property
    def place(self) -> str:
        return f"{self.object_id}:{self.traffic}" if self.traffic else self.object_id

    def cells(self, metrics: Sequence[Metric]) -> list[Cell]:
        return [cell(self.figures, metric.key, self.place) for metric in metrics]

    @property
    def maturity(self) -> Fraction | None:
        return self.figures.maturity(self.figures.window)


@dataclass(frozen=True, slots=True)
class StarAnswer:
    """`days` are the chosen task's, or the only one's; without one there are none."""

    question: Question
    tasks: list[StarRow]
    chosen: StarRow | None
    days: dict[date, Figures]
    contents: list[StarRow]

    @property
    def totals(self) -> Figures | None:
        return added([task.figures for task in self.tasks]) if self.tasks else None

    @property
    def missing_days(self) -> list[date]:
        """The days that the chosen task owes and has not returned."""
        if self.chosen is None:
            return []
        return [day for day in self.question.expected_days() if day not in self.days]

    @property
    def last(self) -> date | None:
        return max((task.last for task in self.tasks), default=None)

    def why_not_added(self, key: str) -> Text:
        """Say why there is no total of this column; empty where there is one."""
        metric = METRICS[key]
        sides = [METRICS[side] for side in metric.over] if metric.is_ratio else [metric]
        if any(task.figures.value(side) is None for task in self.tasks for side in sides):
            return _("Not every task has returned this.")
        shares = {task.sampling.least for task in self.tasks}
        alike = len(shares) == 1 and all(task.sampling.is_one for task in self.tasks)
        if not alike and not self.question.is_scaled:
            return _("The tasks' samples differ, so their figures can't be added up.")
        if len({task.traffic for task in self.tasks}) > 1:
            return _("Kinds of traffic overlap, so they can't be added up.")
        return ""


def star_answer(
    brand: Brand, membership: Membership, question: Question, asked: str = ""
) -> StarAnswer:
    """Answer for all tasks, and day by day for the one asked for, or for the only one."""
    rows = _rows(brand, membership, question)
    tasks = _grouped(task_rows(brand, membership, question), question, names_of(brand, membership))
    chosen = next((task for task in tasks if task.place == asked), None)
    if chosen is None and len(tasks) == 1:
        chosen = tasks[0]
    if chosen is None:
        return StarAnswer(question, tasks, None, {}, [])
    own = rows.filter(
        level=StarLevel.TASK,
        store_id=chosen.store_id,
        object_id=chosen.object_id,
        traffic=chosen.traffic,
    )
    return StarAnswer(
        question=question,
        tasks=tasks,
        chosen=chosen,
        days={day: figures for (day,), figures in figures_by(own, question, "day").items()},
        contents=contents_of(brand, membership, question, chosen),
    )


def tasks_until_now(
    brand: Brand, membership: Membership, question: Question, tasks: Iterable[StarRow]
) -> list[StarRow]:
    """Return these tasks with all that was told of them up to the last day asked for."""
    rows = task_rows(brand, membership, replace(question, first=FIRST_DAY))
    names = {task.object_id: task.name for task in tasks}
    return _grouped(rows.filter(object_id__in=names), question, names)


def contents_of(
    brand: Brand, membership: Membership, question: Question, task: StarRow
) -> list[StarRow]:
    """Return what the task's notes brought; who read two of them counts in both."""
    rows = _rows(brand, membership, question)
    contents = rows.filter(level=StarLevel.CONTENT, store_id=task.store_id, task_id=task.object_id)
    return _grouped(contents, question, {})


def task_days(
    brand: Brand, membership: Membership, question: Question, place: str = ""
) -> dict[date, list[StarRow]]:
    """Return each day's tasks, or the one at that place alone; one query."""
    days: dict[date, list[StarRow]] = defaultdict(list)
    for (*_task, day), task in _star_rows(
        task_rows(brand, membership, question), question, {}, "day"
    ):
        if task.place == place or not place:
            days[day].append(task)
    return days


def joined(rows: Sequence[StarRow]) -> list[StarRow]:
    """Return one row for each task of some days' rows."""
    tasks: dict[tuple[int, str], list[StarRow]] = defaultdict(list)
    for row in rows:
        tasks[row.store_id, row.place].append(row)
    return [
        replace(
            parts[0],
            figures=added([part.figures for part in parts]),
            sampling=_sampling_of([part.sampling for part in parts]),
            last=max(part.last for part in parts),
        )
        for parts in tasks.values()
    ]


def total_cells(answer: StarAnswer, metrics: Sequence[Metric]) -> list[Cell]:
    """The totals over tasks; of people, the most that they can be."""
    return [total_cell(answer, each.key) for each in metrics] if answer.totals else []


def total_cell(answer: StarAnswer, key: str) -> Cell:
    """Return the total of one metric; it is unknown, with the reason, where tasks don't add up."""
    metric, window = METRICS[key], answer.question.window
    if answer.totals is None:
        return unknown(metric, TOTAL, window, _("Nothing has been returned for this period."))
    if reason := answer.why_not_added(key):
        return unknown(metric, TOTAL, window, reason)
    total = cell(answer.totals, key, TOTAL)
    several = metric.is_of_people and len(answer.tasks) > 1 and bool(total.value)
    return replace(total, is_at_most=total.is_at_most or several)


def task_rows(brand: Brand, membership: Membership, question: Question) -> FactQuerySet[StarDay]:
    """Return the tasks' own rows asked for, as known then; their contents' are others."""
    return _rows(brand, membership, question).filter(level=StarLevel.TASK)


def tasks_of(brand: Brand, membership: Membership, campaign: int) -> QuerySet[StarTask]:
    """Return the tasks that have a note of the campaign; each counts with all of its notes."""
    joined_notes = CampaignNote.objects.seen_by(membership).present().filter(campaign=campaign)
    bound = StarTaskNote.objects.seen_by(membership).filter(note__in=joined_notes.values("note"))
    return (
        StarTask.objects.filter(brand=brand)
        .seen_by(membership)
        .filter(pk__in=bound.values("star_task"))
    )


def _rows(brand: Brand, membership: Membership, question: Question) -> FactQuerySet[StarDay]:
    rows = StarDay.objects.filter(brand=brand, window_days=question.window).seen_by(membership)
    if question.store:
        rows = rows.filter(store_id=question.store)
    if question.notes.campaign:
        tasks = tasks_of(brand, membership, question.notes.campaign).values("task_id")
        rows = rows.filter(
            Q(level=StarLevel.TASK, object_id__in=tasks)
            | Q(level=StarLevel.CONTENT, task_id__in=tasks)
        )
    return rows.as_of(question.moment).filter(day__range=(question.first, question.last))


def _grouped(
    rows: FactQuerySet[StarDay], question: Question, names: dict[str, str]
) -> list[StarRow]:
    return [row for _key, row in _star_rows(rows, question, names)]


def _star_rows(
    rows: FactQuerySet[StarDay], question: Question, names: dict[str, str], *also: str
) -> Iterator[tuple[Key, StarRow]]:
    """Yield a row of each task and kind of traffic, and of what else is named; two queries."""
    by = ("object_id", "traffic", "store_id", *also)
    figures = figures_by(rows, question, *by)
    told = rows.values_list(*by).annotate(
        last=Max("day"),
        least=Min("sampling"),
        most=Max("sampling"),
        group=Max("task_group"),
        by=Max("creator"),
    )
    for row in told.order_by(*by):
        key, (last, least, most, group, creator) = row[: len(by)], row[len(by) :]
        object_id, traffic, store_id, *_also = key
        yield (
            key,
            StarRow(
                store_id=store_id,
                object_id=object_id,
                traffic=traffic,
                name=names.get(object_id) or group,
                creator=creator,
                figures=figures[key],
                sampling=Sampling(least, most, least is not None),
                last=last,
            ),
        )


def _sampling_of(parts: Sequence[Sampling]) -> Sampling:
    told = [each for part in parts for each in (part.least, part.most) if each is not None]
    return Sampling(min(told, default=None), max(told, default=None), bool(told))


def names_of(brand: Brand, membership: Membership) -> dict[str, str]:
    """Return what the brand calls its tasks, by their ids."""
    tasks = StarTask.objects.filter(brand=brand).seen_by(membership)
    return dict(tasks.values_list("task_id", "name"))


def in_order(rows: Sequence[StarRow]) -> list[StarRow]:
    """The most GMV first; what is not known comes last."""
    return sorted(rows, key=lambda row: -(row.figures.sum_of("store_gmv") or -1))
