"""Taps on our own `/j/<code>`: written down before the reader is sent on."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.link import Link
from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class ClickSystem(models.TextChoices):
    IOS = "ios", "iOS"
    ANDROID = "android", "Android"
    HARMONY = "harmony", "HarmonyOS"
    DESKTOP = "desktop", _("Desktop")
    OTHER = "other", _("Other")


class Click(models.Model):
    """One tap. The partner's click macros are kept as sent; no device id is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="clicks", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="clicks", verbose_name=_("store")
    )
    link = models.ForeignKey(
        Link, on_delete=models.PROTECT, related_name="clicks", verbose_name=_("link")
    )
    at = models.DateTimeField(_("at"), default=known_now)
    system = models.CharField(_("system"), max_length=8, choices=ClickSystem)
    is_bot = models.BooleanField(_("bot"), default=False)
    click_id = models.CharField(_("partner click id"), max_length=64, blank=True)
    ad_campaign_id = models.CharField(_("ad campaign"), max_length=32, blank=True)
    ad_unit_id = models.CharField(_("ad unit"), max_length=32, blank=True)
    creativity_id = models.CharField(_("creative"), max_length=32, blank=True)
    placement = models.CharField(_("placement"), max_length=8, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [models.Index(fields=["brand", "link", "at"], name="click_by_link")]

    def __str__(self) -> str:
        return str(self.pk)
