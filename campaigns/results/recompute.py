"""A receipt's figure computed a second time: from what the partner answered, as it came."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.db.models.functions import Length
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import NoteDay
from campaigns.reports.note_day import NOTE_DAY
from campaigns.results.choice import chosen_notes
from campaigns.results.figures import Share, Value, quotient
from campaigns.results.metrics import METRICS, Line, Metric, Text
from campaigns.results.question import Question
from campaigns.results.receipted import Receipted
from campaigns.results.recount import Difference, Key, Recount, Unproven, Verdict, recount
from campaigns.results.replay import Values, pages_of
from campaigns.results.shown import written
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership, Store
from portal.lib import days

MOST_PACKED = 12 * 2**20  # bytes read while a person waits: about 200,000 rows, in three seconds
MOST_SHOWN = 50


class NotRecomputed(Exception):
    """It can't be done here; the message says why, in the reader's language."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DayAgain:
    day: date
    pages: int
    rows: int
    compared: int
    shown: str
    raw: str
    differs: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ToldOtherwise:
    """A difference, in the words of its metric."""

    note_id: str
    day: date
    label: Text
    shown: str
    raw: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A receipt's figure beside what the answers come to."""

    receipted: Receipted
    recount: Recount

    @property
    def value(self) -> Value:
        return self._value(self.recount.told.values())

    @property
    def raw(self) -> str:
        return written(self.value, self.receipted.metric.unit)

    @property
    def verdict(self) -> Verdict:
        """Rows that are equal and a figure that is not would be a fault of ours: it differs."""
        found = self.recount.verdict
        if found is Verdict.EQUAL and self.value != self.receipted.figure.value:
            return Verdict.DIFFERS
        return found

    @property
    def days(self) -> list[DayAgain]:
        """The newest first, as on the receipt."""
        told, shown = _by_day(self.recount.told), _by_day(self.recount.shown)
        missing = Counter(key.day for key in self.recount.unproven)
        unlike = {each.key.day for each in self.recount.differences}
        unfit = {page.window.day for page in self.recount.unfit if page.window}
        return [
            DayAgain(
                day=day,
                pages=self.recount.pages[day],
                rows=len(shown.get(day, ())),
                compared=len(shown.get(day, ())) - missing[day],
                shown=self._written(shown.get(day, ())),
                raw=self._written(told.get(day, ())),
                differs=day in unlike,
                is_whole=not missing[day] and day not in unfit,
            )
            for day in sorted(told.keys() | shown.keys(), reverse=True)
        ]

    @property
    def not_kept(self) -> int:
        return self.recount.reasons[Unproven.NOT_KEPT]

    @property
    def behind_unfit(self) -> int:
        return self.recount.reasons[Unproven.UNFIT]

    def told_otherwise(self) -> list["ToldOtherwise"]:
        return [self._in_words(each) for each in self.recount.differences[:MOST_SHOWN]]

    def _in_words(self, found: Difference) -> "ToldOtherwise":
        metric = self._metric_of(found.column)
        absent = gettext("no such row")
        return ToldOtherwise(
            note_id=found.key.note_id,
            day=found.key.day,
            label=metric.label,
            shown=written(found.shown, metric.unit) if found.is_shown else absent,
            raw=written(found.raw, metric.unit) if found.is_told else absent,
        )

    def _written(self, rows: Sequence[Values]) -> str:
        return written(self._value(rows), self.receipted.metric.unit)

    def _value(self, rows: Iterable[Values]) -> Value:
        return value_of(self.receipted.metric, self.receipted.question.window, list(rows))

    def _metric_of(self, column: str) -> Metric:
        window = self.receipted.question.window
        found = sums_behind(self.receipted.metric)
        return next(each for each in found if each.column_for(window) == column)


def recompute(brand: Brand, membership: Membership, receipted: Receipted) -> Recomputed:
    """Compute the receipt's figure from raw, or raise NotRecomputed."""
    question = receipted.question
    if refusal := why_not_recomputed(receipted.metric, question):
        raise NotRecomputed(refusal)
    stores = Store.objects.seen_by(membership)
    if question.store:
        stores = stores.filter(pk=question.store)
    pages = pages_of(stores, NOTE_DAY, question.first, question.last, question.moment)
    size: int | None = pages.order_by().aggregate(size=Sum(Length("raw__packed")))["size"]
    if size and size > MOST_PACKED:
        raise NotRecomputed(
            _("There are too many answers to read while you wait: ask for fewer days or one store.")
        )
    columns = [each.column_for(question.window) for each in sums_behind(receipted.metric)]
    asked = _asked_for(brand, membership, receipted)
    return Recomputed(
        receipted, recount(receipted.rows, pages, NOTE_DAY, columns, question.moment, asked)
    )


def recompute_all(brand: Brand, day: date) -> Recount:
    """Recount every figure of the brand's note reports of the day, as known now."""
    moment = days.known_now()
    rows = NoteDay.objects.filter(brand=brand, day=day).as_of(moment)
    stores = Store.objects.filter(brand=brand)
    columns = [name for name, _type in NoteDay.ledger().values]
    pages = pages_of(stores, NOTE_DAY, day, day, moment)
    return recount(rows, pages, NOTE_DAY, columns, moment)


def why_not_recomputed(metric: Metric, question: Question) -> Text:
    """Say why the answers that tell the metric are not kept at all; empty where they are."""
    if metric.line is not Line.DIRECT:
        return _("Star figures come by files, whose rows are kept for two weeks alone.")
    if question.placement is not None:
        return _("The answers by placement are not kept as they came.")
    return metric.not_returned


def sums_behind(metric: Metric) -> Sequence[Metric]:
    """Return the metrics that are columns: both sides of a ratio, or itself."""
    return [METRICS[key] for key in metric.over] if metric.is_ratio else [metric]


def value_of(metric: Metric, window: int, rows: Sequence[Values]) -> Value:
    """Return the metric of these rows by the registry's own formula: null is "not returned"."""
    names = [each.column_for(window) for each in sums_behind(metric)]
    told = [values for row in rows if None not in (values := [row[name] for name in names])]
    added = [sum(column) for column in zip(*told, strict=True)] if told else [None] * len(names)
    return quotient(Share(*added), metric) if metric.is_ratio else added[0]


def _asked_for(brand: Brand, membership: Membership, receipted: Receipted) -> Callable[[Key], bool]:
    """Return what tells whether a row belongs to the figure, as the question chooses notes."""
    question, place = receipted.question, receipted.place
    chosen: set[tuple[int | None, str]] | None = None
    if question.notes:
        notes = chosen_notes(brand, membership, question.notes)
        chosen = set(notes.values_list("connection_id", "note_id"))

    def is_asked(key: Key) -> bool:
        if place not in (TOTAL, key.note_id):
            return False
        return chosen is None or (key.connection_id, key.note_id) in chosen

    return is_asked


def _by_day(rows: Mapping[Key, Values]) -> dict[date, list[Values]]:
    found: dict[date, list[Values]] = {}
    for key, values in rows.items():
        found.setdefault(key.day, []).append(values)
    return found
