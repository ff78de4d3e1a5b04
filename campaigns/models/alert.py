"""Rules by which a brand is told of its figures, and what each came to, day by day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from merchants.models import Brand, Membership, User
from portal.lib.days import known_now


class Comparison(models.TextChoices):
    BELOW = "below", _("is below")
    ABOVE = "above", _("is above")
    FALLEN = "fallen", _("has fallen, against the days before, by at least")
    RISEN = "risen", _("has risen, against the days before, by at least")
    AHEAD = "ahead", _("runs ahead of the budget's plan by at least")
    BEHIND = "behind", _("lags behind the budget's plan by at least")


CHANGES = (Comparison.FALLEN, Comparison.RISEN)
PACES = (Comparison.AHEAD, Comparison.BEHIND)  # of a campaign's spend


class Suggestion(models.TextChoices):
    SCALE_UP = "scale_up", _("Scale up")
    WATCH = "watch", _("Watch")
    PAUSE = "pause", _("Pause")
    TOO_SMALL = "too_small", _("Sample too small")


WHEN_MET = [(each.value, each.label) for each in (Suggestion.SCALE_UP, Suggestion.PAUSE)]


class SampleOf(models.TextChoices):
    ORDERS = "order", _("Orders")
    SPEND = "spend", _("Spend")


class Verdict(models.TextChoices):
    MET = "met", _("The rule holds.")
    NOT_MET = "not_met", _("The rule does not hold.")
    FEW = "few", _("There are fewer of the sample than the rule asks for.")
    YOUNG = "young", _("The attribution windows are not as far gone as the rule asks for.")
    UNKNOWN = "unknown", _("The figure, or what it is compared with, is not known.")
    LACKING = "lacking", _("Data of some of these days is still missing.")


class Turn(models.TextChoices):
    RAISED = "raised", _("Raised")
    CLEARED = "cleared", _("Cleared")


class Criterion(models.Model):
    """What is asked of a figure. `span` closed days, before the newest `skipped` ones.

    `threshold` is in fen, a count, or ten-thousandths of a ratio, a share or a change;
    `least_sample` in orders or fen, `least_maturity` in per cent.
    """

    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("campaign"),
    )
    metric = models.CharField(_("metric"), max_length=30)
    window = models.PositiveSmallIntegerField(_("attribution window"))
    span = models.PositiveSmallIntegerField(_("days together"))
    skipped = models.PositiveSmallIntegerField(_("newest days left out"), default=0)
    comparison = models.CharField(_("comparison"), max_length=6, choices=Comparison)
    threshold = models.BigIntegerField(_("limit"))
    suggests = models.CharField(_("then suggest"), max_length=10, choices=WHEN_MET)
    sample_of = models.CharField(_("sample counted in"), max_length=5, choices=SampleOf)
    least_sample = models.PositiveBigIntegerField(_("smallest sample"), default=0)
    least_maturity = models.PositiveSmallIntegerField(_("least maturity"), default=0)

    class Meta:
        abstract = True

    @property
    def is_of_change(self) -> bool:
        return self.comparison in CHANGES

    @property
    def is_of_pace(self) -> bool:
        return self.comparison in PACES

    @property
    def is_relative(self) -> bool:
        """Say whether it is about the share by which a figure differs from another."""
        return self.is_of_change or self.is_of_pace


class AlertRuleQuerySet(models.QuerySet["AlertRule"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the brand's; whoever is narrowed sees none: the figures are of every store."""
        if membership.narrowed_to:
            return self.none()
        return self.filter(brand_id=membership.brand_id)

    def present(self) -> Self:
        return self.filter(ended_at=None)

    def working(self) -> Self:
        return self.present().filter(is_active=True)

    def for_day(self, day: date) -> Self:
        """Leave out those of a campaign's pace outside its days: there is no plan then."""
        running = Q(campaign__starts_on__lte=day, campaign__ends_on__gte=day)
        return self.filter(~Q(comparison__in=PACES) | running)

    def by_name(self) -> Self:
        return self.order_by("name", "pk")


class AlertRule(Criterion):
    """One that has ended stays for what it told; its name is free again."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="alert_rules")
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("switched on"), default=True)
    made_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), default=known_now)
    ended_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = AlertRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "name"], condition=Q(ended_at=None), name="alert_rule_name_once"
            ),
            models.CheckConstraint(
                condition=Q(window__in=[7, 15, 30]), name="alert_rule_known_window"
            ),
            models.CheckConstraint(
                condition=Q(least_maturity__lte=100), name="alert_rule_maturity_is_percent"
            ),
            models.CheckConstraint(
                condition=~Q(comparison__in=["ahead", "behind"])
                | Q(metric="spend", campaign__isnull=False),
                name="alert_rule_pace_of_a_campaign",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def criterion(self) -> dict[str, object]:
        """Return what is asked, for the event to keep: the rule may change later."""
        return {field.name: getattr(self, field.name) for field in Criterion._meta.fields}

    def switch(self, *, on: bool) -> None:
        AlertRule.objects.present().filter(pk=self.pk).update(is_active=on)

    def end(self) -> None:
        AlertRule.objects.present().filter(pk=self.pk).update(ended_at=known_now())


class AlertEventQuerySet(models.QuerySet["AlertEvent"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the brand's; whoever is narrowed sees none, as of the rules."""
        if membership.narrowed_to:
            return self.none()
        return self.filter(brand_id=membership.brand_id)

    def turns(self) -> Self:
        return self.exclude(turn="")

    def untold(self) -> Self:
        return self.turns().filter(told_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-day", "-pk")

    def newest_of_each(self) -> Self:
        return self.order_by("rule_id", "-day").distinct("rule_id")


class AlertEvent(Criterion):
    """What a rule came to on its newest complete `day`, with what it asked and found then.

    `value` is the figure, or for a change its change, in the unit of `threshold`; `now` and
    `before` are the two sides of a change in the metric's unit, of a pace spend and plan.
    `sample` is in the unit of `least_sample`, `maturity` in ten-thousandths. Null is "not known".
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="alert_events")
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="events")
    day = models.DateField(_("newest complete day"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    moment = models.DateTimeField(_("as of"))
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    turn = models.CharField(_("what changed"), max_length=8, choices=Turn, blank=True)
    is_raised = models.BooleanField(_("raised"))
    value = models.BigIntegerField(_("figure"), null=True)
    now = models.BigIntegerField(_("figure now"), null=True)
    before = models.BigIntegerField(_("figure before"), null=True)
    sample = models.BigIntegerField(_("sample"), null=True)
    maturity = models.PositiveSmallIntegerField(_("maturity"), null=True)
    told_at = models.DateTimeField(_("told at"), null=True)  # of a turn alone

    objects = AlertEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert event")
        verbose_name_plural = _("alert events")
        constraints = [
            models.UniqueConstraint(fields=["brand", "rule", "day"], name="alert_judged_once_a_day")
        ]
        indexes = [
            models.Index(fields=["rule", "-day"], name="alert_event_by_day"),
            models.Index(
                fields=["id"],
                condition=Q(told_at=None) & ~Q(turn=""),
                name="alert_event_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.day}"
