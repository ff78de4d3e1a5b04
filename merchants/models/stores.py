"""Tmall stores, and the consents by which their data may be pulled."""

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models.people import Brand, Membership, User
from portal.lib import sealed
from portal.lib.days import business_day

Row = TypeVar("Row", bound=models.Model)

EXPIRES_SOON = timedelta(days=7)


class Category(models.TextChoices):
    BEAUTY = "beauty", _("Beauty and skin care")
    PERSONAL_CARE = "personal_care", _("Personal care")
    SPORTS = "sports", _("Sports and outdoors")
    HEALTH = "health", _("Health")
    FOOD = "food", _("Food")
    APPAREL = "apparel", _("Apparel")
    HOME = "home", pgettext_lazy("category", "Home")  # the admin has a Home of its own
    MATERNITY = "maternity", _("Maternity and baby")
    DESIGNER = "designer", _("Designer brands")
    HANDICRAFT = "handicraft", _("Handicraft")


class StoreKind(models.TextChoices):
    TMALL = "B", _("Tmall store")
    TAOBAO = "C", _("Taobao C-shop")


class StoreStatus(models.TextChoices):
    REGISTERED = "registered", _("Registered")
    APPROVED = "approved", _("Approved")


class StoreOwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to a store of a brand."""

    store_column = "store_id"

    def seen_by(self, membership: Membership) -> Self:
        """Keep what the membership may see: its brand, and its stores where it is narrowed."""
        rows = self.filter(brand_id=membership.brand_id)
        stores = membership.narrowed_to
        return rows.filter(**{f"{self.store_column}__in": stores}) if stores else rows


class DomainTaken(Exception):
    """The address belongs to another store, or this store has one already."""


class StoreQuerySet(StoreOwnedQuerySet["Store"]):
    store_column = "pk"

    def oldest_first(self) -> Self:
        return self.order_by("registered_at", "pk")

    def present(self) -> Self:
        """Keep those that the brand still has: a released one is only looked back at."""
        return self.filter(released_at=None)

    def approved(self) -> Self:
        return self.filter(status=StoreStatus.APPROVED)

    def with_standing(self) -> Self:
        """Load what says where each store stands: facts, application, participation, policy."""
        return self.with_members_with_mfa().prefetch_related(
            "connections", "evidence", "applications__policy", "participations__policy"
        )

    def with_members_with_mfa(self) -> Self:
        """Add `members_with_mfa`, how many members of the store's brand have a second factor."""
        members = Membership.objects.with_second_factor().filter(brand=OuterRef("brand"))
        counted = members.values("brand").annotate(number=Count("pk")).values("number")
        return self.annotate(members_with_mfa=Coalesce(Subquery(counted), 0))


