"""聚光's reports: what an ad delivered on a day, and what its readers did afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.facts.base import BY_RECEIPT, Fact, FactQuerySet
from merchants.models import Connection


class AdFigures(Fact):
    """What 聚光 tells at every level. Orders and GMV of N days belong to the day of the ad click.

    `jump_click` are clicks on the component, within 7 days. Users are counted once within the
    row alone: they do not add up. The `in_site` ones are the brand's own shop at Xiaohongshu,
    within 7 days, which is not Tmall.
    """

    fee_fen = models.BigIntegerField(null=True)
    impression = models.BigIntegerField(null=True)
    click = models.BigIntegerField(null=True)
    like = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    collect = models.BigIntegerField(null=True)
    share = models.BigIntegerField(null=True)
    follow = models.BigIntegerField(null=True)
    interaction = models.BigIntegerField(null=True)
    jump_click = models.BigIntegerField(null=True)
    order_7 = models.BigIntegerField(null=True)
    order_15 = models.BigIntegerField(null=True)
    order_30 = models.BigIntegerField(null=True)
    gmv_7_fen = models.BigIntegerField(null=True)
    gmv_15_fen = models.BigIntegerField(null=True)
    gmv_30_fen = models.BigIntegerField(null=True)
    screenshot = models.BigIntegerField(null=True)
    pic_save = models.BigIntegerField(null=True)
    action_button_click = models.BigIntegerField(null=True)
    search_cmt_click = models.BigIntegerField(null=True)
    search_cmt_after_read = models.BigIntegerField(null=True)
    i_user = models.BigIntegerField(null=True)
    ti_user = models.BigIntegerField(null=True)
    outside_shop_visit = models.BigIntegerField(null=True)
    in_site_goods_visit = models.BigIntegerField(null=True)
    in_site_seller_visit = models.BigIntegerField(null=True)
    in_site_add_to_cart = models.BigIntegerField(null=True)
    in_site_order = models.BigIntegerField(null=True)
    in_site_gmv_fen = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class NoteDay(AdFigures):
    """The note report: one note on one day of ad clicks (in the video stream: exposures)."""

    OWNER = ("brand_id", "connection_id")
    KEY = ("note_id", "day")

    pk = models.CompositePrimaryKey("brand_id", "connection_id", "note_id", "day", "known_from")
    connection = models.ForeignKey(Connection, **BY_RECEIPT)
    note_id = models.CharField(_("note id"), max_length=24)

    objects = FactQuerySet["NoteDay"].as_manager()

    class Meta:
        verbose_name = _("note day")
        verbose_name_plural = _("note days")


class Placement(models.IntegerChoices):
    """Where in the app an ad was shown, by the platform's codes; it may come to have others."""

    FEED = 1, _("Feed")
    SEARCH = 2, _("Search")
    SPLASH = 3, _("Splash screen")
    SMART = 4, _("Smart, all places")
    VIDEO = 7, _("Video stream")
    CREATOR = 99, _("Creator's page")


class NotePlacementDay(AdFigures):
    """The note report split by placement: one note at one place on one day of ad clicks.

    What is counted adds up to the note's row, users do not. `placement` is the platform's code,
    known to us or not. `row_name` tells the rows of a day apart in one word.
    """

    OWNER = ("brand_id", "connection_id")
    KEY = ("note_id", "placement", "day")

    pk = models.CompositePrimaryKey(
        "brand_id", "connection_id", "note_id", "placement", "day", "known_from"
    )
    connection = models.ForeignKey(Connection, **BY_RECEIPT)
    note_id = models.CharField(_("note id"), max_length=24)
    placement = models.PositiveSmallIntegerField(_("placement"))
    row_name = models.CharField(max_length=24)

    objects = FactQuerySet["NotePlacementDay"].as_manager()

    class Meta:
        verbose_name = _("note placement day")
        verbose_name_plural = _("note placement days")


class AdLevel(models.TextChoices):
    ACCOUNT = "account", _("Advertiser account")
    CAMPAIGN = "campaign", _("Ad campaign")
    UNIT = "unit", _("Ad unit")
    CREATIVITY = "creativity", _("Ad creative")


class AdDay(AdFigures):
    """The reports of account, campaigns, units and creatives: one of these on one day.

    The account's row holds all that was spent; what its notes' rows do not hold is unallocated.
    """

    OWNER = ("brand_id", "connection_id")
    KEY = ("level", "object_id", "day")

    pk = models.CompositePrimaryKey(
        "brand_id", "connection_id", "level", "object_id", "day", "known_from"
    )
    connection = models.ForeignKey(Connection, **BY_RECEIPT)
    level = models.CharField(_("level"), max_length=10, choices=AdLevel)
    object_id = models.CharField(_("id at Juguang"), max_length=32)
    name = models.CharField(_("name"), max_length=80)
    ad_campaign_id = models.CharField(_("ad campaign"), max_length=32)  # blank above its level
    ad_unit_id = models.CharField(_("ad unit"), max_length=32)
    note_id = models.CharField(_("note id"), max_length=24)

    objects = FactQuerySet["AdDay"].as_manager()

    class Meta:
        verbose_name = _("ad day")
        verbose_name_plural = _("ad days")


class ConsoleDay(Fact):
    """聚光's console export: what the API does not tell, store visits among it.

    `store_visit_30` are visits to the store within 30 days, which are not `jump_click`.
    GMV within 15 days comes as a ratio alone: `shop_roi_30` is in hundredths of the spend.
    `account` is the advertiser that the file was downloaded for.
    """

    OWNER = ("brand_id", "store_id")
    KEY = ("account", "placement", "campaign_id", "unit_id", "creativity_id", "note_id", "day")

    pk = models.CompositePrimaryKey(
        *("brand_id", "store_id", "account", "placement", "campaign_id", "unit_id"),
        *("creativity_id", "note_id", "day", "known_from"),
    )
    account = models.CharField(_("account"), max_length=80)
    placement = models.CharField(_("placement"), max_length=40)
    campaign_id = models.CharField(_("ad campaign"), max_length=32)
    unit_id = models.CharField(_("ad unit"), max_length=32)
    creativity_id = models.CharField(_("ad creative"), max_length=32)
    note_id = models.CharField(_("note id"), max_length=24)
    campaign_name = models.CharField(max_length=80)
    unit_name = models.CharField(max_length=80)
    creativity_name = models.CharField(max_length=80)
    fee_fen = models.BigIntegerField(null=True)
    impression = models.BigIntegerField(null=True)
    click = models.BigIntegerField(null=True)
    like = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    collect = models.BigIntegerField(null=True)
    follow = models.BigIntegerField(null=True)
    share = models.BigIntegerField(null=True)
    interaction = models.BigIntegerField(null=True)
    store_visit_30 = models.BigIntegerField(null=True)
    gmv_30_fen = models.BigIntegerField(null=True)
    shop_visit_15 = models.BigIntegerField(null=True)
    shop_roi_30 = models.BigIntegerField(null=True)

    objects = FactQuerySet["ConsoleDay"].as_manager()

    class Meta:
        verbose_name = _("console day")
        verbose_name_plural = _("console days")
