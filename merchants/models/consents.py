"""Who consented to what, in which words, and how each consent ended; kept for good."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.stores import Connection, Partner, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class ConsentStep(models.TextChoices):
    GIVEN = "given", _("Consent given")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    LOST = "lost", _("Ended at the partner")


class ConsentRecordQuerySet(StoreOwnedQuerySet["ConsentRecord"]):
    def of(self, connection: Connection) -> Self:
        return self.filter(
            brand_id=connection.brand_id,
            store_id=connection.store_id,
            partner=connection.partner,
        )

    def given(self) -> Self:
        return self.filter(step=ConsentStep.GIVEN)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class ConsentRecord(models.Model):
    """A step in the life of a consent. The text is named by its version and its fingerprint.

    Without a text the consent is older than the records.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="consent_records", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="consent_records", verbose_name=_("store")
    )
    partner = models.CharField(_("partner"), max_length=10, choices=Partner)
    step = models.CharField(_("what was done"), max_length=10, choices=ConsentStep)
    subject = models.CharField(_("account"), max_length=40)
    subject_name = models.CharField(_("account name"), max_length=80)
    scope = models.CharField(_("scope"), max_length=200, blank=True)
    text_version = models.CharField(_("version of the text"), max_length=20, blank=True)
    text_sha256 = models.CharField(_("SHA-256 of the text"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=known_now)

    objects = ConsentRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        indexes = [models.Index(fields=["brand", "-id"], name="consent_record_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(text_version="", text_sha256="")
                | (~Q(text_version="") & Q(text_sha256__regex="^[0-9a-f]{64}$")),
                name="consent_record_text_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(step="given") | ~Q(text_version=""),
                name="consent_record_given_to_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_partner_display()} · {self.get_step_display()}"
