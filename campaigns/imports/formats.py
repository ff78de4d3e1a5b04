"""The files that are recognised: what each is called, what its columns mean, where it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection, models

from campaigns.imports import cells
from campaigns.models import (
    ConsoleDay,
    CreatorNoteDay,
    Fact,
    FileKind,
    StarDay,
    StarLevel,
    StoreOrder,
)
from portal.lib.days import business_day
from portal.lib.sheet_heads import plain_head
from portal.partners import xinghe

Row = dict[str, Any]
YUAN = 100  # fen


class FileColumn(NamedTuple):
    """A column of the ledger and the names it has in files; a row without a `needed` one is bad.

    `marks`: a file without it is none of this format.
    """

    name: str
    labels: tuple[str, ...]
    read: cells.Read
    needed: bool = False
    marks: bool = False


@dataclass(frozen=True)
class FileFormat:
    """`ignored` are labels known and not read: rates are recomputed, and nothing is of a buyer.

    `windowed`: the columns' names may bear the window. `complete` adds to a row what follows
    from it. `doubt` tells whether the figures of a row contradict each other.
    """

    kind: FileKind
    facts: type[Fact]
    columns: tuple[FileColumn, ...]
    ignored: tuple[str, ...] = ()
    windowed: bool = False
    complete: Callable[[Row], None] | None = None
    doubt: Callable[[Row], bool] | None = None
    told: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def by_label(self) -> Mapping[str, FileColumn]:
        return {plain_head(label): column for column in self.columns for label in column.labels}

    @cached_property
    def unread(self) -> frozenset[str]:
        return frozenset(map(plain_head, self.ignored))

    @cached_property
    def blank(self) -> Row:
        """A row in which nothing is told, by the ledger's columns."""
        fields = {each.column: each for each in self.facts._meta.concrete_fields}
        row = {name: _nothing(fields[name]) for name in self.facts.ledger().columns}
        return row | dict(self.told)

    def column_of(self, head: str) -> FileColumn | None:
        plain = plain_head(head)
        if self.windowed and plain not in self.by_label:
            plain = xinghe.without_window(plain)
        return self.by_label.get(plain)


def _nothing(field: "models.Field[Any, Any]") -> object:
    text = str(field.db_type(connection)).startswith("varchar")
    return "" if text and not field.null else None


def _of_task(row: Row) -> None:
    row["task_id"] = row["object_id"]


