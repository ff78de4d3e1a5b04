"""Which nights were late, so that each brand is told once."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand


class LateNight(models.Model):
    """That a brand's owners were told, on this morning, that its data is not complete."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    night = models.DateField(_("night of the delay"))
    told_at = models.DateTimeField(_("told at"), db_default=Now())

    class Meta:
        verbose_name = _("late night")
        verbose_name_plural = _("late nights")
        constraints = [
            models.UniqueConstraint(fields=["brand", "night"], name="late_night_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.night}"
