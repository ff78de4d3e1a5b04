"""Where a brand wants to be told by HTTP, its own systems and group robots, and what this owes."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, Now, RowNumber
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models.people import Brand, Membership, User
from merchants.models.policy import IllegalMove
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib import sealed
from portal.lib.days import known_now
from portal.partners.robots import A_MINUTE, ROBOTS, Address, Robot

MINUTE = timedelta(minutes=1)
ROTATION = timedelta(hours=24)  # for so long both secrets sign
KEPT = timedelta(days=30)


class Channel(models.TextChoices):
    """What stands at the other end."""

    SYSTEM = "system", _("A system of one's own")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    WECOM = "wecom", _("WeCom")


class WebhookStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DISABLED = "disabled", _("Switched off")
    DELETED = "deleted", _("Deleted")


class WebhookReason(models.TextChoices):
    """Why we switched an endpoint off ourselves."""

    GONE = "gone", _("The receiver answered 410 Gone.")
    FAILING = "failing", _("Every delivery failed for 3 days.")


Status = WebhookStatus
MOVES: dict[WebhookStatus, set[WebhookStatus]] = {
    Status.ACTIVE: {Status.PAUSED, Status.DISABLED, Status.DELETED},
    Status.PAUSED: {Status.ACTIVE, Status.DISABLED, Status.DELETED},
    Status.DISABLED: {Status.ACTIVE, Status.DELETED},
    Status.DELETED: set(),
}


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def seen_by(self, membership: Membership) -> Self:
        """It tells of every store, so whoever is narrowed to some sees none."""
        if membership.narrowed_to:
            return self.none()
        return self.filter(brand_id=membership.brand_id)

    def present(self) -> Self:
        return self.exclude(status=Status.DELETED)

    def systems(self) -> Self:
        return self.filter(channel=Channel.SYSTEM)

    def robots(self) -> Self:
        return self.exclude(channel=Channel.SYSTEM)

    def oldest_first(self) -> Self:
        return self.order_by("pk")

    def with_log(self) -> Self:
        """Add `owed` and `failed`, how many deliveries are so, and `last_sent_at`."""
        rows = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"))
        of_status = rows.order_by().values("endpoint").annotate(n=Count("pk")).values("n")
        sent = rows.filter(status=DeliveryStatus.SENT).order_by("-settled_at")
        return self.annotate(
            owed=Coalesce(Subquery(of_status.filter(status=DeliveryStatus.OWED)), 0),
            failed=Coalesce(Subquery(of_status.filter(status=DeliveryStatus.FAILED)), 0),
            last_sent_at=Subquery(sent.values("settled_at")[:1]),
        )


class WebhookEndpoint(models.Model):
    """`older_sealed` is the secret before, which signs too until `older_until`.

    `failing_since` is the first failure since the last success. A deleted one stays as a row
    without secrets, because its deliveries and its events name it. The address of a group's robot
    is a secret itself: `url` is masked then, and `fingerprint` tells whether it is there already.
    """

    owed: int  # these three of `with_log`
    failed: int
    last_sent_at: datetime | None

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("brand")
    )
    uid = models.UUIDField(default=uuid4, editable=False)
    channel = models.CharField(
        _("kind"), max_length=8, choices=Channel, default=Channel.SYSTEM, editable=False
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, default=settings.LANGUAGE_CODE)
    address_sealed = models.BinaryField(default=b"")
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    url = models.CharField(_("address"), max_length=500)
    host = models.CharField(_("host"), max_length=260)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("events told"))
    status = models.CharField(
        _("status"), max_length=8, choices=WebhookStatus, default=Status.ACTIVE
    )
    reason = models.CharField(
        _("why it is switched off"), max_length=8, choices=WebhookReason, blank=True
    )
    secret_sealed = models.BinaryField()
    older_sealed = models.BinaryField(default=b"")
    older_until = models.DateTimeField(null=True, blank=True)  # real time
    failing_since = models.DateTimeField(null=True, blank=True)  # real time
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=known_now)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "url"],
                condition=~Q(status="deleted") & Q(channel="system"),
                name="webhook_url_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "fingerprint"],
                condition=~Q(status="deleted") & ~Q(channel="system"),
                name="webhook_robot_once",
            ),
            models.UniqueConstraint(fields=["brand", "uid"], name="webhook_uid_once"),
            models.CheckConstraint(
                condition=Q(status="disabled") ^ Q(reason=""), name="webhook_off_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.host

    @property
    def robot(self) -> Robot | None:
        return ROBOTS.get(self.channel)

    def lead_to(self, address: Address, secret: str) -> None:
        """Put a robot's address and secret into the row's fields; the caller saves."""
        self.url, self.host = address.masked, address.host
        self.fingerprint = salted_hmac("redcat.robot", address.url, algorithm="sha256").hexdigest()
        self.address_sealed = sealed.seal(address.url, bound_to=f"{self._bound_to}:address")
        self.secret_sealed = sealed.seal(secret, bound_to=self._bound_to) if secret else b""

    def robots_address(self) -> tuple[str, str]:
        """Return the address that is called and the secret, empty where the robot has none."""
        url = sealed.unseal(bytes(self.address_sealed), bound_to=f"{self._bound_to}:address")
        if not self.secret_sealed:
            return url, ""
        return url, sealed.unseal(bytes(self.secret_sealed), bound_to=self._bound_to)

    def new_secret(self) -> str:
        """Put a new secret into the row's fields and return it; the caller saves, and forgets."""
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        self.secret_sealed = sealed.seal(secret, bound_to=self._bound_to)
        return secret

    def secrets_at(self, now: datetime) -> list[str]:
        """Return the secrets that sign, the newest first."""
        live = [self.secret_sealed]
        if self.is_rotating_at(now):
            live.append(self.older_sealed)
        return [sealed.unseal(bytes(each), bound_to=self._bound_to) for each in live]

    def is_rotating_at(self, now: datetime) -> bool:
        return self.older_until is not None and self.older_until > now

    def move_to(
        self,
        target: WebhookStatus,
        *,
        by: User | None = None,
        reason: WebhookReason | None = None,
        changes: dict[str, Any] | None = None,  # Any: column values
    ) -> None:
        """Change the status and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = WebhookStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(_t("This is not possible any more: someone has just changed it."))
        values = {"status": target, "reason": reason or "", "failing_since": None}
        values |= changes or {}
        with transaction.atomic():
            rows = WebhookEndpoint.objects.filter(pk=self.pk, status=source)
            if not rows.update(**values):
                raise IllegalMove(_t("This is not possible any more: someone has just changed it."))
            WebhookEvent.objects.create(
                brand_id=self.brand_id,
                endpoint=self,
                source=source,
                target=target,
                reason=reason or "",
                actor=by,
            )
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def _bound_to(self) -> str:
        return f"webhook:{self.brand_id}:{self.uid}"


class WebhookEvent(models.Model):
    """A change of an endpoint's status, kept for good."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=8, choices=WebhookStatus)
    target = models.CharField(_("to"), max_length=8, choices=WebhookStatus)
    reason = models.CharField(max_length=8, choices=WebhookReason, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"), default=known_now)

    class Meta:
        verbose_name = _("change of a webhook")
        verbose_name_plural = _("changes of webhooks")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class DeliveryStatus(models.TextChoices):
    OWED = "owed", _("To be delivered")
    SENT = "sent", pgettext_lazy("webhook", "Delivered")
    FAILED = "failed", _("Failed")


class WebhookDeliveryQuerySet(StoreOwnedQuerySet["WebhookDelivery"]):
    def due(self) -> Self:
        """Keep what may be sent: its time has come, nobody has it, and its endpoint is active."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        rows = self.filter(free, status=DeliveryStatus.OWED, not_before__lte=Now())
        return rows.filter(endpoint__status=Status.ACTIVE).within_pace()

    def within_pace(self) -> Self:
        """Leave out what a robot would be called for too often.

        Each delivery is tried once a minute at most, so that those of the last minute are its
        calls; of a robot two may be taken at a time.
        """
        just_now = Q(tried_at__gt=Now() - MINUTE)
        mine = WebhookDelivery.objects.filter(just_now, endpoint=OuterRef("endpoint")).order_by()
        calls = mine.values("endpoint").annotate(n=Count("pk")).values("n")
        rows = self.alias(calls=Coalesce(Subquery(calls), 0))
        may_be_called = Q(calls__lte=A_MINUTE - 2) & (Q(tried_at=None) | ~just_now)
        return rows.filter(Q(endpoint__channel=Channel.SYSTEM) | may_be_called)

    def in_flight(self) -> Self:
        return self.filter(status=DeliveryStatus.OWED, lease_until__gte=Now())

    def in_fair_turns(self, most: int) -> Self:
        """Let each endpoint have one before any has two, and none more than `most`."""
        within = (F("not_before").asc(), F("pk").asc())
        turn = Window(RowNumber(), partition_by=F("endpoint"), order_by=within)
        return self.annotate(turn=turn).filter(turn__lte=most).order_by("turn", *within)

    def waiting(self) -> Self:
        """Keep what is owed and not held back by a pause or a switch."""
        return self.filter(status=DeliveryStatus.OWED, endpoint__status=Status.ACTIVE)

    def failed_since(self, moment: datetime) -> Self:
        return self.filter(status=DeliveryStatus.FAILED, created_at__gte=moment)

    def older_than(self, age: timedelta) -> Self:
        return self.filter(created_at__lt=Now() - age)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class WebhookDelivery(models.Model):
    """One event for one endpoint; `body` is what is sent, each time the same.

    `fence` rises with each claim: who comes back after its lease has passed on writes nothing.
    `attempts` counts since it was last owed, and `give_up_at` is when these end. Times are real.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, related_name="+")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    host = models.CharField(max_length=260)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    body = models.TextField()
    status = models.CharField(max_length=6, choices=DeliveryStatus, default=DeliveryStatus.OWED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)  # its beginning
    problem = models.CharField(max_length=20, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "endpoint", "event_id"], name="webhook_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(status="owed"), name="webhook_delivery_open"
            ),
            models.Index(fields=["brand", "-id"], name="webhook_delivery_log"),
            models.Index(fields=["created_at"], name="webhook_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.event_id}"
