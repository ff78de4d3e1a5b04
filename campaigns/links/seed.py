"""Links for the demo, attached as a person would: by the service, with real items.

The policy approves them, and the workers hand them to Juguang, whose review they pass.
"""

from datetime import date
from itertools import cycle

from campaigns.links.rules import CANNOT_CARRY, Wish
from campaigns.links.services import attach_link, items_on_sale
from campaigns.models import Link, LinkStatus, LinkText, Note
from merchants.models import Store, User
from portal.lib.destinations import ITEM, Destination
from portal.lib.scope import Hat, scope

LINKS = 6


GIFT_DAY = date(2025, 6, 20)
GIFT_BOX = "710500689458"  # the sandbox's store takes it off its shelf two days later


class NothingToAttach(Exception):
    """The store has nothing on sale, or no answer came; the message says which."""


def seed_links(store: Store, user: User) -> list[Link]:
    """Attach links until the store has six that are open; safe to run again."""
    notes = _notes_without(store)
    if not notes:
        return []
    shelf = items_on_sale(store)
    if not shelf.items:
        raise NothingToAttach(shelf.problem or "The store has nothing on sale.")
    texts = cycle(LinkText)
    items = cycle(shelf.items)
    return [
        attach_link(
            note,
            Wish(
                destination=Destination(kind=ITEM, item_id=item.num_iid),
                text=text,
                is_marked_as_ad=True,
            ),
            by=user,
        )
        for note, item, text in zip(notes, items, texts, strict=False)
    ]


def seed_gift_link(store: Store, user: User) -> None:
    """Attach the first link, to an item that will not stay on the shelf; safe to run again."""
    with scope(Hat.WEB, brand=store.brand_id):
        listed = store.notes.exclude(connection=None).newest_first()
        note = None if store.links.exists() else listed.first()
    if note:
        attach_link(
            note,
            Wish(
                destination=Destination(kind=ITEM, item_id=GIFT_BOX),
                text=LinkText.BUY_THE_SAME,
                is_marked_as_ad=True,
            ),
            by=user,
        )


def links_under_way(store: Store) -> int:
    """Return how many of the store's links have yet to be reviewed by Juguang."""
    with scope(Hat.WEB, brand=store.brand_id):
        under_way = [LinkStatus.APPROVED, LinkStatus.SUBMITTED]
        return store.links.filter(status__in=under_way).count()


def _notes_without(store: Store) -> list[Note]:
    """Return the notes, newest first, that lack a link for the store to have six."""
    with scope(Hat.WEB, brand=store.brand_id):
        missing = LINKS - store.links.not_ended().count()
        linked = store.links.not_ended().values("note_id")
        free = store.notes.exclude(pk__in=linked).exclude(status__in=CANNOT_CARRY)
        listed = free.exclude(connection=None).newest_first()  # no other can carry a link
        return list(listed[: max(missing, 0)])
