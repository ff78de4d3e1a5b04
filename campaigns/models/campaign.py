"""推广活动: what a brand plans around a launch or a sale, and the notes that belong to it.

Not 聚光's ad campaigns (投放计划): those are numbers in rules and clicks.
"""

from datetime import date
from enum import StrEnum
from typing import Self

from django.db import connection as database
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.note import Note
from merchants.models import Brand, Membership, Store, StoreOwnedQuerySet, User
from portal.lib.days import known_now


class Goal(models.TextChoices):
    SEEDING = "seeding", _("Seeding: be seen and saved")
    VISITS = "visits", _("Store visits")
    ORDERS = "orders", _("Orders")
    NEW_CUSTOMERS = "new_customers", _("New customers")


class Phase(models.TextChoices):
    TEST = "test", _("Test phase")
    BUILD_UP = "build_up", _("Build-up phase")
    WARM_UP = "warm_up", _("Warm-up phase")
    BURST = "burst", _("Burst phase")
    LONG_TAIL = "long_tail", _("Continuation phase")


class RuleKind(models.TextChoices):
    CREATOR = "creator", _("Creator is")
    TAG = "tag", _("Tag is")
    AD_CAMPAIGN = "ad_campaign", _("Juguang ad campaign id is")


class JoinedBy(models.TextChoices):
    HAND = "hand", _("By hand")
    SHEET = "sheet", _("By sheet")
    RULE = "rule", _("By rule")


class Stage(StrEnum):
    """Where a campaign stands; its dates alone decide."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the brand's, and where the membership is narrowed those with one of its stores."""
        rows = self.filter(brand_id=membership.brand_id)
        if not membership.narrowed_to:
            return rows
        theirs = CampaignStore.objects.seen_by(membership).filter(campaign=OuterRef("pk"))
        return rows.filter(Exists(theirs))

    def newest_first(self) -> Self:
        return self.order_by("-starts_on", "-pk")

    def at_stage(self, stage: Stage, day: date) -> Self:
        return self.filter(
            {
                Stage.PLANNED: Q(starts_on__gt=day),
                Stage.RUNNING: Q(starts_on__lte=day, ends_on__gte=day),
                Stage.ENDED: Q(ends_on__lt=day),
            }[stage]
        )


class Campaign(models.Model):
    """`decision_days` is the x of T+x: how long a buyer of this category takes to decide."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("brand")
    )
    stores = models.ManyToManyField(Store, through="CampaignStore", related_name="campaigns")
    name = models.CharField(_("campaign name"), max_length=60)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    goal = models.CharField(_("goal"), max_length=15, choices=Goal)
    budget_fen = models.BigIntegerField(_("budget"), null=True, blank=True)
    decision_days = models.PositiveSmallIntegerField(_("decision cycle"))
    expected_notes = models.PositiveSmallIntegerField(_("expected notes"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=known_now)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(budget_fen=None) | Q(budget_fen__gte=0), name="campaign_budget"
            ),
            models.CheckConstraint(
                condition=Q(decision_days__gte=1, decision_days__lte=365),
                name="campaign_decision_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stage_on(self, day: date) -> Stage:
        if day < self.starts_on:
            return Stage.PLANNED
        return Stage.RUNNING if day <= self.ends_on else Stage.ENDED


class CampaignStore(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="store_rows")

    objects = StoreOwnedQuerySet["CampaignStore"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "campaign", "store"], name="campaign_store_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.store_id}"


class CampaignPhase(models.Model):
    """A stretch of the campaign's period, so that results can be compared by phase."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="phases")
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "campaign", "phase"], name="phase_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="phase_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return str(Phase(self.phase).label)

    def is_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class CampaignRule(models.Model):
    """Notes that fit join by themselves, whenever notes arrive or the rule is new."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(_("rule"), max_length=12, choices=RuleKind)
    value = models.CharField(_("value"), max_length=80)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"), default=known_now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "campaign", "kind", "value"], name="campaign_rule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{RuleKind(self.kind).label} {self.value}"


FITS = """EXISTS (
     SELECT FROM campaigns_campaignstore store
      WHERE store.campaign_id = rule.campaign_id AND store.store_id = note.store_id)
 AND CASE rule.kind
       WHEN 'creator' THEN note.creator = rule.value
       WHEN 'tag' THEN EXISTS (
            SELECT FROM campaigns_notetag tag
             WHERE tag.note_id = note.id AND tag.word = rule.value)
       WHEN 'ad_campaign' THEN EXISTS (
            SELECT FROM campaigns_click click
              JOIN campaigns_link link ON link.id = click.link_id
             WHERE link.note_id = note.id AND click.ad_campaign_id = rule.value)
         OR EXISTS (
            SELECT FROM campaigns_adcreative ad
             WHERE ad.brand_id = note.brand_id AND ad.connection_id = note.connection_id
               AND ad.note_id = note.note_id AND ad.ad_campaign_id = rule.value)
     END"""
JOIN_BY_RULES = f"""
INSERT INTO campaigns_campaignnote
       (brand_id, store_id, campaign_id, note_id, joined_by, rule_id, joined_at)
SELECT DISTINCT ON (rule.campaign_id, note.id)
       rule.brand_id, note.store_id, rule.campaign_id, note.id, 'rule', rule.id, %(now)s
  FROM campaigns_campaignrule rule
  JOIN campaigns_note note ON note.brand_id = rule.brand_id
 WHERE rule.brand_id = %(brand)s AND {FITS}
 ORDER BY rule.campaign_id, note.id, rule.id
    ON CONFLICT (brand_id, campaign_id, note_id) DO NOTHING
"""  # noqa: S608  # made of constants
LEAVE_BY_RULES = f"""
DELETE FROM campaigns_campaignnote joined
 USING campaigns_campaignrule rule, campaigns_note note
 WHERE joined.brand_id = %(brand)s AND joined.joined_by = 'rule' AND joined.removed_at IS NULL
   AND rule.id = joined.rule_id AND note.id = joined.note_id AND NOT ({FITS})
"""  # noqa: S608  # made of constants


class CampaignNoteQuerySet(StoreOwnedQuerySet["CampaignNote"]):
    def present(self) -> Self:
        return self.filter(removed_at=None)

    def join_by_rules(self, brand_id: int) -> int:
        """Let every note of the brand join that a rule wants; return how many did.

        One statement for any number of rules and notes; safe to run twice. A note that a
        person took out keeps its row, so no rule brings it back.
        """
        with database.cursor() as cursor:
            cursor.execute(JOIN_BY_RULES, {"brand": brand_id, "now": known_now()})
            return int(cursor.rowcount)

    def leave_by_rules(self, brand_id: int) -> None:
        """Let those leave that a rule let join and that no longer fit it."""
        with database.cursor() as cursor:
            cursor.execute(LEAVE_BY_RULES, {"brand": brand_id})


class CampaignNote(models.Model):
    """That a note belongs to a campaign, and why; one taken out by hand stays as a row."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="note_rows")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="campaign_rows")
    joined_by = models.CharField(_("joined"), max_length=5, choices=JoinedBy)
    rule = models.ForeignKey(
        CampaignRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="note_rows"
    )
    joined_at = models.DateTimeField(_("joined at"), default=known_now)
    added_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(_("taken out"), null=True, blank=True)
    removed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CampaignNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "campaign", "note"], name="campaign_note_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.note_id}"
