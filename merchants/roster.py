"""Who is in a brand and who is invited, as one member may see them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from merchants.models import (
    Brand,
    BrandGrant,
    BrandGrantStore,
    Invitation,
    InvitationStore,
    Membership,
    MembershipStore,
    Role,
    User,
)
from merchants.readers import agency_people

Entry = TypeVar("Entry", Membership, Invitation, BrandGrant)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Entry]):
    """`stores` are those that the viewer may see; `hidden` counts the others."""

    entry: Entry
    stores: list[str]
    hidden: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class Agency:
    """A grant to an agency, and whom it lets in."""

    row: Listed[BrandGrant]
    people: list[User]


def members(brand: Brand, viewer: Membership) -> list[Listed[Membership]]:
    rows = brand.memberships.select_related("user").owners_first()
    pairs = MembershipStore.objects.filter(brand=brand).values_list("membership_id", "store_id")
    return _listed(rows, pairs, viewer)


def invitations(brand: Brand, viewer: Membership) -> list[Listed[Invitation]]:
    rows = brand.invitations.unanswered().select_related("invited_by").newest_first()
    pairs = InvitationStore.objects.filter(brand=brand).values_list("invitation_id", "store_id")
    return _listed(rows, pairs, viewer)


def agencies(brand: Brand, viewer: Membership) -> list[Agency]:
    """List the agencies with access; who comes through one sees no other."""
    grants = brand.grants.accepted().select_related("agency").oldest_first()
    if viewer.agency:
        grants = grants.filter(agency=viewer.agency)
    let_in: dict[int, list[int]] = defaultdict(list)
    for person in agency_people(brand.pk):
        let_in[person.grant_id].append(person.user_id)
    users = User.objects.in_bulk({pk for people in let_in.values() for pk in people})
    return [
        Agency(row, people=[users[pk] for pk in sorted(let_in[row.entry.pk])])
        for row in grants_of(grants, brand, viewer)
    ]


def grants_of(
    grants: Iterable[BrandGrant], brand: Brand, viewer: Membership
) -> list[Listed[BrandGrant]]:
    pairs = BrandGrantStore.objects.filter(brand=brand).values_list("grant_id", "store_id")
    return _listed(grants, pairs, viewer)


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