class Store(models.Model):
    """A shop on Tmall. Seller, nick, sid, title and kind are TOP's word; scores the brand's."""

    members_with_mfa: int  # only where the QuerySet added it

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="stores", verbose_name=_("brand")
    )
    seller_id = models.CharField(_("seller id"), max_length=20)
    nick = models.CharField(_("seller nick"), max_length=80)
    sid = models.CharField(_("shop id"), max_length=20)
    title = models.CharField(_("store"), max_length=80)
    kind = models.CharField(_("store type"), max_length=1, choices=StoreKind)
    status = models.CharField(
        _("status"), max_length=10, choices=StoreStatus, default=StoreStatus.REGISTERED
    )
    domain = models.CharField(
        _("store address"),
        max_length=63,
        blank=True,
        help_text=_("What stands before .tmall.com; stated once by an owner of the brand."),
    )
    category = models.CharField(_("main category"), max_length=20, choices=Category, blank=True)
    overall_score = models.DecimalField(
        _("overall score"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    description_score = models.DecimalField(
        _("description score"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    service_score = models.DecimalField(
        _("service score"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    logistics_score = models.DecimalField(
        _("logistics score"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    facts_stated_at = models.DateTimeField(_("stated"), null=True, blank=True)
    facts_stated_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    registered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)
    released_at = models.DateTimeField(_("released to another brand"), null=True, blank=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=StoreKind.TMALL), name="store_is_a_tmall_store"
            ),
            models.UniqueConstraint(
                fields=["seller_id"], condition=Q(released_at=None), name="store_seller_once"
            ),
            models.UniqueConstraint(
                fields=["domain"],
                condition=~Q(domain="") & Q(released_at=None),
                name="store_domain_once",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__gte": 0, f"{field}__lte": 5}), name=f"store_{field}"
                )
                for field in (
                    "overall_score",
                    "description_score",
                    "service_score",
                    "logistics_score",
                )
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_released(self) -> bool:
        """Whether another brand has the store now; what this brand kept of it stays readable."""
        return self.released_at is not None

    @property
    def name_now(self) -> str:
        """The title, and where the store went to another brand, since when."""
        if self.released_at is None:
            return self.title
        day = business_day(self.released_at).isoformat()
        return _t("%(store)s (released on %(day)s)") % {"store": self.title, "day": day}

    def state_domain(self, domain: str) -> None:
        """Keep the owner's word for the store's address, once and for one store only.

        TOP tells no store's address, so a second statement is refused: platform staff mend a
        wrong one.
        """
        try:
            with transaction.atomic():
                stated = Store.objects.filter(pk=self.pk, domain="").update(domain=domain)
        except IntegrityError as clash:
            raise DomainTaken from clash
        if not stated:
            raise DomainTaken
        self.domain = domain


class Partner(models.TextChoices):
    TOP = "top", _("Tmall (TOP)")
    JUGUANG = "juguang", _("Juguang")
    PUGONGYING = "pugongying", _("Pugongying")


class ConnectionStatus(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    NEEDS_CONSENT = "needs_consent", _("Needs consent again")
    REVOKED = "revoked", _("Revoked")


class ConnectionState(models.TextChoices):
    """What people are told of a connection: its status, and how near its end is."""

    CONNECTED = "connected", _("Connected")
    EXPIRING = "expiring", _("Expires soon")
    NEEDS_CONSENT = "needs_consent", _("Needs consent again")
    REVOKED = "revoked", _("Consent withdrawn")


class ConnectionQuerySet(StoreOwnedQuerySet["Connection"]):
    def connected(self) -> Self:
        return self.filter(status=ConnectionStatus.CONNECTED)

    def paused(self, now: datetime) -> Self:
        return self.connected().filter(paused_until__gt=now)

    def ends_by(self, moment: datetime) -> Self:
        """Keep connected ones whose consent has ended at `moment` unless it is renewed."""
        return self.connected().filter(refresh_expires_at__lte=moment)

    def in_state(self, state: ConnectionState, now: datetime) -> Self:
        """Keep those of which `state_at(now)` says so."""
        over = Q(refresh_expires_at__lte=now)
        soon = Q(refresh_expires_at__lte=now + EXPIRES_SOON)
        connected = Q(status=ConnectionStatus.CONNECTED)
        rows = {
            ConnectionState.CONNECTED: connected & ~soon,
            ConnectionState.EXPIRING: connected & soon & ~over,
            ConnectionState.NEEDS_CONSENT: Q(status=ConnectionStatus.NEEDS_CONSENT)
            | (connected & over),
            ConnectionState.REVOKED: Q(status=ConnectionStatus.REVOKED),
        }
        return self.filter(rows[state])

    def lapsed(self, now: datetime) -> Self:
        """Keep those by which nothing is pulled until a person consents again."""
        return self.filter(~Q(status=ConnectionStatus.CONNECTED) | Q(refresh_expires_at__lte=now))


class Connection(models.Model):
    """A store's consent at one partner; its tokens are sealed and never shown.

    `version` counts the token pairs, so that of many workers that meet a dead token one
    refreshes and the others see that it is done; `refresh_lease_until` says who is at it.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="connections", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="connections", verbose_name=_("store")
    )
    partner = models.CharField(_("partner"), max_length=10, choices=Partner)
    status = models.CharField(
        _("status"),
        max_length=15,
        choices=ConnectionStatus,
        default=ConnectionStatus.CONNECTED,
    )
    subject = models.CharField(_("account"), max_length=40)
    subject_name = models.CharField(_("account name"), max_length=80)
    scope = models.CharField(_("scope"), max_length=200, blank=True)
    access_sealed = models.BinaryField()
    refresh_sealed = models.BinaryField()
    access_expires_at = models.DateTimeField(_("token expires"))
    refresh_expires_at = models.DateTimeField(_("consent expires"))
    version = models.PositiveIntegerField(default=1)
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    expiry_told = models.DateTimeField(null=True, blank=True)  # the end that owners were told of
    last_good_call_at = models.DateTimeField(_("last good call"), null=True, blank=True)
    consented_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    consented_at = models.DateTimeField(_("consented"), default=timezone.now)
    # real time, as leases: a pause ends by itself, and only staff end what staff began
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    pause_reason = models.CharField(_("reason of the pause"), max_length=200, blank=True)
    paused_by_staff = models.BooleanField(_("paused by staff"), default=False)
    # with its store
    released_at = models.DateTimeField(_("released to another brand"), null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "store", "partner"], name="connection_once_per_store"
            ),
            models.UniqueConstraint(
                fields=["brand", "partner", "subject"],
                condition=Q(released_at=None),
                name="connection_subject_once_per_brand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_partner_display()} · {self.subject_name}"

    @property
    def access_token(self) -> str:
        return sealed.unseal(bytes(self.access_sealed), bound_to=self._bound_to("access"))

    @property
    def refresh_token(self) -> str:
        return sealed.unseal(bytes(self.refresh_sealed), bound_to=self._bound_to("refresh"))

    def put_tokens(
        self, *, access: str, access_until: datetime, refresh: str, refresh_until: datetime
    ) -> None:
        """Seal a token pair into this row's fields; the caller saves."""
        self.access_sealed = sealed.seal(access, bound_to=self._bound_to("access"))
        self.refresh_sealed = sealed.seal(refresh, bound_to=self._bound_to("refresh"))
        self.access_expires_at = access_until
        self.refresh_expires_at = refresh_until

    def state_at(self, now: datetime) -> ConnectionState:
        if self.status != ConnectionStatus.CONNECTED:
            return ConnectionState(self.status)
        if self.refresh_expires_at <= now:
            return ConnectionState.NEEDS_CONSENT
        if self.refresh_expires_at <= now + EXPIRES_SOON:
            return ConnectionState.EXPIRING
        return ConnectionState.CONNECTED

    @property
    def is_connected(self) -> bool:
        return self.status == ConnectionStatus.CONNECTED

    @property
    def is_paused(self) -> bool:
        return self.is_paused_at(timezone.now())

    def is_paused_at(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def pause(self, until: datetime, *, reason: str, by_staff: bool) -> None:
        self.paused_until, self.pause_reason, self.paused_by_staff = until, reason, by_staff
        self.save(update_fields=["paused_until", "pause_reason", "paused_by_staff"])

    def resume(self) -> None:
        self.paused_until, self.pause_reason, self.paused_by_staff = None, "", False
        self.save(update_fields=["paused_until", "pause_reason", "paused_by_staff"])

    def revoke(self) -> bool:
        """End the consent and forget its tokens for good; False if someone was faster.

        The new version tells a renewal that is under way that it came too late.
        """
        rows = Connection.objects.filter(pk=self.pk).exclude(status=ConnectionStatus.REVOKED)
        return bool(
            rows.update(
                status=ConnectionStatus.REVOKED,
                access_sealed=b"",
                refresh_sealed=b"",
                version=F("version") + 1,
                refresh_lease_until=None,
            )
        )

    def _bound_to(self, field: str) -> str:
        return f"connection:{self.brand_id}:{self.store_id}:{self.partner}:{field}"
