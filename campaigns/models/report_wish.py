"""A report that a brand asked for: one that would cost every night too much if all had it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Store, StoreOwnedQuerySet, User
from portal.lib.days import known_now


class ReportWishQuerySet(StoreOwnedQuerySet["ReportWish"]):
    def stores_with(self, report: str) -> set[int]:
        return set(self.filter(report=report).values_list("store_id", flat=True))

    def ask(self, store: Store, report: str, *, by: User) -> None:
        """Ask for the report, if nobody did yet."""
        own = {"brand_id": store.brand_id, "store": store, "report": report}
        self.get_or_create(**own, defaults={"asked_by": by})

    def leave(self, store: Store, report: str) -> None:
        self.filter(brand=store.brand_id, store=store, report=report).delete()


class ReportWish(models.Model):
    """The store's report is pulled from the next night on, and no more once this is deleted."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    report = models.CharField(_("report"), max_length=30)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=known_now)

    objects = ReportWishQuerySet.as_manager()

    class Meta:
        verbose_name = _("report asked for")
        verbose_name_plural = _("reports asked for")
        constraints = [
            models.UniqueConstraint(fields=["brand", "store", "report"], name="report_wish_once")
        ]

    def __str__(self) -> str:
        return self.report
