"""Who is told: of a store, whoever may see it; of a brand, those who see all its stores."""

from dataclasses import dataclass

from django.db import connection

from merchants.models import BrandGrantStore, Membership, NoticeKind, Role, Store
from merchants.models.people import MAY
from portal.lib.scope import Hat, scope

TO_MARKETERS = frozenset({NoticeKind.ALERT_RAISED, NoticeKind.ALERT_CLEARED})


@dataclass(frozen=True, slots=True)
class AgencyPerson:
    """Someone whom a grant lets in."""

    grant_id: int
    user_id: int


def agency_people(brand_id: int) -> list[AgencyPerson]:
    """Return whom the brand has let in through agencies, at once for all its grants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT grant_id, user_id FROM agency_people(%s)", [brand_id])
        return [AgencyPerson(*row) for row in cursor.fetchall()]


def readers_of(store: Store) -> set[int]:
    """Return the ids of the users who may see the store, by a membership or through an agency."""
    members = Membership.objects.active().reaching(store).filter(user__is_active=True)
    granted = BrandGrantStore.objects.filter(brand=store.brand_id, store=store)
    grants = set(granted.values_list("grant_id", flat=True))
    agencies = {each.user_id for each in agency_people(store.brand_id) if each.grant_id in grants}
    return agencies | set(members.values_list("user_id", flat=True))


def marketers_of(brand_id: int) -> set[int]:
    """Return whoever may do what a marketer may, owners too, for all the brand's stores."""
    roles = [role for role in Role if Role.MARKETER in MAY[role]]
    members = Membership.objects.of_all_stores(brand_id).filter(role__in=roles)
    return set(members.values_list("user_id", flat=True))


def readers_of_brand(brand_id: int, kind: str) -> set[int]:
    """Return who may be told of what concerns the brand as a whole, and no store of it."""
    return marketers_of(brand_id) if kind in TO_MARKETERS else owners_of(brand_id)


def owners_of(brand_id: int) -> set[int]:
    owners = Membership.objects.owning(brand_id)
    return set(owners.values_list("user_id", flat=True))


def active_member(brand_id: int, user_id: int) -> Membership | None:
    """Return how the person stands in the brand now, read in scopes of its own."""
    with scope(Hat.WEB, user=user_id):
        active = Membership.objects.active().select_related("brand", "user")
        found = active.filter(brand=brand_id, user=user_id, user__is_active=True).first()
    if found is not None:
        with scope(Hat.WEB, brand=brand_id, user=user_id):
            found.load_stores()
    return found
