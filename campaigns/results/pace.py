"""How a campaign's spend stands to its budget: a straight line over its days.

The direct link's spend alone; what star tasks cost stands beside it and is never added.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Max, Q

from campaigns.models import Campaign, CreatorOrder
from campaigns.results import queries
from campaigns.results.choice import EVERY_NOTE, NoteChoice
from campaigns.results.complete import day_states
from campaigns.results.question import Question, newest_closed
from merchants.models import Membership
from portal.lib import days
from portal.lib.scope import Hat, scope

RECENT = 7  # closed days: what is spent a day now
WINDOW = 7  # any will do: spend has none
WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Pace:
    """`upto` is the newest day that can be known. While days are `missing`, nothing is said."""

    budget: int
    first: date
    last: date
    upto: date
    spend: Mapping[date, int]
    missing: list[date]

    @property
    def days_gone(self) -> int:
        return (self.upto - self.first).days + 1

    @property
    def days_in_all(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def has_begun(self) -> bool:
        return self.upto >= self.first

    @property
    def spent(self) -> int | None:
        return None if self.missing or not self.has_begun else sum(self.spend.values())

    @property
    def planned(self) -> int | None:
        if not self.has_begun:
            return None
        return _whole(Decimal(self.budget) * self.days_gone / self.days_in_all)

    @property
    def deviation(self) -> Decimal | None:
        """Return the share by which the spend is above the plan, or below it where negative."""
        if self.spent is None or not self.planned:
            return None
        return Decimal(self.spent) / self.planned - 1

    @property
    def a_day(self) -> Decimal | None:
        """Return what the newest days cost a day."""
        if self.spent is None:
            return None
        recent = min(RECENT, self.days_gone)
        newest = sorted(days.days_between(self.first, self.upto))[-recent:]
        return Decimal(sum(self.spend.get(day, 0) for day in newest)) / recent

    @property
    def expected(self) -> int | None:
        """Return what it comes to at the end, if each day costs what the newest ones did."""
        if self.spent is None or self.a_day is None:
            return None
        return self.spent + _whole(self.a_day * (self.days_in_all - self.days_gone))


@dataclass(frozen=True, slots=True)
class Fees:
    """What creators were promised for the campaign's notes; `unknown` of them are not told."""

    orders: int
    unknown: int
    fen: int | None


def pace_of(campaign: Campaign, membership: Membership, moment: datetime) -> Pace:
    """Read the campaign's spend as known then; its notes' only. A fixed number of queries."""
    upto = min(newest_closed(moment), campaign.ends_on)
    first = campaign.starts_on
    question = Question(
        first, upto, window=WINDOW, moment=moment, notes=NoteChoice(campaign=campaign.pk)
    )
    by_day = queries.by_day(membership.brand, membership, question)
    found = {day: each.sum_of("spend") for day, each in by_day.items()}
    stores = list(campaign.store_rows.values_list("store", flat=True))
    states = day_states(campaign.brand_id, first, upto, stores)
    told = _told_by_all(membership, question, stores, states.stores)
    missing = [
        day
        for day in days.days_between(first, upto)
        if day in states.owed or day not in told | states.closed or found.get(day, 0) is None
    ]
    spend = {day: fen for day, fen in found.items() if fen is not None}
    return Pace(campaign.budget_fen or 0, first, campaign.ends_on, upto, spend, missing)


def is_within(campaign: Campaign, membership: Membership) -> bool:
    """Say whether the membership sees every store of the campaign, and of its notes.

    It is asked beyond the reader's own reach, which hides the others; only the answer is told.
    """
    if not membership.narrowed_to:
        return True
    own = Q(store__in=membership.narrowed_to)
    with scope(Hat.NIGHT, brand=campaign.brand_id):
        beyond = campaign.store_rows.exclude(own).exists()
        return not beyond and not campaign.note_rows.filter(removed_at=None).exclude(own).exists()


def _told_by_all(
    membership: Membership, question: Question, stores: list[int], read: set[int]
) -> set[date]:
    """Return the days told of some note by each store, of those that are read or ever told any."""
    asked = replace(question, notes=EVERY_NOTE)
    steps = queries.steps_for(membership.brand, membership, asked).filter(store__in=stores)
    pairs = {(row["store_id"], row["day"]) for row in steps.told_by("store_id", "day")}
    telling = read | {store for store, _day in pairs}
    told = Counter(day for _store, day in pairs)
    return {day for day, number in told.items() if number == len(telling)}


def fees_of(campaign: Campaign, membership: Membership) -> Fees:
    """Add up the fees of the orders for the campaign's notes that are bound to star tasks."""
    orders = CreatorOrder.objects.filter(brand=campaign.brand_id).seen_by(membership)
    bound = orders.filter(
        note__campaign_rows__campaign=campaign,
        note__campaign_rows__removed_at=None,
        note__star_rows__isnull=False,
    )
    # an order may be for several notes, and has one fee
    fees = list(bound.values("connection", "order_id").annotate(fee=Max("fee_fen")))
    known = [each["fee"] for each in fees if each["fee"] is not None]
    return Fees(len(fees), len(fees) - len(known), sum(known) if known else None)


def _whole(fen: Decimal) -> int:
    return int(fen.quantize(WHOLE, ROUND_HALF_UP))
