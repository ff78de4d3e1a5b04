"""Whether a link still leads where it should: its state now, and every change of it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.link import Link, LinkEvent, LinkStatus
from campaigns.models.trouble import LinkTrouble
from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.days import known_now

# What a trouble makes of a link. Where nothing stands here the link is not moved: a store that
# takes part again has its links back at once, and a note that nobody sees leads nobody astray.
MOVED_BY = {
    LinkTrouble.DELETED: LinkStatus.BROKEN,
    LinkTrouble.OFF_SHELF: LinkStatus.BROKEN,
    LinkTrouble.PRICE_ZERO: LinkStatus.BROKEN,
    LinkTrouble.POLICY: LinkStatus.PAUSED,
}


class LinkHealthQuerySet(StoreOwnedQuerySet["LinkHealth"]):
    def replaceable(self) -> Self:
        """Keep the links whose item has to be replaced."""
        return self.filter(link__status=LinkStatus.BROKEN, link__target="item")


class LinkHealth(models.Model):
    """A link's state as last answered, for the item that it led to then. Times are as known.

    `move` is the event by which a check moved the link, and `home` the status that it comes
    back to when cured: only as long as nobody has moved it since.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="healths")
    trouble = models.CharField(
        _("state"), max_length=10, choices=LinkTrouble, default=LinkTrouble.UNKNOWN
    )
    item_id = models.CharField(_("item id"), max_length=15, blank=True)
    since = models.DateTimeField(_("since when"), default=known_now)
    checked_at = models.DateTimeField(_("last answered"), null=True, blank=True)
    unanswered_since = models.DateTimeField(_("unanswered since"), null=True, blank=True)
    home = models.CharField(_("comes back to"), max_length=10, choices=LinkStatus, blank=True)
    move = models.ForeignKey(
        LinkEvent, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = LinkHealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("health of a link")
        verbose_name_plural = _("health of links")
        constraints = [
            models.UniqueConstraint(fields=["brand", "link"], name="link_health_once"),
            models.CheckConstraint(
                condition=models.Q(move=None, home="")
                | (models.Q(move__isnull=False) & ~models.Q(home="")),
                name="link_health_knows_the_way_home",
            ),
        ]

    def __str__(self) -> str:
        return self.get_trouble_display()

    @property
    def is_fine(self) -> bool:
        return self.trouble == LinkTrouble.FINE

    @property
    def breaks(self) -> bool:
        return MOVED_BY.get(LinkTrouble(self.trouble)) == LinkStatus.BROKEN


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class LinkCheck(models.Model):
    """A check that found something else than the one before; never changed, never deleted."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="checks")
    trouble = models.CharField(_("state"), max_length=10, choices=LinkTrouble)
    item_id = models.CharField(_("item id"), max_length=15, blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        indexes = [models.Index(fields=["brand", "link", "-id"], name="link_check_of_link")]

    def __str__(self) -> str:
        return self.get_trouble_display()
