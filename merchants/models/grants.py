"""What a brand opens to an agency: a role for chosen stores, offered, accepted, and ended."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from merchants.models.people import MAY, Brand, Membership, Role, User
from merchants.models.policy import IllegalMove
from portal.lib.days import known_now

if TYPE_CHECKING:
    from merchants.models.stores import Store

VALID = timedelta(days=7)
GRANTABLE = (Role.VIEWER, Role.FINANCE, Role.MARKETER)


class GrantStatus(models.TextChoices):
    OFFERED = "offered", _("Access offered")
    ACCEPTED = "accepted", _("Has access")
    DECLINED = "declined", _("Offer declined")
    WITHDRAWN = "withdrawn", _("Offer withdrawn")
    EXPIRED = "expired", _("Offer expired")
    REVOKED = "revoked", _("Access revoked")
    RETURNED = "returned", _("Access given back")


Status = GrantStatus
MOVES: dict[GrantStatus, set[GrantStatus]] = {
    Status.OFFERED: {Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED},
    Status.ACCEPTED: {Status.REVOKED, Status.RETURNED},
    Status.DECLINED: set(),
    Status.WITHDRAWN: set(),
    Status.EXPIRED: set(),
    Status.REVOKED: set(),
    Status.RETURNED: set(),
}
OPEN = (Status.OFFERED, Status.ACCEPTED)

ROLE_THAT_MAY = {may: role for role, may in MAY.items()}


def role_in_both(granted: Role, held: Role) -> Role:
    """Return the role that may what both of these may."""
    return ROLE_THAT_MAY[MAY[granted] & MAY[held]]


class BrandGrantQuerySet(models.QuerySet["BrandGrant"]):
    def open(self) -> Self:
        """Keep what is offered or accepted; an offer may have expired."""
        return self.filter(status__in=OPEN)

    def accepted(self) -> Self:
        return self.filter(status=Status.ACCEPTED)

    def offered(self) -> Self:
        """Keep what nobody has answered; it may have expired."""
        return self.filter(status=Status.OFFERED)

    def waiting(self, at: datetime) -> Self:
        return self.offered().filter(expires_at__gt=at)

    def reaching(self, user: User) -> Self:
        """Keep what opens a brand to the user, and add the `held_role` they have in the agency.

        Only members of all the agency's stores count, and nobody who is in the brand itself:
        their own membership says what they may there, suspended or not.
        """
        held = Membership.objects.active().whole().filter(user=user, brand=OuterRef("agency"))
        own = Membership.objects.filter(user=user, brand=OuterRef("brand"))
        rows = self.accepted().annotate(held_role=Subquery(held.values("role")[:1]))
        return rows.filter(~Exists(own), held_role__isnull=False)

    def oldest_first(self) -> Self:
        return self.order_by("accepted_at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class BrandGrant(models.Model):
    """The database fills in `agency` from `agency_slug`, and leaves it empty for an unknown one.

    The offering brand learns which only when the agency accepts.
    """

    narrowed_to: tuple[int, ...]
    held_role: str  # added by `reaching`

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="grants", verbose_name=_("brand")
    )
    agency_slug = models.CharField(_("agency's short name"), max_length=50)
    agency = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        related_name="held_grants",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("agency"),
    )
    role = models.CharField(
        _("role"), max_length=10, choices=[(role.value, role.label) for role in GRANTABLE]
    )
    status = models.CharField(
        _("status"), max_length=10, choices=GrantStatus, default=GrantStatus.OFFERED
    )
    offered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offered by"),
    )
    offered_at = models.DateTimeField(_("access offered"), default=known_now)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    ended_at = models.DateTimeField(_("access ended"), null=True, blank=True)

    objects = BrandGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency grant")
        verbose_name_plural = _("agency grants")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "agency_slug"],
                condition=Q(status__in=OPEN),
                name="grant_open_once",
            ),
            models.CheckConstraint(
                condition=Q(agency=None) | ~Q(agency=F("brand")), name="grant_to_another_brand"
            ),
            models.CheckConstraint(
                condition=Q(role__in=GRANTABLE), name="grant_makes_nobody_an_owner"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ACCEPTED)
                | Q(agency__isnull=False, accepted_at__isnull=False),
                name="grant_accepted_by_an_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_slug} · {self.brand_id}"

    @property
    def is_expired(self) -> bool:
        return self.status == Status.OFFERED and self.expires_at <= timezone.now()

    def load_stores(self) -> None:
        """Read for which stores it is; before it, `narrowed_to` raises."""
        chosen = BrandGrantStore.objects.filter(grant=self).order_by("store_id")
        self.narrowed_to = tuple(chosen.values_list("store_id", flat=True))

    def membership_of(self, user: User) -> Membership:
        """Return what the user may in the brand, as a membership that is kept nowhere."""
        role = role_in_both(Role(self.role), Role(self.held_role))
        membership = Membership(brand=self.brand, user=user, role=role)
        membership.agency, membership.narrowed_to = self.agency, self.narrowed_to
        return membership

    def choose(self, role: str, stores: "tuple[Store, ...]", *, by: User | None) -> None:
        """Put this role and these stores in the place of the present ones, and record it."""
        BrandGrant.objects.filter(pk=self.pk).update(role=role)
        BrandGrantStore.objects.filter(grant=self).delete()
        BrandGrantStore.objects.bulk_create(
            BrandGrantStore(brand_id=self.brand_id, grant=self, store=store) for store in stores
        )
        self.role = role
        self.record(GrantStatus(self.status), by=by)

    def move_to(self, target: GrantStatus, *, by: User | None = None) -> None:
        """Change the status and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = GrantStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(_t("This is no longer open: someone has just changed it."))
        moment = "accepted_at" if target == Status.ACCEPTED else "ended_at"
        values = {"status": target, moment: known_now()}
        with transaction.atomic():
            if not BrandGrant.objects.filter(pk=self.pk, status=source).update(**values):
                raise IllegalMove(_t("This is no longer open: someone has just changed it."))
            for name, value in values.items():
                setattr(self, name, value)
            self.record(source, by=by)

    def record(self, source: GrantStatus, *, by: User | None) -> None:
        """Append what holds from now on: status, role and stores."""
        self.load_stores()
        BrandGrantEvent.objects.create(
            brand_id=self.brand_id,
            grant=self,
            source=source,
            target=self.status,
            role=self.role,
            store_ids=list(self.narrowed_to),
            actor=by,
        )


class BrandGrantStore(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(BrandGrant, on_delete=models.PROTECT, related_name="choices")
    # a store that vanished from the list could leave none, and to a scope none means every store
    store = models.ForeignKey(
        "merchants.Store", on_delete=models.PROTECT, related_name="+", verbose_name=_("store")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "grant", "store"], name="grant_store_once")
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} · {self.store_id}"


class BrandGrantEvent(models.Model):
    """What held from then on, kept for good; source and target are the same where it changed."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(BrandGrant, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=GrantStatus)
    target = models.CharField(_("to"), max_length=10, choices=GrantStatus)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    store_ids = models.JSONField(_("stores"), default=list)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=known_now)

    class Meta:
        verbose_name = _("agency grant event")
        verbose_name_plural = _("agency grant events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
