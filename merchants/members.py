"""Who takes part in a brand: invited, changed, suspended, removed. Each step is one transaction.

Everything here is an owner's doing. An owner who is narrowed to some stores acts only on people
who are narrowed to some of the same, and can't take them beyond.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.models import (
    Brand,
    BrandGrant,
    GrantStatus,
    Invitation,
    InvitationStore,
    Membership,
    MembershipStore,
    NoticeKind,
    Role,
    Store,
    User,
)
from merchants.models.invitations import hash_token
from merchants.notices import tell_owners
from merchants.services import Refused
from portal.lib.constraints import broken_rule
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

# A brand costs nothing to make, so neither may be used to write to strangers at will.
INVITED_IN_A_DAY = 50
TIMES_SENT = 5

LAST_OWNER = "membership_last_owner"  # what PostgreSQL calls the rule
NEEDS_AN_OWNER = gettext_lazy(
    "The brand's last owner of all its stores: make someone else one first."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A role, and the stores that it is narrowed to; none means every store."""

    role: str
    stores: tuple[Store, ...] = ()

    @property
    def store_ids(self) -> set[int]:
        return {store.pk for store in self.stores}


@dataclass(frozen=True, slots=True)
class Offer:
    """What whoever holds an invitation's link may know of it."""

    pk: int
    brand: str
    email: str
    role: str
    inviter: str
    is_expired: bool
    is_accepted: bool
    is_revoked: bool


@transaction.atomic
def invite(brand: Brand, email: str, place: Place, *, by: Membership) -> tuple[Invitation, str]:
    """Write the invitation and return it with its token, which is kept nowhere else."""
    require_covered(still_owner(by), place.store_ids)
    if brand.memberships.filter(user__email__iexact=email).exists():
        raise Refused(_("%(email)s is a member already; see the list above.") % {"email": email})
    day_ago = timezone.now() - timedelta(days=1)
    if brand.invitations.filter(invited_at__gt=day_ago).count() >= INVITED_IN_A_DAY:
        raise Refused(_("50 people were invited within a day. Invite the next ones tomorrow."))
    invitation = Invitation(brand=brand, email=email, role=place.role, invited_by=by.user)
    token = invitation.new_token()
    with refusing("invitation_unanswered_once", _already_invited(email)):
        invitation.save()
    InvitationStore.objects.bulk_create(
        InvitationStore(brand=brand, invitation=invitation, store=store) for store in place.stores
    )
    logger.info("invited invitation=%s brand=%s by=%s", invitation.pk, brand.pk, by.user_id)
    return invitation, token


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: Membership) -> tuple[Invitation, str]:
    """Give the invitation a new token and seven more days; the link sent before is dead."""
    invitation = _unanswered(invitation, by=by)
    if invitation.times_sent >= TIMES_SENT:
        raise Refused(_("It was sent 5 times. Revoke it, and ask the person how to reach them."))
    token = invitation.new_token()
    invitation.times_sent += 1
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at", "times_sent"])
    return invitation, token


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Membership) -> None:
    invitation = _unanswered(invitation, by=by)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    logger.info("invitation revoked invitation=%s by=%s", invitation.pk, by.user_id)


