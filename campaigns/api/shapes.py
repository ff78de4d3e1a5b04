"""What each row of the API holds. Amounts are yuan as strings, times ISO 8601 in Shanghai."""

from typing import Any

from rest_framework import serializers

from campaigns.models import (
    Campaign,
    Link,
    LinkPosition,
    LinkStatus,
    LinkTarget,
    LinkText,
    Note,
    NoteFound,
    NoteKind,
    NoteSource,
)
from campaigns.models.campaign import Goal, Stage
from merchants.models import ApplicationStatus, StoreKind, StoreStatus
from merchants.models.stores import Category
from portal.lib import days, money

STAGES = [(stage.value, stage.value) for stage in Stage]


class Shape(serializers.Serializer[Any]):
    """A row as it is told; nothing is read by these."""


class StoreShape(Shape):
    id = serializers.IntegerField()
    seller_id = serializers.CharField(help_text="The seller's id at Tmall.")
    title = serializers.CharField()
    kind = serializers.ChoiceField(StoreKind.choices)
    status = serializers.ChoiceField(StoreStatus.choices)
    category = serializers.ChoiceField(Category.choices, allow_blank=True)
    domain = serializers.CharField(help_text="What stands before .tmall.com; may be empty.")
    registered_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(
        allow_null=True, help_text="Since then the store belongs to another brand."
    )


class ApplicationShape(Shape):
    id = serializers.IntegerField()
    store = serializers.IntegerField(source="store_id")
    status = serializers.ChoiceField(ApplicationStatus.choices)
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="When a decision is promised.")
    asked = serializers.CharField(help_text="What the reviewer asks; empty where nothing.")
    answer_due = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="The reviewer's note on the decision.")
    again_from = serializers.DateField(allow_null=True)
    is_final = serializers.BooleanField(help_text="Whether no other try is possible.")


class CampaignShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    goal = serializers.ChoiceField(Goal.choices)
    stage = serializers.SerializerMethodField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    decision_days = serializers.IntegerField()
    expected_notes = serializers.IntegerField(allow_null=True)
    budget = serializers.SerializerMethodField()
    stores = serializers.SerializerMethodField()

    def get_stage(self, campaign: Campaign) -> str:
        return campaign.stage_on(days.today()).value

    def get_budget(self, campaign: Campaign) -> str | None:
        return None if campaign.budget_fen is None else str(money.yuan(campaign.budget_fen))

    def get_stores(self, campaign: Campaign) -> list[int]:
        return [row.store_id for row in campaign.stores_seen]  # type: ignore[attr-defined]  # prefetched


class NoteShape(Shape):
    id = serializers.IntegerField()
    note_id = serializers.CharField(help_text="The note's id at Xiaohongshu.")
    store = serializers.IntegerField(source="store_id")
    title = serializers.CharField()
    creator = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the field of that name is made apart
        NoteSource.choices, allow_null=True
    )
    kind = serializers.ChoiceField(NoteKind.choices, allow_null=True)
    found_by = serializers.ChoiceField(NoteFound.choices)
    is_confirmed = serializers.BooleanField(
        help_text="Listed by Juguang: only then may it carry a link."
    )
    tags = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField(allow_null=True)
    first_seen_at = serializers.DateTimeField()

    def get_tags(self, note: Note) -> list[str]:
        return sorted(tag.word for tag in note.tags.all())


class LinkShape(Shape):
    id = serializers.IntegerField()
    note = serializers.IntegerField(source="note.pk")
    note_id = serializers.CharField(source="note.note_id")
    store = serializers.IntegerField(source="store_id")
    status = serializers.ChoiceField(LinkStatus.choices)
    is_suspended = serializers.BooleanField(
        help_text="The store takes no part at present, so the link leads nowhere."
    )
    target = serializers.ChoiceField(LinkTarget.choices)
    item_id = serializers.CharField()
    item_title = serializers.CharField()
    shop = serializers.CharField()
    text = serializers.ChoiceField(LinkText.choices)
    position = serializers.ChoiceField(LinkPosition.choices)
    short_url = serializers.CharField()
    rejected_because = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    handed_in_at = serializers.DateTimeField(allow_null=True)

    def get_rejected_because(self, link: Link) -> str:
        return link.rejected_because


class DayShape(Shape):
    day = serializers.DateField()
    state = serializers.CharField(
        help_text="complete, no data, pulling, late, missing, quarantined, held or not asked."
    )


class SourceShape(Shape):
    store = serializers.IntegerField()
    partner = serializers.CharField()
    report = serializers.CharField()
    newest_complete_day = serializers.DateField(allow_null=True)
    days = DayShape(many=True)


class LateShape(Shape):
    day = serializers.DateField()
    since = serializers.DateTimeField()
    reports = serializers.ListField(child=serializers.CharField())


class DataStatusShape(Shape):
    late = LateShape(allow_null=True, help_text="What should have come by the morning and has not.")
    sources = SourceShape(many=True)
