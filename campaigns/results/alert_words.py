"""What a rule asks and what it came to, in words and with the numbers behind."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.translation import gettext

from campaigns.models import AlertEvent, AlertRule
from campaigns.models.alert import Criterion, SampleOf, Suggestion, Verdict
from campaigns.results.metrics import METRICS, Unit
from campaigns.results.question import Against, newest_closed
from campaigns.results.shown import signed, title, window_tag, written
from campaigns.results.suggestion import TEN_THOUSAND, figure, suggestion_of, unit_of
from portal.lib import days

COLOURS = {
    Suggestion.SCALE_UP: "ok",
    Suggestion.WATCH: "info",
    Suggestion.PAUSE: "bad",
    Suggestion.TOO_SMALL: "",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is shown; what is not known is "—"."""

    event: AlertEvent

    @property
    def suggestion(self) -> Suggestion:
        return suggestion_of(self.event, self.event.verdict)

    @property
    def colour(self) -> str:
        return COLOURS[self.suggestion]

    @property
    def reason(self) -> str:
        return str(Verdict(self.event.verdict).label)

    @property
    def question(self) -> str:
        return in_words(self.event)

    @property
    def value(self) -> str:
        if self.event.is_relative and self.event.value is not None:
            return signed(Decimal(self.event.value) / TEN_THOUSAND, Unit.SHARE)
        return written(figure(self.event.value, unit_of(self.event)), unit_of(self.event))

    @property
    def sides(self) -> str:
        """Return the two figures behind a change or a pace; empty where none is asked for."""
        if not self.event.is_relative:
            return ""
        unit = METRICS[self.event.metric].unit
        both = (self.event.before, self.event.now)
        return " → ".join(written(figure(each, unit), unit) for each in both)

    @property
    def sample(self) -> str:
        return sample_in_words(self.event, self.event.sample)

    @property
    def least_sample(self) -> str:
        return sample_in_words(self.event, self.event.least_sample)

    @property
    def maturity(self) -> Decimal | None:
        kept = self.event.maturity
        return None if kept is None else Decimal(kept) / TEN_THOUSAND

    @property
    def address(self) -> str:
        """Return what asks the results page the same, as known at the end of that day."""
        event = self.event
        asked: dict[str, object] = {"from": event.first, "to": event.last}
        asked |= {"as_of": days.business_day(event.moment), "window": event.window}
        if event.campaign_id:
            asked["campaign"] = event.campaign_id
        if event.is_of_change:
            asked["against"] = Against.PERIOD
        return f"?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule, and what it came to last; None before its first complete day."""

    rule: AlertRule
    told: Told | None

    @property
    def question(self) -> str:
        return in_words(self.rule)

    @property
    def least_sample(self) -> str:
        return sample_in_words(self.rule, self.rule.least_sample)

    @property
    def is_waiting(self) -> bool:
        """Say whether a newer day has ended than the one it was judged for."""
        newest = newest_closed(days.known_now())
        return self.told is None or self.told.event.day < newest


def in_words(asked: Criterion) -> str:
    """Return, say, "ROI 15 d is below 1.20"."""
    metric = METRICS[asked.metric]
    unit = unit_of(asked)
    limit = written(figure(asked.threshold, unit), unit)
    parts = [title(metric), window_tag(metric, asked.window), asked.get_comparison_display(), limit]
    return " ".join(filter(None, map(str, parts)))


def sample_in_words(asked: Criterion, number: int | None) -> str:
    if asked.sample_of == SampleOf.SPEND:
        return f"¥{written(number, Unit.FEN)}" if number is not None else "—"
    return gettext("%(n)s orders") % {"n": written(number, Unit.COUNT)}
