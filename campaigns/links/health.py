"""The hourly check of a store's links: where each leads, and whether it still may."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Coalesce

from campaigns.links.catalogue import MOST_MISSING, Answers, ask, consent_of, keep
from campaigns.links.ground import ground_of
from campaigns.links.health_moves import Checked, move
from campaigns.links.health_rules import (
    Findings,
    item_trouble,
    remembered,
    target_of,
    trouble_of,
)
from campaigns.links.rules import Ground, objection_to_note, objection_to_target
from campaigns.models import (
    Catalogue,
    Item,
    Link,
    LinkCheck,
    LinkHealth,
    LinkStatus,
    LinkTarget,
    LinkTrouble,
)
from merchants.models import ParticipationStatus, Store, StoreStatus
from portal.lib import days
from portal.lib.scope import Hat, scope


def check_store(store_id: int) -> None:
    """Ask Tmall about what the store's links lead to, and judge each link; may run twice."""
    with scope(Hat.NIGHT):
        store = Store.objects.filter(pk=store_id).select_related("brand").first()
        if store is None:
            return
        catalogue, _made = Catalogue.objects.get_or_create(brand_id=store.brand_id, store=store)
        consent, numbers = consent_of(store.pk), _items_to_ask_about(store)
    answers = ask(catalogue, consent, numbers)
    with scope(Hat.NIGHT, brand=store.brand_id):
        # of two at a time the second finds nothing new
        locked = Catalogue.objects.select_for_update().get(pk=catalogue.pk)
        keep(locked, consent, answers)
        judge(store, answers)


def judge(store: Store, answers: Answers) -> None:
    """Write down what was found for each open link, and move those that have to be moved."""
    now = days.known_now()
    checked = _check_all(store, answers)
    news = [each for each in checked if each.is_news]
    _keep_health(store, checked, news, now)
    LinkCheck.objects.bulk_create([_check_row(each, now) for each in news])
    move(store, checked)


def _items_to_ask_about(store: Store) -> list[str]:
    """Return the items that open links lead to, and those that the last list left out."""
    links = Link.objects.not_ended().filter(brand_id=store.brand_id, store=store)
    linked = links.exclude(item_id="").values_list("item_id", flat=True)
    items = Item.objects.filter(brand_id=store.brand_id, store=store)
    missing = items.missing().order_by("missing_since", "pk").values_list("num_iid", flat=True)
    return list(dict.fromkeys([*linked.order_by("pk"), *missing[:MOST_MISSING]]))


def _check_all(store: Store, answers: Answers) -> list[Checked]:
    ground = ground_of(store)
    links = Link.objects.not_ended().filter(brand_id=store.brand_id, store=store)
    links = links.select_related("note").with_newest_event().order_by("pk")
    known = LinkHealth.objects.filter(brand_id=store.brand_id, store=store)
    healths = {health.link_id: health for health in known}
    return [_check(link, healths.get(link.pk), ground, answers) for link in links]


def _check(link: Link, known: LinkHealth | None, ground: Ground, answers: Answers) -> Checked:
    health = known or LinkHealth(brand_id=link.brand_id, store_id=link.store_id, link=link)
    before = LinkTrouble(health.trouble)
    if health.item_id != link.item_id:
        before = LinkTrouble.UNKNOWN  # it was said of another item
    answered = _of_item(link, answers)
    trouble = trouble_of(
        Findings(
            item=remembered(before) if answered is None else answered,
            is_allowed=_is_allowed(link, ground),
            takes_part=_takes_part(ground),
            note_status=link.note.status,
        )
    )
    # once somebody has moved the link it is theirs
    is_ours = health.move_id is not None and health.move_id == link.newest_event
    home = LinkStatus(health.home) if is_ours else None
    target = target_of(trouble, LinkStatus(link.status), home)
    return Checked(link, health, before, trouble, answered is not None, home, target)


def _of_item(link: Link, answers: Answers) -> LinkTrouble | None:
    """Return what Tmall said of the link's item; None when it said nothing."""
    if link.target == LinkTarget.STORE:
        return LinkTrouble.FINE
    if link.item_id in answers.gone:
        return LinkTrouble.DELETED
    told = answers.told.get(link.item_id)
    return item_trouble(told.approve_status, told.price_fen) if told else None


def _is_allowed(link: Link, ground: Ground) -> bool:
    return not (
        objection_to_target(link.target, ground.policy)
        or objection_to_note(link.note.source, ground.policy)
    )


def _takes_part(ground: Ground) -> bool:
    store = ground.store
    joined = store.status == StoreStatus.APPROVED and not store.is_released
    return joined and ground.participation != ParticipationStatus.SUSPENDED


def _keep_health(
    store: Store, checked: Sequence[Checked], news: Sequence[Checked], now: datetime
) -> None:
    """Rewrite the rows that say something new; of the others only when they were answered."""
    for each in news:
        each.health.trouble, each.health.since = each.trouble, now
        each.health.item_id = each.link.item_id
    LinkHealth.objects.bulk_create(
        [each.health for each in news],
        update_conflicts=True,
        unique_fields=["brand", "link"],
        update_fields=["trouble", "item_id", "since"],
    )
    answered = [each.link.pk for each in checked if each.is_answered]
    others = [each.link.pk for each in checked if not each.is_answered]
    rows = LinkHealth.objects.filter(brand_id=store.brand_id, store=store)
    rows.filter(link__in=answered).update(checked_at=now, unanswered_since=None)
    silent = rows.filter(link__in=others)
    silent.update(unanswered_since=Coalesce("unanswered_since", Value(now)))


def _check_row(each: Checked, now: datetime) -> LinkCheck:
    link = each.link
    own = {"brand_id": link.brand_id, "store_id": link.store_id, "link": link}
    return LinkCheck(**own, trouble=each.trouble, item_id=link.item_id, at=now)
