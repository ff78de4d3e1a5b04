"""What each row of the API holds. Amounts are yuan as strings, times ISO 8601 in Shanghai."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.models import (
    Campaign,
    ExportStatus,
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


class ErrorShape(Shape):
    field = serializers.CharField(help_text="The name as it was sent; empty where it is none.")
    message = serializers.CharField()


class ProblemShape(Shape):
    """A refusal, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = ErrorShape(many=True, required=False)  # type: ignore[assignment]  # as `source` above


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class ValueField(serializers.Field):  # type: ignore[type-arg]  # only described
    pass


class CoverageShape(Shape):
    notes = serializers.IntegerField(help_text="Notes with delivery.")
    returned = serializers.IntegerField(help_text="Of these, those of which it was returned.")
    returned_in_part = serializers.IntegerField(
        help_text="Of these, those of which some days are missing."
    )


class FigureShape(Shape):
    value = ValueField(
        allow_null=True,
        help_text="Yuan and ratios are strings, counts integers; null is unknown, and never 0.",
    )
    reason = serializers.CharField(allow_null=True, help_text="Why there is no value.")
    is_few = serializers.BooleanField(
        help_text="It counts one to nine people: how many is not told."
    )
    window = serializers.IntegerField(
        allow_null=True, help_text="For how many days it grows; null: of the day alone."
    )
    maturity = serializers.CharField(
        allow_null=True, help_text="The part of the window that is gone, from 0 to 1."
    )
    is_provisional = serializers.BooleanField(help_text="It may still rise.")
    is_at_most = serializers.BooleanField(
        help_text="It is no more than this: people may be counted more than once, or a row of one"
        " to nine of them counts as nine."
    )
    rows = serializers.IntegerField(help_text="Rows that had to be returned.")
    rows_returned = serializers.IntegerField(help_text="Rows in which it was returned.")
    coverage = CoverageShape(required=False, help_text="Of the direct line's totals alone.")


class BeyondShape(Shape):
    key = serializers.CharField(help_text="unallocated, account or untold; of a day with its day.")
    name = serializers.CharField()
    figures = serializers.DictField(
        child=FigureShape(), help_text="By metric; of the spend alone there is a value."
    )
    days_known = serializers.IntegerField(help_text="Account days of which it is known.")
    days_owed = serializers.IntegerField(
        help_text="Account days in all: a day of an advertiser is one."
    )


class FiguresRowShape(Shape):
    key = serializers.CharField()
    name = serializers.CharField()
    figures = serializers.DictField(child=FigureShape(), help_text="By metric.")
    notes = serializers.IntegerField(required=False, allow_null=True)
    store = serializers.IntegerField(required=False, allow_null=True)
    sampling = serializers.CharField(required=False, allow_null=True)
    beyond = BeyondShape(
        many=True, required=False, help_text="Of the direct line's days alone: as in the answer."
    )


class UntiedDaysShape(Shape):
    reason = serializers.CharField()
    days = serializers.ListField(child=serializers.DateField())


class QuestionShape(Shape):
    line = serializers.CharField()
    dimension = serializers.CharField()
    to = serializers.DateField()
    window = serializers.IntegerField()
    known_at = serializers.DateTimeField()
    store = serializers.IntegerField(allow_null=True)
    is_scaled = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": serializers.DateField()}


class EarlierShape(Shape):
    to = serializers.DateField()
    known_at = serializers.DateTimeField()
    total = serializers.DictField(child=FigureShape())
    change_percent = serializers.DictField(child=serializers.CharField(allow_null=True))

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": serializers.DateField()}


class AnswerShape(Shape):
    question = QuestionShape()
    maturity = serializers.CharField(allow_null=True)
    matures_on = serializers.DateField(required=False)
    missing_days = serializers.ListField(child=serializers.DateField())
    total = serializers.DictField(child=FigureShape(), help_text="By metric.")
    earlier = EarlierShape(required=False, allow_null=True)
    rows = FiguresRowShape(many=True)
    beyond = BeyondShape(
        many=True,
        required=False,
        help_text="Of the direct line: what the rows don't hold, so that they tie to the account.",
    )
    beyond_reason = serializers.CharField(
        required=False, allow_null=True, help_text="Why nothing ties to the account."
    )
    untied_days = UntiedDaysShape(
        many=True, required=False, help_text="Account days that don't tie, by the reason why."
    )
    next_cursor = serializers.CharField(allow_null=True)


class MetricShape(Shape):
    key = serializers.CharField()
    line = serializers.CharField()
    unit = serializers.CharField()
    definition = serializers.CharField()
    adding = serializers.CharField(help_text="How it is added up over rows.")
    not_returned = serializers.CharField(allow_null=True, help_text="Why it is never known.")

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"label": serializers.CharField()}


class MetricListShape(Shape):
    data = MetricShape(many=True)  # type: ignore[assignment]  # as `source` above


class OutcomeShape(Shape):
    status = serializers.IntegerField()
    link = LinkShape(allow_null=True)
    problem = ProblemShape(allow_null=True)


class OutcomesShape(Shape):
    results = OutcomeShape(many=True)


class ExportShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.ChoiceField(ExportStatus.choices)
    trouble = serializers.CharField(help_text="Why it was not made; empty where nothing.")
    rows = serializers.IntegerField()
    done_rows = serializers.IntegerField()
    known_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    file = serializers.CharField(
        default=None, allow_null=True, help_text="Where the file is, while there is one."
    )
