"""A question about results that somebody gave a name, to come back to it."""

from typing import Self
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Membership, Store, User
from portal.lib.days import known_now


class ViewLine(models.TextChoices):
    """The page that the question belongs to."""

    DIRECT = "direct", _("Direct link")
    STAR = "star", _("Star task")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the person's own, and the shared ones; for the narrowed those of their stores."""
        shared = Q(is_shared=True)
        if membership.narrowed_to:
            shared &= Q(store__in=membership.narrowed_to)
        own = Q(made_by=membership.user_id)
        return self.filter(own | shared, brand_id=membership.brand_id)

    def of_line(self, line: str) -> Self:
        return self.filter(line=line)

    def by_name(self) -> Self:
        return self.order_by("name", "pk")


class SavedView(models.Model):
    """`asked` is the address of the question, word for word; a period that moves stays moving.

    `store` is the one that the question is narrowed to, if any.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="saved_views")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, related_name="+")
    made_by = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("saved by")
    )
    line = models.CharField(_("line"), max_length=6, choices=ViewLine)
    name = models.CharField(_("name"), max_length=60)
    asked = models.JSONField(_("question"), default=dict)
    is_shared = models.BooleanField(_("shared with the brand"), default=False)
    made_at = models.DateTimeField(_("saved"), default=known_now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "made_by", "line", "name"], name="saved_view_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """Return what stands behind the page's path in the address."""
        return f"?{urlencode(self.asked)}" if self.asked else ""
