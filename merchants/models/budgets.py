"""How often a partner may be asked, and since when it does not answer; of no brand."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.models.stores import Partner


class PartnerBudget(models.Model):
    """A token bucket: `account` is empty for our own key, else the partner's account asked for.

    A call takes from both. The function `take_call` fills and empties them, by the database's
    clock; rates are settings, so a changed one holds at once. `limits` counts the refusals in a
    row that named no time to wait.
    """

    partner = models.CharField(_("partner"), max_length=10, choices=Partner)
    app_key = models.CharField(_("app key"), max_length=64)
    account = models.CharField(_("account"), max_length=40, blank=True)
    tokens = models.FloatField(default=0)
    filled_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    limits = models.PositiveSmallIntegerField(_("refusals in a row"), default=0)
    used = models.PositiveIntegerField(_("calls today"), default=0)
    used_on = models.DateField(_("day of the calls"), null=True, blank=True)

    class Meta:
        verbose_name = _("partner budget")
        verbose_name_plural = _("partner budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "app_key", "account"], name="partner_budget_once"
            )
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.get_partner_display(), self.app_key, self.account]))

    def level_at(self, now: datetime, *, rate: float, size: float) -> float:
        """Return how many calls could be made at once."""
        passed = max(0.0, (now - self.filled_at).total_seconds())
        return min(size, self.tokens + rate * passed)

    def used_by(self, now: datetime) -> int:
        return self.used if self.used_on == timezone.localdate(now) else 0


class PartnerFailure(models.Model):
    """A call that a partner left without an answer; those of the last minute open an incident.

    `connection` is a number and no reference: whose it was must not tie the row to a brand.
    """

    partner = models.CharField(max_length=10, choices=Partner)
    connection = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("unanswered call")
        verbose_name_plural = _("unanswered calls")
        indexes = [models.Index(fields=["partner", "at"], name="partner_failure_recent")]

    def __str__(self) -> str:
        return f"{self.partner} {self.at}"


class PartnerIncidentQuerySet(models.QuerySet["PartnerIncident"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-began_at", "-pk")


class PartnerIncident(models.Model):
    """A time in which a partner answered nobody; while one is open it is only probed."""

    partner = models.CharField(_("partner"), max_length=10, choices=Partner)
    began_at = models.DateTimeField(_("down since"), default=timezone.now)
    ended_at = models.DateTimeField(_("up again"), null=True, blank=True)
    probe_at = models.DateTimeField(_("next probe"), default=timezone.now)
    words = models.CharField(_("the partner's words"), max_length=300)

    objects = PartnerIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner incident")
        verbose_name_plural = _("partner incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=Q(ended_at=None), name="partner_incident_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_partner_display()} · {timezone.localtime(self.began_at):%Y-%m-%d %H:%M}"

    @property
    def lasted(self) -> timedelta:
        return (self.ended_at or timezone.now()) - self.began_at
