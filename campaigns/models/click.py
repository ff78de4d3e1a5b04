"""Taps on our own `/j/<code>`: written down before the reader is sent on."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models.link import Link
from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class ClickSystem(models.TextChoices):
    IOS = "ios", "iOS"
    ANDROID = "android", "Android"
    HARMONY = "harmony", "HarmonyOS"
    DESKTOP = "desktop", _("Desktop")
    OTHER = "other", _("Other")


class ClickApp(models.TextChoices):
    """The app in whose own browser the link was opened."""

    XIAOHONGSHU = "xiaohongshu", _("Xiaohongshu")
    WECHAT = "wechat", _("WeChat")
    WEIBO = "weibo", _("Weibo")
    QQ = "qq", "QQ"
    PLAIN = "plain", _("a browser of its own")


class ClickKind(models.TextChoices):
    """Who asked: a person, a program that says so in one of these ways, or whoever tries it out."""

    PERSON = "person", _("Person")
    HEAD = "head", _("Headers only")
    PREFETCH = "prefetch", _("Prefetch")
    PREVIEW = "preview", _("Link preview")
    BOT = "bot", _("Robot")
    TRIAL = "trial", _("Trial")


class ClickWent(models.TextChoices):
    """Where the reader was really sent."""

    UNIVERSAL = "universal", _("Universal link")
    DEEP_LINK_PAGE = "deep_link_page", _("Page that opens the app")
    H5 = "h5", _("Web page (H5)")
    CANONICAL = "canonical", _("Desktop page")
    STOP_PAGE = "stop_page", _("Page that says why not")


class ClickDevice(models.TextChoices):
    """What the device's keyed hash was made of; an address and a browser may be many people's."""

    OAID = "oaid", "OAID"
    CAID = "caid", "CAID"
    COARSE = "coarse", _("Address and browser")


class ClickQuerySet(StoreOwnedQuerySet["Click"]):
    def taps(self) -> Self:
        """The metric `tap`: people who were sent on."""
        return self.filter(IS_TAP)

    def repeats(self) -> Self:
        return self.taps().filter(is_repeat=True)


IS_TAP = Q(kind=ClickKind.PERSON) & ~Q(went=ClickWent.STOP_PAGE)


class Click(models.Model):
    """One tap. The partner's macros are kept as sent, but a device only as a keyed hash."""

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
    kind = models.CharField(
        pgettext_lazy("of a click", "who asked"), max_length=8, choices=ClickKind
    )
    is_repeat = models.BooleanField(_("repeat within an hour"), default=False)
    system = models.CharField(_("system"), max_length=8, choices=ClickSystem)
    app = models.CharField(_("opened in"), max_length=11, choices=ClickApp)
    went = models.CharField(_("sent to"), max_length=14, choices=ClickWent)
    device = models.CharField(_("device (keyed hash)"), max_length=32, blank=True)
    device_kind = models.CharField(
        _("device known by"), max_length=6, choices=ClickDevice, blank=True
    )
    click_id = models.CharField(_("partner click id"), max_length=64, blank=True)
    callback_param = models.CharField(_("callback parameter"), max_length=512, blank=True)
    advertiser_id = models.CharField(_("advertiser"), max_length=32, blank=True)
    ad_campaign_id = models.CharField(_("ad campaign"), max_length=32, blank=True)
    ad_unit_id = models.CharField(_("ad unit"), max_length=32, blank=True)
    creativity_id = models.CharField(_("creative"), max_length=32, blank=True)
    placement = models.CharField(_("placement"), max_length=8, blank=True)
    request_id = models.CharField(_("partner request id"), max_length=64, blank=True)
    partner_ts = models.CharField(_("partner's time stamp"), max_length=20, blank=True)

    objects = ClickQuerySet.as_manager()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [
            models.Index(fields=["brand", "link", "at"], name="click_by_link"),
            models.Index(fields=["brand", "link", "device", "at"], name="click_by_device"),
            models.Index(fields=["at"], name="click_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