def _parts_differ(row: Row) -> bool:
    """The store's GMV is that of the task's items and of all others, but for rounding."""
    whole, *parts = (
        row[name] for name in ("store_gmv_fen", "task_item_gmv_fen", "other_item_gmv_fen")
    )
    if whole is None or None in parts:
        return False
    return bool(abs(whole - sum(parts)) > max(YUAN, whole // 200))


def _of_order(row: Row) -> None:
    row["day"] = business_day(row["ordered_at"])
    row["order_id"] = row["order_id"] or row["sub_order_id"]


def _figures(
    names: Mapping[str, tuple[str, ...]], read: cells.Read, marks: str = ""
) -> tuple[FileColumn, ...]:
    return tuple(
        FileColumn(name, labels, read, marks=name == marks) for name, labels in names.items()
    )


DAY = FileColumn("day", xinghe.DAY, cells.day, needed=True, marks=True)
STAR = (
    DAY,
    FileColumn("traffic", xinghe.NAMES["traffic"], cells.words(20)),
    FileColumn("window_days", xinghe.NAMES["window_days"], cells.window, needed=True),
    FileColumn("task_group", xinghe.NAMES["task_group"], cells.words(80)),
    FileColumn("order_id", xinghe.NAMES["order_id"], cells.identity),
    FileColumn("order_name", xinghe.NAMES["order_name"], cells.words(80)),
    FileColumn("creator", xinghe.NAMES["creator"], cells.words(80)),
    FileColumn("sampling", xinghe.SAMPLING, cells.share),
    *_figures(xinghe.PEOPLE, cells.whole, marks="read_uv"),
    *_figures(xinghe.AMOUNTS, cells.amount),
)
STAR_TASK = FileFormat(
    kind=FileKind.STAR_TASK,
    facts=StarDay,
    columns=(
        FileColumn("object_id", xinghe.TASK, cells.identity, needed=True, marks=True),
        *STAR,
    ),
    ignored=xinghe.RATES,
    windowed=True,
    complete=_of_task,
    doubt=_parts_differ,
    told={"level": StarLevel.TASK.value},
)
STAR_CONTENT = FileFormat(
    kind=FileKind.STAR_CONTENT,
    facts=StarDay,
    columns=(
        FileColumn("object_id", xinghe.CONTENT, cells.identity, needed=True, marks=True),
        FileColumn("task_id", xinghe.TASK, cells.identity),
        FileColumn("content_url", xinghe.NAMES["content_url"], cells.words(300)),
        *STAR,
    ),
    ignored=xinghe.RATES,
    windowed=True,
    doubt=_parts_differ,
    told={"level": StarLevel.CONTENT.value},
)
CONSOLE = FileFormat(
    kind=FileKind.CONSOLE,
    facts=ConsoleDay,
    columns=(
        FileColumn("day", ("时间", "日期"), cells.day, needed=True, marks=True),
        FileColumn("account", ("下载账户", "账户名称"), cells.words(80)),
        FileColumn("placement", ("投放位置", "投放类型", "投放类型/投放位置"), cells.words(40)),
        FileColumn("campaign_id", ("计划ID",), cells.identity),
        FileColumn("campaign_name", ("计划名称",), cells.words(80)),
        FileColumn("unit_id", ("单元ID",), cells.identity),
        FileColumn("unit_name", ("单元名称",), cells.words(80)),
        FileColumn("creativity_id", ("创意ID",), cells.identity),
        FileColumn("creativity_name", ("创意名称",), cells.words(80)),
        FileColumn("note_id", ("笔记ID",), cells.note_id, marks=True),
        FileColumn("fee_fen", ("消费", "消耗"), cells.amount, marks=True),
        FileColumn("impression", ("展现量", "曝光量"), cells.whole),
        FileColumn("click", ("点击量",), cells.whole, marks=True),
        FileColumn("like", ("点赞", "点赞量"), cells.whole),
        FileColumn("comment", ("评论", "评论量"), cells.whole),
        FileColumn("collect", ("收藏", "收藏量"), cells.whole),
        FileColumn("follow", ("关注", "关注量"), cells.whole),
        FileColumn("share", ("分享", "分享量"), cells.whole),
        FileColumn("interaction", ("互动量",), cells.whole),
        FileColumn("store_visit_30", ("行业商品进店量(30日)",), cells.whole),
        FileColumn("gmv_30_fen", ("行业商品GMV(30日)",), cells.amount),
        FileColumn("shop_visit_15", ("店铺访问量(15日)",), cells.whole),
        FileColumn("shop_roi_30", ("店铺成交ROI(30日)",), cells.ratio),
    ),
    ignored=("点击率", "平均点击成本", "平均千次展示费用", "平均互动成本", "笔记跳转链接"),
)
CREATOR_NOTE = FileFormat(
    kind=FileKind.CREATOR_NOTE,
    facts=CreatorNoteDay,
    columns=(
        FileColumn("day", ("数据日期", "统计日期", "日期"), cells.day, needed=True, marks=True),
        FileColumn("order_id", ("订单ID", "合作订单号"), cells.identity, needed=True, marks=True),
        FileColumn("note_id", ("笔记ID",), cells.note_id, needed=True, marks=True),
        FileColumn("creator_fee_fen", ("博主报价", "达人报价"), cells.amount),
        FileColumn("service_fee_fen", ("平台服务费", "服务费金额"), cells.amount),
        FileColumn("impression", ("曝光量",), cells.whole),
        FileColumn("impression_origin", ("自然曝光量",), cells.whole),
        FileColumn("impression_promotion", ("推广曝光量",), cells.whole),
        FileColumn("impression_heat", ("加热曝光量",), cells.whole),
        FileColumn("read", ("阅读量",), cells.whole, marks=True),
        FileColumn("read_origin", ("自然阅读量",), cells.whole),
        FileColumn("read_promotion", ("推广阅读量",), cells.whole),
        FileColumn("read_heat", ("加热阅读量",), cells.whole),
        FileColumn("read_uv", ("阅读UV", "阅读人数"), cells.whole),
        FileColumn("like", ("点赞量",), cells.whole),
        FileColumn("collect", ("收藏量",), cells.whole),
        FileColumn("comment", ("评论量",), cells.whole),
        FileColumn("share", ("分享量",), cells.whole),
        FileColumn("interaction", ("互动量",), cells.whole),
        FileColumn("interest", ("种草值",), cells.whole),
        FileColumn("star_task_id", ("星任务ID",), cells.identity),
        FileColumn("star_task_name", ("星任务名称",), cells.words(80)),
        FileColumn("star_group_id", ("星任务组ID",), cells.identity),
        FileColumn("star_from", ("星任务开始时间",), cells.day),
        FileColumn("star_to", ("星任务结束时间",), cells.day),
        FileColumn("star_total_fen", ("星任务总消耗",), cells.amount),
        FileColumn("star_creator_fen", ("星任务蒲公英消耗",), cells.amount),
        FileColumn("star_ads_fen", ("星任务投流消耗",), cells.amount),
        FileColumn("sampling", xinghe.SAMPLING, cells.share),
        FileColumn("star_read_uv", ("星任务阅读UV",), cells.whole),
        FileColumn("star_like_uv", ("星任务点赞UV",), cells.whole),
        FileColumn("star_favourite_uv", ("星任务收藏UV",), cells.whole),
        FileColumn("star_comment_uv", ("星任务评论UV",), cells.whole),
        FileColumn("star_share_uv", ("星任务分享UV",), cells.whole),
        FileColumn("store_visit_uv", ("星任务进店UV",), cells.whole),
    ),
    ignored=("种草率", "种草成本", "进店率", "进店成本", "博主昵称", "笔记标题", "笔记链接"),
)
STORE_ORDER = FileFormat(
    kind=FileKind.STORE_ORDER,
    facts=StoreOrder,
    columns=(
        FileColumn("sub_order_id", ("子订单编号",), cells.identity, needed=True, marks=True),
        FileColumn("order_id", ("主订单编号", "订单编号"), cells.identity),
        FileColumn("num_iid", ("商品ID", "宝贝ID"), cells.item),
        FileColumn("item_title", ("商品标题", "宝贝标题", "标题"), cells.words(120)),
        FileColumn("quantity", ("购买数量", "宝贝数量"), cells.whole),
        FileColumn("status", ("订单状态",), cells.words(40), needed=True, marks=True),
        FileColumn("paid_fen", ("买家实付金额", "买家实际支付金额"), cells.amount),
        FileColumn("ordered_at", ("订单创建时间",), cells.moment, needed=True, marks=True),
        FileColumn("paid_at", ("订单付款时间",), cells.moment),
        FileColumn("ended_at", ("订单完成时间", "确认收货时间"), cells.moment),
    ),
    complete=_of_order,
)

FORMATS: Mapping[str, FileFormat] = {
    each.kind.value: each for each in (STAR_TASK, STAR_CONTENT, CONSOLE, CREATOR_NOTE, STORE_ORDER)
}
