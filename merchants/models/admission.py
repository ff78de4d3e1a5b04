"""How a store gets in: the application, and the policy version that it is judged by."""

from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.policy import IllegalMove, PolicyVersion
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib import days
from portal.lib.days import known_now


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


MOVES = {
    ApplicationStatus.DRAFT: {ApplicationStatus.SUBMITTED},
    ApplicationStatus.SUBMITTED: {ApplicationStatus.APPROVED, ApplicationStatus.REJECTED},
    ApplicationStatus.APPROVED: set(),
    ApplicationStatus.REJECTED: {ApplicationStatus.SUBMITTED},
}


class ApplicationQuerySet(StoreOwnedQuerySet["Application"]):
    def waiting(self) -> Self:
        return self.filter(status=ApplicationStatus.SUBMITTED)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Application(models.Model):
    """A store's request to join, with the policy version and the facts it was judged by."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="applications", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="applications", verbose_name=_("store")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ApplicationStatus, default=ApplicationStatus.DRAFT
    )
    policy = models.ForeignKey(
        PolicyVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("policy version"),
    )
    verdicts = models.JSONField(_("verdicts at submission"), default=list, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["brand", "store"], name="application_once_per_store")
        ]

    def __str__(self) -> str:
        return f"A-{self.pk:06d}"

    def move_to(self, target: ApplicationStatus, *, by: User | None = None, note: str = "") -> None:
        """Change the status and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = ApplicationStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(
                _("A %(source)s application cannot become %(target)s.")
                % {"source": source.label, "target": target.label}
            )
        with transaction.atomic():
            moved = Application.objects.filter(pk=self.pk, status=source).update(status=target)
            if not moved:
                raise IllegalMove(_("Someone else just changed this application."))
            self.events.create(
                brand_id=self.brand_id,
                store_id=self.store_id,
                source=source,
                target=target,
                actor=by,
                note=note,
                at=days.known_now(),
            )
        self.status = target


class ApplicationEventQuerySet(StoreOwnedQuerySet["ApplicationEvent"]):
    def newest_first(self) -> Self:
        return self.select_related("actor").order_by("-pk")


class ApplicationEvent(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=ApplicationStatus)
    target = models.CharField(_("to"), max_length=10, choices=ApplicationStatus)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    objects = ApplicationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("application event")
        verbose_name_plural = _("application events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
