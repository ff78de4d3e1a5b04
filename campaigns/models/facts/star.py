"""What is known of creator orders and star tasks: 蒲公英's notes and 种草星河's export."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.facts.base import Fact, FactQuerySet


class CreatorNoteDay(Fact):
    """蒲公英's word on an ordered note, as of the end of a day: everything since its publication.

    The figures are running totals: of two days the later one holds, they never add up. Of the
    star block all counts are people, counted once; `sampling` is the share of readers that was
    matched, in hundredths of a per cent: 5000 is 50 %.
    """

    OWNER = ("brand_id", "store_id")
    KEY = ("order_id", "note_id", "day")

    pk = models.CompositePrimaryKey(
        "brand_id", "store_id", "order_id", "note_id", "day", "known_from"
    )
    order_id = models.CharField(_("Pugongying order"), max_length=32)
    note_id = models.CharField(_("note id"), max_length=24)
    creator_fee_fen = models.BigIntegerField(null=True)
    service_fee_fen = models.BigIntegerField(null=True)
    impression = models.BigIntegerField(null=True)
    impression_origin = models.BigIntegerField(null=True)
    impression_promotion = models.BigIntegerField(null=True)
    impression_heat = models.BigIntegerField(null=True)
    read = models.BigIntegerField(null=True)
    read_origin = models.BigIntegerField(null=True)
    read_promotion = models.BigIntegerField(null=True)
    read_heat = models.BigIntegerField(null=True)
    read_uv = models.BigIntegerField(null=True)
    like = models.BigIntegerField(null=True)
    collect = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    share = models.BigIntegerField(null=True)
    interaction = models.BigIntegerField(null=True)
    interest = models.BigIntegerField(null=True)
    star_task_id = models.CharField(max_length=32)
    star_task_name = models.CharField(max_length=80)
    star_group_id = models.CharField(max_length=32)
    star_from = models.DateField(null=True)
    star_to = models.DateField(null=True)
    star_total_fen = models.BigIntegerField(null=True)
    star_creator_fen = models.BigIntegerField(null=True)
    star_ads_fen = models.BigIntegerField(null=True)
    sampling = models.BigIntegerField(null=True)
    star_read_uv = models.BigIntegerField(null=True)
    star_like_uv = models.BigIntegerField(null=True)
    star_favourite_uv = models.BigIntegerField(null=True)
    star_comment_uv = models.BigIntegerField(null=True)
    star_share_uv = models.BigIntegerField(null=True)
    store_visit_uv = models.BigIntegerField(null=True)

    objects = FactQuerySet["CreatorNoteDay"].as_manager()

    class Meta:
        verbose_name = _("day of a creator's note")
        verbose_name_plural = _("days of creators' notes")


class StarLevel(models.TextChoices):
    TASK = "task", _("Star task")
    CONTENT = "content", _("Content")


class StarDay(Fact):
    """种草星河's export: a star task or one content of it, on the day that people behaved.

    All `uv` are people, counted once within the row: they add up over nothing. `window_days` is
    how long after reading a behaviour still counts, 15 or 30; windows never mix. `sampling` is
    the share of readers that was matched, in hundredths of a per cent, where the file tells it.
    """

    OWNER = ("brand_id", "store_id")
    KEY = ("level", "object_id", "traffic", "window_days", "day")

    pk = models.CompositePrimaryKey(
        *("brand_id", "store_id", "level", "object_id", "traffic", "window_days", "day"),
        "known_from",
    )
    level = models.CharField(_("level"), max_length=7, choices=StarLevel)
    object_id = models.CharField(_("task or content"), max_length=32)
    traffic = models.CharField(_("traffic type"), max_length=20)  # as told; blank when not told
    window_days = models.PositiveSmallIntegerField(_("attribution window"))
    task_id = models.CharField(max_length=32)
    task_group = models.CharField(max_length=80)
    content_url = models.CharField(max_length=300)
    order_id = models.CharField(max_length=32)
    order_name = models.CharField(max_length=80)
    creator = models.CharField(max_length=80)
    sampling = models.BigIntegerField(null=True)
    read_uv = models.BigIntegerField(null=True)
    like_uv = models.BigIntegerField(null=True)
    comment_uv = models.BigIntegerField(null=True)
    favourite_uv = models.BigIntegerField(null=True)
    forward_uv = models.BigIntegerField(null=True)
    engage_uv = models.BigIntegerField(null=True)
    search_impression_uv = models.BigIntegerField(null=True)
    search_visit_uv = models.BigIntegerField(null=True)
    store_visit_uv = models.BigIntegerField(null=True)
    new_visitor_uv = models.BigIntegerField(null=True)
    item_favourite_uv = models.BigIntegerField(null=True)
    add_to_cart_uv = models.BigIntegerField(null=True)
    store_follow_uv = models.BigIntegerField(null=True)
    store_member_uv = models.BigIntegerField(null=True)
    order_uv = models.BigIntegerField(null=True)
    new_customer_uv = models.BigIntegerField(null=True)
    store_gmv_fen = models.BigIntegerField(null=True)
    task_item_gmv_fen = models.BigIntegerField(null=True)
    other_item_gmv_fen = models.BigIntegerField(null=True)
    task_item_new_customer_gmv_fen = models.BigIntegerField(null=True)
    presale_deposit_uv = models.BigIntegerField(null=True)
    presale_deposit_gmv_fen = models.BigIntegerField(null=True)
    presale_estimated_gmv_fen = models.BigIntegerField(null=True)

    objects = FactQuerySet["StarDay"].as_manager()

    class Meta:
        verbose_name = _("star day")
        verbose_name_plural = _("star days")
