"""The figures that 聚光 tells of notes, and of accounts, campaigns, units and creatives alike."""

from campaigns.reports.base import Column
from portal.lib.money import fen_or_none
from portal.lib.numbers import count

FIRST_FIGURES: tuple[Column, ...] = (
    Column("fee_fen", "fee", fen_or_none),
    Column("impression", "impression", count),
    Column("click", "click", count),
    Column("like", "like", count),
    Column("comment", "comment", count),
    Column("collect", "collect", count),
    Column("share", "share", count),
    Column("follow", "follow", count),
    Column("interaction", "interaction", count),
    Column("jump_click", "external_goods_visit_7", count),
    Column("order_7", "external_goods_order_7", count),
    Column("order_15", "external_goods_order_15", count),
    Column("order_30", "external_goods_order_30", count),
    Column("gmv_7_fen", "external_rgmv_7", fen_or_none),
    Column("gmv_15_fen", "external_rgmv_15", fen_or_none),
    Column("gmv_30_fen", "external_rgmv_30", fen_or_none),
)
# Told of some accounts only, and read since a text of the consent that names them.
FURTHER_FIGURES: tuple[Column, ...] = (
    Column("screenshot", "screenshot", count, needed=False),
    Column("pic_save", "pic_save", count, needed=False),
    Column("action_button_click", "action_button_click", count, needed=False),
    Column("search_cmt_click", "search_cmt_click", count, needed=False),
    Column("search_cmt_after_read", "search_cmt_after_read", count, needed=False),
    Column("i_user", "i_user_num", count, needed=False),
    Column("ti_user", "ti_user_num", count, needed=False),
    Column("outside_shop_visit", "outside_shop_visit", count, needed=False),
    Column("in_site_goods_visit", "goods_visit", count, needed=False),
    Column("in_site_seller_visit", "seller_visit", count, needed=False),
    Column("in_site_add_to_cart", "shopping_cart_add", count, needed=False),
    Column("in_site_order", "goods_order", count, needed=False),
    Column("in_site_gmv_fen", "rgmv", fen_or_none, needed=False),
)
FIGURES = (*FIRST_FIGURES, *FURTHER_FIGURES)
# Told, and never kept: they are recomputed from sums.
RATIOS = (
    *("ctr", "acp", "cpm", "cpi", "action_button_ctr", "i_user_price", "ti_user_price"),
    *("outside_shop_visit_price", "outside_shop_visit_rate", "roi"),
    *("external_goods_visit_price_7", "external_goods_visit_rate_7"),
    *(f"external_goods_order_price_{window}" for window in (7, 15, 30)),
    *(f"external_goods_order_rate_{window}" for window in (7, 15, 30)),
    *(f"external_roi_{window}" for window in (7, 15, 30)),
)
