"""Keeping a store's catalogue up to date between the nightly lists: what changed, what is gone.

Tmall is asked with no transaction open; what it said is written in one.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from campaigns.models import Catalogue, Item, ItemStatus, Link
from campaigns.reports.item_list import write_items
from merchants.connections import call_top, hold
from merchants.models import Connection, Partner, Store
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.top import LARGEST_PAGE, MOST_AT_ONCE, Shelf, TopClient, says_gone
from portal.partners.top import Item as Told

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
OVERLAP = timedelta(hours=1)  # a nightly list takes its time, and Tmall's clock is not ours
STORES_AT_ONCE = 500
MOST_MISSING = 200
MOST_SINGLY = 100
MOST_PAGES = 100
BACKOFF = (600, 1800, 3600)  # seconds; the last holds for every later retry


@dataclass(slots=True)
class Answers:
    """What Tmall said of items: how they are, or twice that they are gone; and where it failed."""

    told: dict[str, Told] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    problem: str = ""
    retry_after: float | None = None

    def lack(self, numbers: Sequence[str]) -> list[str]:
        return [number for number in numbers if number not in self.told and number not in self.gone]


def hand_out() -> list[int]:
    """Return the stores that nobody has asked Tmall about for an hour, and take them for one.

    A message that is lost costs an hour.
    """
    with scope(Hat.NIGHT):
        asked = _stores_to_ask_about()
        missing = asked.exclude(pk__in=Catalogue.objects.values("store"))
        Catalogue.objects.bulk_create(
            [
                Catalogue(brand_id=brand, store_id=store)
                for store, brand in missing.values_list("pk", "brand_id")
            ],
            ignore_conflicts=True,
        )
        due = Catalogue.objects.due().filter(store__in=asked).order_by("not_before", "pk")
        taken = list(due.select_for_update(skip_locked=True, of=["self"])[:STORES_AT_ONCE])
        Catalogue.objects.filter(pk__in=[each.pk for each in taken]).update(
            not_before=Now() + EVERY
        )
    return [each.store_id for each in taken]


def consent_of(store_id: int) -> Connection | None:
    """Return the seller's consent at Tmall, if it holds; within a scope of the brand."""
    consents = Connection.objects.connected().filter(partner=Partner.TOP, store=store_id)
    return consents.select_related("store").first()


def ask(catalogue: Catalogue, consent: Connection | None, numbers: Sequence[str]) -> Answers:
    """Ask Tmall what changed, and how these items are; call outside any transaction.

    What it answered before it failed is kept.
    """
    answers = Answers()
    try:
        if consent is None:
            raise NeedsConsent("The store has no valid consent at Tmall.")
        call_top(consent, lambda top: _ask_for_changes(top, catalogue, answers))
        call_top(consent, lambda top: _ask_for_items(top, numbers, answers))
    except Unavailable as failure:
        answers.problem, answers.retry_after = failure.message, failure.retry_after
    except NeedsConsent as failure:
        answers.problem = failure.message
    except Rejected as refusal:
        answers.problem = str(refusal)
    if answers.problem:
        logger.warning("store %s: Tmall did not answer: %s", catalogue.store_id, answers.problem)
    return answers


def keep(catalogue: Catalogue, consent: Connection | None, answers: Answers) -> None:
    """Write down what Tmall said, unless the consent has ended meanwhile."""
    now = days.known_now()
    if consent:
        try:
            hold(consent)
        except NeedsConsent as failure:
            answers.told, answers.gone, answers.problem = {}, set(), failure.message
    write_items(catalogue, list(answers.told.values()), known_at=now)
    items = Item.objects.filter(brand_id=catalogue.brand_id, store_id=catalogue.store_id)
    items.filter(num_iid__in=answers.gone).still_there().update(
        status=ItemStatus.DELETED, known_at=now, missing_since=None
    )
    reached = _unanswered(catalogue, answers, now) if answers.problem else _answered(catalogue, now)
    Catalogue.objects.filter(pk=catalogue.pk).update(**reached)


def _stores_to_ask_about() -> QuerySet[Store]:
    links = Link.objects.not_ended().filter(store=OuterRef("pk"))
    consents = Connection.objects.connected().filter(partner=Partner.TOP, store=OuterRef("pk"))
    return Store.objects.filter(Exists(links) | Exists(consents))


def _ask_for_changes(top: TopClient, catalogue: Catalogue, answers: Answers) -> None:
    """Before the first whole list there is nothing that could have changed."""
    if catalogue.changed_until is None:
        return
    for item in _changed_since(top, catalogue.changed_until - OVERLAP):
        answers.told[item.num_iid] = item


def _changed_since(top: TopClient, moment: datetime) -> Iterator[Told]:
    for shelf in Shelf:
        for number in range(1, MOST_PAGES + 1):
            page = top.listed_items(shelf, number, since=moment)
            yield from page.items
            if page.total <= number * LARGEST_PAGE:
                break


def _ask_for_items(top: TopClient, numbers: Sequence[str], answers: Answers) -> None:
    """Ask for many at once. What such an answer leaves out counts only if asked for singly too."""
    wanted, singly = answers.lack(numbers), 0
    for start in range(0, len(wanted), MOST_AT_ONCE):
        batch = wanted[start : start + MOST_AT_ONCE]
        answers.told |= {item.num_iid: item for item in top.items(batch)}
        for number in answers.lack(batch):
            singly += 1
            if singly > MOST_SINGLY:
                raise Unavailable("Tmall leaves out more items than can be asked for singly.")
            _ask_for_one(top, number, answers)


def _ask_for_one(top: TopClient, number: str, answers: Answers) -> None:
    try:
        answers.told[number] = top.item(number)
    except Rejected as refusal:
        if not says_gone(refusal):
            raise
        answers.gone.add(number)


def _answered(catalogue: Catalogue, now: datetime) -> dict[str, object]:
    return {
        "changed_until": now if catalogue.listed_at else None,
        "unanswered_since": None,
        "problem": "",
        "retries": 0,
    }


def _unanswered(catalogue: Catalogue, answers: Answers, now: datetime) -> dict[str, object]:
    """Try again sooner than in an hour at first, and never before Tmall wants to be asked."""
    backoff = BACKOFF[min(catalogue.retries, len(BACKOFF) - 1)]
    seconds = max(answers.retry_after or 0, backoff)
    return {
        "unanswered_since": Coalesce("unanswered_since", Value(now)),
        "problem": answers.problem[:200],
        "retries": min(catalogue.retries + 1, 1000),
        "not_before": Now() + timedelta(seconds=seconds),
    }
