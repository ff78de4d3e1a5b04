"""A sampled decision that a second reviewer judges without knowing it."""

from collections.abc import Sequence
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from merchants.models.application import Application, ApplicationEvent
from merchants.models.people import Brand, User
from merchants.models.policy import IllegalMove
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class Judgement(models.TextChoices):
    """As the statuses that a first decision leads to."""

    APPROVED = "approved", _("Approve")
    REJECTED = "rejected", _("Reject")


class SecondReviewQuerySet(StoreOwnedQuerySet["SecondReview"]):
    def open(self) -> Self:
        """Keep those that wait: one whose application or store went on meanwhile has lapsed."""
        return self.filter(
            judgement="",
            application__status=F("first_judgement"),
            application__decided_at=F("sampled_at"),
            store__released_at=None,
        )

    def lapsed(self) -> Self:
        return self.filter(judgement="").exclude(pk__in=self.open().values("pk"))

    def done(self) -> Self:
        return self.exclude(judgement="")

    def disagreed(self) -> Self:
        return self.done().exclude(judgement=F("first_judgement"))

    def kept_from(self, user: User) -> Self:
        """Keep those whose decision the user may not know yet: everyone's but their own."""
        return self.open().exclude(first_by=user)


class SecondReview(models.Model):
    """The first decision stands in its event, what was judged in the event that handed it in.

    Both are append-only, as evidence is, so the second reviewer sees what the first one saw.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="second_reviews"
    )
    handed_in = models.ForeignKey(ApplicationEvent, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(ApplicationEvent, on_delete=models.PROTECT, related_name="+")
    evidence = models.JSONField(_("evidence"), default=list)
    sampled_at = models.DateTimeField(_("drawn on"), default=known_now)
    first_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_judgement = models.CharField(max_length=10, choices=Judgement)
    second_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second reviewer"),
    )
    judgement = models.CharField(_("judgement"), max_length=10, choices=Judgement, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("judged a second time"), null=True, blank=True)

    objects = SecondReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("second review")
        verbose_name_plural = _("second reviews")
        permissions = [("compare_secondreview", "Can compare second reviews with first decisions")]
        indexes = [
            models.Index(
                fields=["application"], condition=Q(judgement=""), name="second_review_waiting"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "decision"], name="second_review_once_per_decision"
            ),
            models.CheckConstraint(
                condition=Q(judgement="", second_by=None, at=None)
                | Q(~Q(judgement=""), second_by__isnull=False, at__isnull=False),
                name="second_review_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("first_by")),
                name="second_review_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"S-{self.pk:06d}"

    @property
    def is_done(self) -> bool:
        return bool(self.judgement)

    @property
    def agrees(self) -> bool:
        return self.judgement == self.first_judgement

    def settle(
        self, judgement: Judgement, *, reasons: Sequence[str] = (), note: str = "", by: User
    ) -> None:
        """Write the second judgement, once; or raise IllegalMove."""
        rows = SecondReview.objects.kept_from(by).filter(pk=self.pk)
        values = {"judgement": judgement, "second_by": by, "reasons": list(reasons)}
        values |= {"note": note, "at": known_now()}
        if not rows.update(**values):
            raise IllegalMove(_("This second review is not open to you any more."))
        for name, value in values.items():
            setattr(self, name, value)
