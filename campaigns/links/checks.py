"""The checks of a link that answer while its form is filled in: each with a verdict and a reason.

They ask the same rules that refuse a link when it is handed in, and Tmall only where the
catalogue doesn't know the item.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from campaigns.links.ground import ground_of, has_consents
from campaigns.links.health_law import Judgement, judge
from campaigns.links.review import wish_of
from campaigns.links.rules import (
    UNKNOWN_GOODS,
    Goods,
    Ground,
    Wish,
    case_of,
    objection_to_note_status,
    objections_of_policy,
    objections_to_address,
    objections_to_store,
)
from campaigns.models import Item, ItemStatus, Link, LinkText, Note
from merchants.models import StoreStatus
from portal.lib.destinations import ITEM


class Verdict(StrEnum):
    OK = "ok"
    NOT_OK = "bad"
    UNKNOWN = "warn"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    verdict: Verdict
    reason: str

    @property
    def word(self) -> str:
        if self.verdict == Verdict.OK:
            return _("Passed")
        return _("Not passed") if self.verdict == Verdict.NOT_OK else _("Still open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the checks look at besides the wish; `item` is the catalogue's, where it has it."""

    note: Note
    ground: Ground
    has_open_link: bool
    has_consent: bool
    item: Item | None = None


def checks_of(wish: Wish, now: Situation) -> list[Check]:
    note, ground = now.note, now.ground
    return [
        _of(_("Store takes part"), _about_store(ground), _("approved, and open to new links")),
        _consent(now),
        _of(
            _("Link allowed by the policy"),
            objections_of_policy(wish, note.source, ground.policy, found_by=note.found_by),
            _("%(source)s, policy version %(policy)s")
            % {"source": note.get_source_display() or "—", "policy": ground.policy or "—"},
        ),
        _of(
            _("Note can carry a link"),
            [each for each in [objection_to_note_status(note.status)] if each],
            _("nothing at Xiaohongshu stands against it"),
        ),
        _of(
            _("One link per note"),
            [_("This note already has a link.")] if now.has_open_link else [],
            _("it has no other"),
        ),
        _target(wish, now),
        _marked(wish),
        health_check(judge(case_of(wish, note, ground.store, goods_of(now.item)))),
        Check(_("Button text"), Verdict.OK, str(LinkText(wish.text).label)),
    ]


def checks_of_link(link: Link) -> list[Check]:
    """Check a link that is there by today's rules; within a scope that sees it."""
    if link.destination is None:
        return []
    others = link.note.links.not_ended().exclude(pk=link.pk)
    items = Item.objects.filter(store_id=link.store_id, num_iid=link.item_id)
    situation = Situation(
        note=link.note,
        ground=ground_of(link.store),
        has_open_link=others.exists(),
        has_consent=has_consents(link.store, link.note.connection),
        item=items.first(),
    )
    return checks_of(wish_of(link), situation)


def goods_of(item: Item | None) -> Goods:
    return Goods(item.title, item.cid) if item else UNKNOWN_GOODS


def health_check(judgement: Judgement) -> Check:
    name = _("Health and barred goods")
    if judgement.barred:
        how = (
            _("If that is wrong, say why below: a reviewer then decides.")
            if judgement.contestable
            else _("It can't be contested here: Tmall's own category says so.")
        )
        return Check(name, Verdict.NOT_OK, f"{judgement.barred} {how}")
    if judgement.question:
        return Check(name, Verdict.UNKNOWN, judgement.question)
    return Check(name, Verdict.OK, _("ordinary goods; nothing to ask"))


def _of(name: str, against: list[str], good: str) -> Check:
    if against:
        return Check(name, Verdict.NOT_OK, " ".join(against))
    return Check(name, Verdict.OK, good)


def _about_store(ground: Ground) -> list[str]:
    found = list(objections_to_store(ground.store, ground.participation))
    if ground.store.status != StoreStatus.APPROVED:
        found.append(_("%(store)s has not been approved yet.") % {"store": ground.store.title})
    return found


def _consent(now: Situation) -> Check:
    name = _("Consents at Tmall and Juguang")
    if now.has_consent:
        return Check(name, Verdict.OK, _("both are in place"))
    return Check(
        name,
        Verdict.UNKNOWN,
        _("One of them is missing or older than direct links: give it on the store's page."),
    )


def _target(wish: Wish, now: Situation) -> Check:
    name = _("Item or store page")
    if wish.destination.kind != ITEM:
        against = list(objections_to_address(wish, now.ground.store))
        return _of(name, against, wish.destination.canonical_url)
    if now.item is None:
        return Check(
            name, Verdict.UNKNOWN, _("Tmall is asked for this item when the link is handed in.")
        )
    if now.item.status != ItemStatus.ON_SALE:
        return Check(name, Verdict.NOT_OK, _("This item is not on sale at the moment."))
    return Check(name, Verdict.OK, _("on sale: %(title)s") % {"title": now.item.title})


def _marked(wish: Wish) -> Check:
    name = _("Marked 广告")
    if wish.is_marked_as_ad:
        return Check(name, Verdict.OK, _("confirmed; who did, and when, is kept"))
    return Check(name, Verdict.NOT_OK, _("The law asks for it where a purchase link stands."))
