"""The policy as dated versions."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def in_force(self, day: date) -> Self:
        return self.filter(effective_from__lte=day).filter(
            Q(effective_until=None) | Q(effective_until__gt=day)
        )


class PolicyVersion(models.Model):
    """The rules of entry from a day on. `rules` is a list of {"id", "kind", ...parameters}."""

    code = models.CharField(_("policy version"), max_length=20, unique=True)
    effective_from = models.DateField(_("in force from"))
    effective_until = models.DateField(_("in force until"), null=True, blank=True)
    source_note = models.TextField(_("source"), blank=True)
    rules = models.JSONField(_("rules"), default=list)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="policy_version_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.code


class IllegalMove(Exception):
    """The row cannot go from the status it has to the one asked for; shown to the person."""