def offer_by(token: str) -> Offer | None:
    """Find what the link invites to; it takes no account to ask."""
    with scope(Hat.WEB), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM invitation_by_token(%s)", [hash_token(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, brand, email, role, inviter, expires_at, accepted_at, revoked_at = row
    return Offer(
        pk=pk,
        brand=brand,
        email=email,
        role=str(Role(role).label),
        inviter=inviter or "",
        is_expired=expires_at <= timezone.now(),
        is_accepted=accepted_at is not None,
        is_revoked=revoked_at is not None,
    )


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User) -> Membership:
    """Make the person a member as invited; whoever calls has seen that the address is theirs."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at or invitation.is_expired:
        raise Refused(_("This invitation is no longer open. Ask for a new one."))
    brand = invitation.brand
    with refusing("membership_once_per_brand", _("You are a member of this brand already.")):
        membership = brand.memberships.create(user=by, role=invitation.role)
    chosen = InvitationStore.objects.filter(invitation=invitation)
    MembershipStore.objects.bulk_create(
        MembershipStore(brand=brand, membership=membership, store_id=each.store_id)
        for each in chosen
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    who, role = by.name or by.email, invitation.role
    tell_owners(brand, NoticeKind.MEMBER_JOINED, page="members", by=by, who=who, role=role)
    logger.info("joined membership=%s brand=%s", membership.pk, brand.pk)
    return membership


@transaction.atomic
def change_member(member: Membership, place: Place, *, by: Membership) -> None:
    member = _locked(member, by=by)
    require_covered(by, place.store_ids)
    with _keeping_an_owner():
        member.role = place.role
        member.save(update_fields=["role"])
        MembershipStore.objects.filter(membership=member).delete()
        MembershipStore.objects.bulk_create(
            MembershipStore(brand_id=member.brand_id, membership=member, store=store)
            for store in place.stores
        )
        if place != Place(Role.OWNER):
            _take_back_what_was_sent_by(member)
    logger.info("member changed membership=%s by=%s", member.pk, by.user_id)


@transaction.atomic
def suspend_member(member: Membership, *, by: Membership) -> None:
    _set_suspended(member, by=by, suspended=True)


@transaction.atomic
def reinstate_member(member: Membership, *, by: Membership) -> None:
    _set_suspended(member, by=by, suspended=False)


@transaction.atomic
def remove_member(member: Membership, *, by: Membership) -> None:
    member = _locked(member, by=by)
    logger.info("member removed membership=%s by=%s", member.pk, by.user_id)
    with _keeping_an_owner():
        _take_back_what_was_sent_by(member)
        member.delete()


def _set_suspended(member: Membership, *, by: Membership, suspended: bool) -> None:
    member = _locked(member, by=by)
    member.suspended_at = timezone.now() if suspended else None
    with _keeping_an_owner():
        member.save(update_fields=["suspended_at"])
        if suspended:
            _take_back_what_was_sent_by(member)
            member.api_keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    logger.info("member suspended=%s membership=%s by=%s", suspended, member.pk, by.user_id)


def _take_back_what_was_sent_by(member: Membership) -> None:
    """Let nobody who loses rights come back by what they sent while they had them.

    That is an invitation, or an offer to an agency.
    """
    sent = Invitation.objects.unanswered().filter(brand_id=member.brand_id)
    sent.filter(invited_by_id=member.user_id).update(revoked_at=timezone.now())
    offers = BrandGrant.objects.offered().filter(brand_id=member.brand_id)
    for offer in offers.filter(offered_by_id=member.user_id).select_for_update(of=("self",)):
        offer.move_to(GrantStatus.WITHDRAWN)


def still_owner(by: Membership) -> Membership:
    """Hold the inviter's row, so that whoever takes their rights away waits and sees the rest."""
    rows = Membership.objects.select_for_update(of=("self",)).active()
    found = rows.filter(pk=by.pk, role=Role.OWNER).first()
    if found is None:
        raise Refused(_("You are no longer an owner of this brand."))
    found.load_stores()
    return found


def _locked(member: Membership, *, by: Membership) -> Membership:
    """Lock the row and look again whether it is within what `by` may touch."""
    found = Membership.objects.select_for_update(of=("self",)).filter(pk=member.pk).first()
    if found is None:
        raise Refused(_("Someone else has just removed this member."))
    found.load_stores()
    require_covered(by, found.narrowed_to)
    return found


def _unanswered(invitation: Invitation, *, by: Membership) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).unanswered()
    found = rows.select_related("brand").filter(pk=invitation.pk).first()
    if found is None:
        raise Refused(_("This invitation has been accepted or revoked meanwhile."))
    found.load_stores()
    require_covered(by, found.narrowed_to)
    return found


def require_covered(by: Membership, stores: Collection[int]) -> None:
    if not by.covers(stores):
        raise Refused(_("You are an owner of some stores only, and this reaches beyond them."))


def _already_invited(email: str) -> str:
    return _("%(email)s is invited already: send that invitation again, or revoke it.") % {
        "email": email
    }


@contextmanager
def refusing(rule: str, refusal: str) -> Iterator[None]:
    """Turn the database's refusal by this constraint into one that can be read."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as clash:
        if broken_rule(clash) != rule:
            raise
        raise Refused(refusal) from None


@contextmanager
def _keeping_an_owner() -> Iterator[None]:
    with refusing(LAST_OWNER, str(NEEDS_AN_OWNER)):
        yield
