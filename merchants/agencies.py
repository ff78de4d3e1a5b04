"""A brand lets an agency in: offered by address, accepted by the agency's owner, ended by either.

What the granting brand does follows the rules for its members: an owner of some stores gives no
more than they have, and touches nothing that reaches beyond.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.members import Place, refusing, require_covered, still_owner
from merchants.models import (
    Brand,
    BrandGrant,
    GrantStatus,
    IllegalMove,
    Membership,
    NoticeKind,
    User,
)
from merchants.models.grants import VALID
from merchants.notices import tell_owners
from merchants.services import Refused
from portal.lib import days
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

OFFERED_IN_A_DAY = 20  # nobody may use offers to write to strangers at will


@transaction.atomic
def offer_access(brand: Brand, slug: str, place: Place, *, by: Membership) -> BrandGrant:
    """Offer the agency named so what `place` says; whether it exists is nobody's to know."""
    by = still_owner(by)
    _require_stores(place, by)
    if slug == brand.slug:
        raise Refused(_("That is your own brand. Enter the short name of the agency's brand."))
    _let_expire(brand, slug, by.user)
    day_ago = days.known_now() - timedelta(days=1)
    if brand.grants.filter(offered_at__gt=day_ago).count() >= OFFERED_IN_A_DAY:
        raise Refused(_("20 offers were made within a day. Make the next ones tomorrow."))
    grant = BrandGrant(
        brand=brand,
        agency_slug=slug,
        role=place.role,
        offered_by=by.user,
        expires_at=timezone.now() + VALID,
    )
    taken = _("%(slug)s has an offer or access already; see the list above.") % {"slug": slug}
    with refusing("grant_open_once", taken):
        grant.save()
    grant.choose(place.role, place.stores, by=by.user)
    logger.info("access offered grant=%s brand=%s by=%s", grant.pk, brand.pk, by.user_id)
    grant.refresh_from_db(fields=["agency_id"])
    _tell_agency(grant, NoticeKind.AGENCY_OFFERED, by=by.user)
    return grant


@transaction.atomic
def change_grant(grant: BrandGrant, place: Place, *, by: Membership) -> None:
    grant = _locked(grant, by=by)
    _require_stores(place, by)
    grant.choose(place.role, place.stores, by=by.user)
    logger.info("grant changed grant=%s by=%s", grant.pk, by.user_id)


@transaction.atomic
def withdraw_offer(grant: BrandGrant, *, by: Membership) -> None:
    _move(_locked(grant, by=by), GrantStatus.WITHDRAWN, by=by.user)


@transaction.atomic
def revoke_grant(grant: BrandGrant, *, by: Membership) -> None:
    grant = _locked(grant, by=by)
    _move(grant, GrantStatus.REVOKED, by=by.user)
    _tell_agency(grant, NoticeKind.AGENCY_REVOKED, by=by.user)


@transaction.atomic
def accept_offer(grant: BrandGrant, *, by: User) -> None:
    """Let the agency in; whoever calls has seen that `by` owns the agency."""
    if grant.is_expired:
        raise Refused(_("The offer has expired. Ask the brand for a new one."))
    _move(grant, GrantStatus.ACCEPTED, by=by)
    _tell_brand(grant, NoticeKind.AGENCY_ACCEPTED, by=by)


@transaction.atomic
def decline_offer(grant: BrandGrant, *, by: User) -> None:
    _move(grant, GrantStatus.DECLINED, by=by)


@transaction.atomic
def return_grant(grant: BrandGrant, *, by: User) -> None:
    """Give the access back, for all the agency's people."""
    _move(grant, GrantStatus.RETURNED, by=by)
    _tell_brand(grant, NoticeKind.AGENCY_RETURNED, by=by)


def _require_stores(place: Place, by: Membership) -> None:
    if not place.stores:  # elsewhere none means every store; an agency never gets those to come
        raise Refused(_("Choose at least one store."))
    require_covered(by, place.store_ids)


def _let_expire(brand: Brand, slug: str, by: User) -> None:
    """Make room for a new offer where the last one was never answered."""
    offers = brand.grants.offered().filter(agency_slug=slug, expires_at__lte=timezone.now())
    for offer in offers:
        offer.move_to(GrantStatus.EXPIRED, by=by)


def _locked(grant: BrandGrant, *, by: Membership) -> BrandGrant:
    """Lock the row and look again whether it is within what `by` may touch."""
    rows = BrandGrant.objects.select_for_update(of=("self",)).open()
    found = rows.select_related("brand").filter(pk=grant.pk).first()
    if found is None:
        raise Refused(_("This is no longer open: someone has just changed it."))
    found.load_stores()
    require_covered(by, found.narrowed_to)
    return found


def _move(grant: BrandGrant, target: GrantStatus, *, by: User) -> None:
    try:
        grant.move_to(target, by=by)
    except IllegalMove as refusal:
        raise Refused(str(refusal)) from None
    logger.info("grant %s grant=%s by=%s", target, grant.pk, by.pk)


def _tell_agency(grant: BrandGrant, kind: NoticeKind, *, by: User) -> None:
    """Write the notices in the agency's own scope: the granting brand may not."""
    if grant.agency_id is None:
        return
    with scope(Hat.WEB, brand=grant.agency_id):
        agency = Brand.objects.get(pk=grant.agency_id)
        tell_owners(agency, kind, page="agencies", by=by, brand=grant.brand.name)


def _tell_brand(grant: BrandGrant, kind: NoticeKind, *, by: User) -> None:
    agency = grant.agency
    name = agency.name if agency else grant.agency_slug
    tell_owners(grant.brand, kind, page="agencies", by=by, agency=name)
