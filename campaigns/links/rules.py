"""When a link may be attached: pure rules, each with the line that the person reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.links.health_law import Case
from campaigns.models import BuyingMode, LinkPosition, LinkText, Note
from campaigns.models.link import LinkTarget
from campaigns.models.note import NoteFound, NoteSource
from merchants.models import ParticipationStatus, PolicyVersion, Store, StoreStatus
from merchants.models.participation import NO_NEW_LINKS
from portal.lib.destinations import STORE, Destination
from portal.partners.top import Item

ON_SALE = "onsale"
ONE_LINK = gettext_lazy("This note already has a link. End that one first.")
NO_REACH = gettext_lazy("Xiaohongshu has limited this note, so it can't carry a link.")
# Codes of Juguang that were seen; those not listed are no obstacle.
CANNOT_CARRY = {
    3: gettext_lazy("The note was deleted at Xiaohongshu, so it can't carry a link."),
    10: gettext_lazy(
        "The note is private, so it can't carry a link. Ask its creator to make it public."
    ),
    4: NO_REACH,
    5: NO_REACH,
    6: NO_REACH,
    15: NO_REACH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asks for; `vouches_for_domain` is an owner's word for a store's address.

    `contest` is why the health rule would be wrong here, in the person's words. A draft is kept
    without being handed in, and so without being judged.
    """

    destination: Destination
    text: LinkText
    is_marked_as_ad: bool
    vouches_for_domain: bool = False
    position: LinkPosition = LinkPosition.CAPSULE
    buying_mode: BuyingMode = BuyingMode.CID
    shares_health: bool = False
    contest: str = ""
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What holds for every link of a store at the moment: read once for any number of notes."""

    store: Store
    participation: ParticipationStatus
    policy: PolicyVersion | None


@dataclass(frozen=True, slots=True)
class Goods:
    """What the link sells, as far as it is known; a store's page sells whatever the store does."""

    title: str = ""
    cid: str = ""


UNKNOWN_GOODS = Goods()


def objections(wish: Wish, note: Note, ground: Ground, *, has_open_link: bool) -> list[str]:
    """Return every reason against the wish that can be known without asking Tmall."""
    store = ground.store
    found = []
    if store.status != StoreStatus.APPROVED:
        found.append(_("%(store)s has not been approved yet.") % {"store": store.title})
    found.extend(objections_to_store(store, ground.participation))
    if has_open_link:
        found.append(str(ONE_LINK))
    if not wish.is_marked_as_ad:
        found.append(
            _("Mark the note 广告 first: the law asks for it where a purchase link stands.")
        )
    if wish.destination.kind == STORE:
        found.extend(objections_to_address(wish, store))
    found.extend(objections_of_policy(wish, note.source, ground.policy, found_by=note.found_by))
    if gone := objection_to_note_status(note.status):
        found.append(gone)
    return found


def objections_to_draft(
    wish: Wish, note: Note, ground: Ground, *, has_open_link: bool
) -> list[str]:
    """Return what stands against keeping a draft; all else is asked when it is handed in."""
    found = [str(ONE_LINK)] if has_open_link else []
    if not note.is_confirmed:
        found.append(objection_to_note(note.source, ground.policy, found_by=note.found_by))
    if ground.store.is_released:
        found += objections_to_store(ground.store, ground.participation)
    if wish.destination.kind == STORE:
        found += objections_to_address(wish, ground.store)
    return found


def objection_to_note_status(status: int | None) -> str:
    """Return why a note in this state at Xiaohongshu can carry no link."""
    if status is None or status not in CANNOT_CARRY:
        return ""
    return str(CANNOT_CARRY[status])


def case_of(wish: Wish, note: Note, store: Store, goods: Goods) -> Case:
    """Return what the health rules look at."""
    return Case(
        note_title=note.title,
        shares_health=wish.shares_health,
        item_title=goods.title or store.title,
        item_cid=goods.cid,
        store_category=store.category,
        contest=wish.contest,
    )


def objections_of_policy(
    wish: Wish, source: int | None, policy: PolicyVersion | None, *, found_by: str = ""
) -> list[str]:
    """Return what the version in force says against the target and the note.

    A version from before these were part of it names none, and so forbids none.
    """
    found = [
        objection_to_target(wish.destination.kind, policy),
        objection_to_note(source, policy, found_by=found_by),
    ]
    return [each for each in found if each]


def objection_to_note(
    source: int | None, policy: PolicyVersion | None, *, found_by: str = ""
) -> str:
    if source is None and found_by == NoteFound.ORDER:
        return _(
            "The note was ordered in Pugongying, but Juguang does not list it yet, so it can't"
            " carry a link. Let Juguang promote it as a cooperation note; it can carry one from"
            " the morning after it is listed."
        )
    if source is None:
        return _(
            "Juguang does not list this note, so it can't carry a link: it is organic, or its"
            " list has not arrived yet."
        )
    if policy is None or not policy.note_sources or source in policy.note_sources:
        return ""
    return _("Policy version %(policy)s does not allow links below such notes: %(source)s.") % {
        "policy": policy,
        "source": NoteSource(source).label,
    }


def objections_to_store(store: Store, participation: ParticipationStatus) -> list[str]:
    if store.is_released:
        return [
            _("%(store)s was released to another brand; no new links can be attached.")
            % {"store": store.title}
        ]
    if participation not in NO_NEW_LINKS:
        return []
    return [
        _(
            "%(store)s can't get new links: %(status)s. Its page says what to fix; new links can"
            " be attached as soon as that is done."
        )
        % {"store": store.title, "status": participation.label}
    ]


def objections_to_item(item: Item, wish: Wish) -> list[str]:
    """Return what Tmall's answer says against the item."""
    if item.num_iid != wish.destination.item_id:
        return [_("Tmall answered with another item. Nothing was saved; please try again.")]
    if item.approve_status != ON_SALE:
        return [_("This item is not on sale at the moment.")]
    if not item.price_fen:
        return [_("The price of this item is 0 at the moment.")]
    return []


def objection_to_target(target: str, policy: PolicyVersion | None) -> str:
    if policy is None or not policy.link_types or target in policy.link_types:
        return ""
    return _("Policy version %(policy)s does not allow links of this kind: %(kind)s.") % {
        "policy": policy,
        "kind": LinkTarget(target).label,
    }


def objections_to_address(wish: Wish, store: Store) -> Iterator[str]:
    """Tmall names no store's address, so it counts only if an owner vouched for it, once."""
    if store.domain and store.domain != wish.destination.shop:
        yield _("The address of %(store)s is %(domain)s.tmall.com; no other is accepted.") % {
            "store": store.title,
            "domain": store.domain,
        }
    if not store.domain and not wish.vouches_for_domain:
        yield _(
            "The address of %(store)s is not known yet. An owner of the brand has to confirm it"
            " here first; or choose an item."
        ) % {"store": store.title}
