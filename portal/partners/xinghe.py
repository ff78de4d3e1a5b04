"""种草星河 has no API: its export is a file, and this is what its columns are called.

A row is a star task, or one content of it, on the day that people behaved, T+2. How long after
reading a behaviour counts stands in a column, in the columns' names, or in a line above them.
"""

import re
from collections.abc import Iterable

from portal.lib.sheet_heads import plain_head

WINDOWS = (15, 30)  # days
SAID = re.compile(r"(?<!\d)(\d{1,2})[日天]")
ABOVE = re.compile(r"归因(?:周期|口径)\D{0,8}(\d{1,2})(?!\d)")

DAY = ("日期", "行为日期", "统计日期", "数据日期")
TASK = ("任务ID", "星任务ID", "种草任务ID")
CONTENT = ("内容ID", "笔记ID")
NAMES: dict[str, tuple[str, ...]] = {
    "traffic": ("流量类型",),
    "window_days": ("归因周期", "归因口径"),
    "task_group": ("任务组名称", "任务组"),
    "content_url": ("内容链接",),
    "order_id": ("订单ID",),
    "order_name": ("订单名称",),
    "creator": ("达人昵称",),
}
SAMPLING = ("抽样比例", "采样比例", "星任务抽样比例")
PEOPLE: dict[str, tuple[str, ...]] = {
    "read_uv": ("阅读/播放UV", "阅读UV", "播放UV"),
    "like_uv": ("点赞UV",),
    "comment_uv": ("评论UV",),
    "favourite_uv": ("收藏UV",),
    "forward_uv": ("转发UV",),
    "engage_uv": ("互动UV",),
    "search_impression_uv": ("搜索曝光UV",),
    "search_visit_uv": ("搜索进店UV",),
    "store_visit_uv": ("进店UV",),
    "new_visitor_uv": ("新客进店UV",),
    "item_favourite_uv": ("商品收藏UV",),
    "add_to_cart_uv": ("商品加购UV",),
    "store_follow_uv": ("关注店铺UV",),
    "store_member_uv": ("店铺会员UV",),
    "order_uv": ("成交UV",),
    "new_customer_uv": ("新客成交UV",),
    "presale_deposit_uv": ("预售付定UV",),
}
AMOUNTS: dict[str, tuple[str, ...]] = {
    "store_gmv_fen": ("商家GMV",),
    "task_item_gmv_fen": ("订单商品成交GMV",),
    "other_item_gmv_fen": ("非订单商品成交GMV",),
    "task_item_new_customer_gmv_fen": ("订单商品新客成交GMV",),
    "presale_deposit_gmv_fen": ("预售付定GMV",),
    "presale_estimated_gmv_fen": ("预售整单预估GMV",),
}
RATES = ("内容互动率", "成交转化率")  # recomputed, never read


def without_window(head: str) -> str:
    """Return 进店uv for the head 进店uv30日."""
    return SAID.sub("", head)


def windows_said(heads: Iterable[str], above: Iterable[str]) -> set[int]:
    """Return the windows that the columns' names and the lines above them tell."""
    told = [SAID.findall(plain_head(head)) for head in heads]
    told += [ABOVE.findall(plain_head(line)) for line in above]
    return {int(days) for found in told for days in found}
