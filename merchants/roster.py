"""Who is in a brand and who is invited, as one member may see them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from merchants.models import (
    Brand,
    Invitation,
    InvitationStore,
    Membership,
    MembershipStore,
    Role,
)

Entry = TypeVar("Entry", Membership, Invitation)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Entry]):
    """`stores` are those that the viewer may see; `hidden` counts the others."""

    entry: Entry
    stores: list[str]
    hidden: int
    may_change: bool


def members(brand: Brand, viewer: Membership) -> list[Listed[Membership]]:
    rows = brand.memberships.select_related("user").owners_first()
    pairs = MembershipStore.objects.filter(brand=brand).values_list("membership_id", "store_id")
    return _listed(rows, pairs, viewer)


def invitations(brand: Brand, viewer: Membership) -> list[Listed[Invitation]]:
    rows = brand.invitations.unanswered().select_related("invited_by").newest_first()
    pairs = InvitationStore.objects.filter(brand=brand).values_list("invitation_id", "store_id")
    return _listed(rows, pairs, viewer)


def _listed(
    rows: Iterable[Entry], pairs: Iterable[tuple[int, int]], viewer: Membership
) -> list[Listed[Entry]]:
    seen = dict(viewer.brand.stores.seen_by(viewer).values_list("pk", "title"))
    narrowed: dict[int, list[int]] = defaultdict(list)
    for entry_id, store_id in pairs:
        narrowed[entry_id].append(store_id)
    owner = viewer.allows(Role.OWNER)
    return [
        Listed(
            row,
            stores=sorted(seen[pk] for pk in narrowed[row.pk] if pk in seen),
            hidden=sum(pk not in seen for pk in narrowed[row.pk]),
            may_change=owner and viewer.covers(narrowed[row.pk]),
        )
        for row in rows
    ]
