"""Campaigns and star tasks for tests, written in the scope that may."""

from datetime import date
from typing import Any

from campaigns.models import (
    AdCreative,
    AdReview,
    Campaign,
    CampaignNote,
    CampaignPhase,
    CampaignRule,
    CampaignStore,
    CreatorOrder,
    Delivery,
    Note,
    NoteFound,
    NoteTag,
    StarTask,
    StarTaskNote,
)
from merchants.models import Connection, Store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

MAY, JUNE = date(2025, 5, 10), date(2025, 6, 30)


def make_campaign(store: Store, name: str = "618 山茶花", **fields: Any) -> Campaign:
    """Make a campaign of this store, with one phase."""
    fields = {
        "starts_on": MAY,
        "ends_on": JUNE,
        "goal": "orders",
        "decision_days": 29,
    } | fields
    with scope(Hat.WEB, brand=store.brand_id):
        campaign = Campaign.objects.create(brand_id=store.brand_id, name=name, **fields)
        own = {"brand_id": store.brand_id, "campaign": campaign}
        CampaignStore.objects.create(**own, store=store)
        CampaignPhase.objects.create(**own, phase="test", starts_on=MAY, ends_on=MAY)
    return campaign


def make_rule(campaign: Campaign, value: str, kind: str = "creator") -> CampaignRule:
    """Write the rule down; no note joins by it before rules are asked."""
    with scope(Hat.WEB, brand=campaign.brand_id):
        return CampaignRule.objects.create(
            brand_id=campaign.brand_id, campaign=campaign, kind=kind, value=value
        )


def join(campaign: Campaign, note: Note, **fields: Any) -> CampaignNote:
    own = {"brand_id": note.brand_id, "store_id": note.store_id}
    with scope(Hat.WEB, brand=campaign.brand_id):
        return CampaignNote.objects.create(
            **own, campaign=campaign, note=note, **{"joined_by": "hand"} | fields
        )


def tag(note: Note, word: str) -> NoteTag:
    own = {"brand_id": note.brand_id, "store_id": note.store_id}
    with scope(Hat.WEB, brand=note.brand_id):
        return NoteTag.objects.create(**own, note=note, word=word)


def named_note(store: Store, note_id: str = "a" * 24) -> Note:
    """Make a note that a person named and 聚光 has not listed."""
    with scope(Hat.WEB, brand=store.brand_id):
        return Note.objects.create(
            brand_id=store.brand_id, store=store, note_id=note_id, found_by=NoteFound.PASTED
        )


def make_star_task(store: Store, number: int = 1, **fields: Any) -> StarTask:
    fields = {
        "task_id": f"ST{store.pk}{number}",
        "name": f"星任务 {number}",
        "starts_on": MAY,
        "ends_on": JUNE,
    } | fields
    with scope(Hat.WEB, brand=store.brand_id):
        return StarTask.objects.create(brand_id=store.brand_id, store=store, **fields)


def make_ad(note: Note, **fields: Any) -> AdCreative:
    fields = {
        "creativity_id": f"{8800010000 + note.pk}",
        "ad_campaign_id": "88000106",
        "note_id": note.note_id,
        "delivery": Delivery.RUNNING,
        "review": AdReview.APPROVED,
    } | fields
    with scope(Hat.NIGHT):
        return AdCreative.objects.create(
            brand_id=note.brand_id, store_id=note.store_id, connection=note.connection, **fields
        )


def bind(task: StarTask, note: Note, **fields: Any) -> StarTaskNote:
    own = {"brand_id": task.brand_id, "store_id": task.store_id}
    with scope(Hat.WEB, brand=task.brand_id):
        return StarTaskNote.objects.create(**own, star_task=task, note=note, **fields)


def make_order(account: Connection, note: Note, **fields: Any) -> CreatorOrder:
    """Write down what 蒲公英 told of an order."""
    own = {"brand_id": note.brand_id, "store_id": note.store_id, "connection": account}
    fields = {
        "order_id": f"PGY{note.pk}",
        "kind": "custom",
        "kind_word": "定制合作",
        "creator": note.creator,
        "fee_fen": 120_000,
        "ordered_at": known_now(),
    } | fields
    with scope(Hat.NIGHT):
        return CreatorOrder.objects.create(**own, note=note, **fields)
