"""How a campaign stands to its budget, for its own page and for what needs somebody today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from campaigns.models import AlertEvent, AlertRule, Campaign
from campaigns.models.alert import PACES, Comparison
from campaigns.results.alert_words import Told
from campaigns.results.metrics import Text, Unit
from campaigns.results.pace import Fees, Pace, fees_of, is_within, pace_of
from campaigns.results.question import newest_closed
from campaigns.results.shown import signed
from campaigns.results.suggestion import TEN_THOUSAND
from merchants.access import BrandRequest
from portal.lib import days


class Standing(StrEnum):
    OVER = "over"
    UNDER = "under"
    ON = "on"


WORDS: Mapping[Standing, tuple[str, Text]] = {
    Standing.OVER: ("bad", _lazy("Over pace")),
    Standing.UNDER: ("warn", _lazy("Under pace")),
    Standing.ON: ("ok", _lazy("On pace")),
}


BEYOND = _lazy(
    "The budget is that of all its stores, and you see some of them: of a part of the spend no"
    " pace can be told."
)


@dataclass(frozen=True, slots=True)
class Withheld:
    """That there is a pace which this reader can't be told, and why."""

    withheld: Text


@dataclass(frozen=True, slots=True)
class Shown:
    """`limits` are the least shares, of ten thousand, at which a rule of the brand speaks.

    Rules are about every store, so a reader of some sees none: `sees_rules` says so.
    """

    pace: Pace
    fees: Fees
    limits: Mapping[str, int]
    sees_rules: bool

    @property
    def deviation(self) -> str:
        return "—" if self.pace.deviation is None else signed(self.pace.deviation, Unit.SHARE)

    @property
    def standing(self) -> Standing | None:
        """Return None while no rule sets a limit, or nothing can be said."""
        share = self.pace.deviation
        if share is None or not self.limits:
            return None
        ahead, behind = (self.limits.get(each) for each in PACES)
        if ahead is not None and share * TEN_THOUSAND >= ahead:
            return Standing.OVER
        if behind is not None and share * TEN_THOUSAND <= -behind:
            return Standing.UNDER
        return Standing.ON

    @property
    def colour(self) -> str:
        return WORDS[self.standing][0] if self.standing else ""

    @property
    def word(self) -> Text:
        return WORDS[self.standing][1] if self.standing else ""

    @property
    def why(self) -> str:
        """Say why nothing is known of the spend; empty where something is."""
        missing = self.pace.missing
        if not missing:
            return ""
        said = _("%(n)s of %(all)s days have not come yet, the first is %(day)s.")
        return said % {"n": len(missing), "all": self.pace.days_gone, "day": missing[0]}


def pace_shown(request: BrandRequest, campaign: Campaign) -> Shown | Withheld | None:
    """Return None without a budget, or before the first day is known.

    Who sees some stores is told the pace of a campaign that lies wholly within them.
    """
    member, moment = request.membership, days.known_now()
    if not campaign.budget_fen or newest_closed(moment) < campaign.starts_on:
        return None
    if not is_within(campaign, member):
        return Withheld(BEYOND)
    rules = AlertRule.objects.seen_by(member).working().filter(campaign=campaign)
    limits: dict[str, int] = {}
    for comparison, limit in rules.filter(comparison__in=PACES).values_list(
        "comparison", "threshold"
    ):
        limits[comparison] = min(limit, limits.get(comparison, limit))
    pace, fees = pace_of(campaign, member, moment), fees_of(campaign, member)
    return Shown(pace, fees, limits, sees_rules=not member.narrowed_to)


@dataclass(frozen=True, slots=True)
class OffPace:
    """A running campaign of which a rule has spoken and not cleared."""

    word: Text
    title: str
    consequence: str
    url: str


def off_pace(request: BrandRequest) -> Iterator[OffPace]:
    """Yield those of the newest judged day; one query."""
    today = days.today()
    events = AlertEvent.objects.seen_by(request.membership).filter(
        rule__is_active=True,
        rule__ended_at=None,
        comparison__in=PACES,
        campaign__starts_on__lte=today,
        campaign__ends_on__gte=today,
    )
    for event in events.select_related("campaign", "rule").newest_of_each():
        if not event.is_raised or event.campaign is None:
            continue
        told = Told(event)
        is_over = event.comparison == Comparison.AHEAD
        said = _("Spend against the plan to %(day)s: %(sides)s, which is %(value)s.")
        yield OffPace(
            WORDS[Standing.OVER if is_over else Standing.UNDER][1],
            _("Budget of %(campaign)s") % {"campaign": event.campaign},
            said % {"day": event.last, "sides": told.sides, "value": told.value},
            reverse("campaigns:campaign", args=[request.brand.slug, event.campaign_id]),
        )
