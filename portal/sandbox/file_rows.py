"""What the exports tell, counted from the world as known on a day: no quirk and no spelling.

A reader who taps is one of 65,536 people, so that people come back; half of them are in the
sample of 种草星河, by the last digit of who they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from portal.lib.days import business_day, days_between, starts_at
from portal.sandbox import report
from portal.sandbox.accounts import ITEMS, Seller
from portal.sandbox.creator_orders import CreatorOrder, creator_orders
from portal.sandbox.truth import Delivery, Order, world

SAMPLING = 50  # per cent
STAR_LAG, LAG = timedelta(days=2), timedelta(days=1)
ARRIVE = 200  # of 256 taps


@dataclass(frozen=True, slots=True)
class Money:
    fen: int


@dataclass(frozen=True, slots=True)
class Share:
    percent: Decimal


Value = str | int | date | datetime | Money | Share | None
Line = dict[str, Value]  # by the column's plain name


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are asked for, what is known, and the attribution window."""

    first: date
    last: date
    as_of: date
    window: int

    def known(self, lag: timedelta) -> Iterator[date]:
        return days_between(self.first, min(self.last, self.as_of - lag))


@dataclass(frozen=True, slots=True)
class Act:
    """A visit to the store or a purchase there, by one person after one note."""

    person: str
    note_id: str
    ad_clicked_at: datetime
    at: datetime
    order: Order | None = None

    @property
    def is_sampled(self) -> bool:
        return int(self.person[-1], 16) % 2 == 0


def star_task(seller: Seller, span: Span) -> Iterator[Line]:
    for task_id, orders in _by_task(seller).items():
        notes = {order.note_id for order in orders}
        own: Line = {"任务ID": task_id, "任务组名称": f"{seller.nick[:2]}618"}
        for day in span.known(STAR_LAG):
            yield {"日期": day, **own, **_star(seller, notes, day, span)}


def star_content(seller: Seller, span: Span) -> Iterator[Line]:
    for task_id, orders in _by_task(seller).items():
        for order in orders:
            own: Line = {
                "任务ID": task_id,
                "内容ID": order.note_id,
                "内容链接": f"https://www.xiaohongshu.com/explore/{order.note_id}",
                "流量类型": "全部流量",
                "订单ID": order.order_id,
                "订单名称": order.title,
                "达人昵称": order.creator,
            }
            for day in span.known(STAR_LAG):
                yield {"日期": day, **own, **_star(seller, {order.note_id}, day, span)}


def console(seller: Seller, span: Span) -> Iterator[Line]:
    acts = _by_note_and_click(seller.advertiser_id)
    last = min(span.last, span.as_of - LAG)
    for cell in report.day_rows(seller.advertiser_id, span.first, last, as_of=span.as_of):
        note_id, day = cell.delivery.note_id, cell.delivery.day
        told = report.figures(cell, as_of=span.as_of)
        visits = [act for act in acts[note_id, day] if _is_known(act, span.as_of)]
        visits = [act for act in visits if act.order is None]
        fee, gmv = told["fee"] or 0, told["external_rgmv_30"]
        number = int(note_id[:8], 16)
        yield {
            "时间": day,
            "投放位置": "信息流",
            "计划ID": str(number % 9_000_000 + 1_000_000),
            "计划名称": f"{seller.nick[:2]}种草直达",
            "单元ID": str(number % 90_000_000 + 10_000_000),
            "单元名称": "搜索人群",
            "创意ID": str(number % 900_000_000 + 100_000_000),
            "创意名称": f"创意{number % 100}",
            "笔记ID": note_id,
            "消费": Money(fee),
            "展现量": told["impression"],
            "点击量": told["click"],
            "点赞": told["like"],
            "评论": told["comment"],
            "收藏": told["collect"],
            "关注": told["follow"],
            "分享": told["share"],
            "互动量": sum(told[name] or 0 for name in report.INTERACTIONS),
            "行业商品进店量(30日)": len(visits),
            "行业商品GMV(30日)": None if gmv is None else Money(gmv),
            "店铺访问量(15日)": len(visits) + (told["click"] or 0) // 40,
            "店铺成交ROI(30日)": None if gmv is None or not fee else Money(gmv * 100 // fee),
            "下载账户": seller.advertiser_name,
        }


def creator_note(seller: Seller, span: Span) -> Iterator[Line]:
    """Each snapshot day tells of a note everything since its publication."""
    for order in creator_orders()[seller.advertiser_id]:
        for day in span.known(LAG):
            if business_day(order.published_at) <= day:
                yield _creator_note(seller, order, day, span.as_of)


def store_order(seller: Seller, span: Span) -> Iterator[Line]:
    known, until = starts_at(span.as_of), starts_at(span.last) + timedelta(days=1)
    for order in world().orders[seller.advertiser_id]:
        if not starts_at(span.first) <= order.created_at < min(until, known):
            continue
        paid = order.paid_at < known
        closed = order.cancelled_at is not None and order.cancelled_at < known
        yield {
            "子订单编号": order.order_id,
            "主订单编号": order.order_id,
            "买家会员名": f"tb{int(order.order_id) % 99_991:05d}",
            "收货人姓名": "王某某",
            "联系手机": "13800000000",
            "商品ID": str(order.num_iid),
            "商品标题": ITEMS[order.num_iid][1].title,
            "购买数量": 1,
            "订单状态": _status(paid=paid, closed=closed),
            "买家实付金额": Money(order.amount_fen) if paid else Money(0),
            "订单创建时间": order.created_at,
            "订单付款时间": order.paid_at if paid else None,
        }


ROWS: dict[str, Callable[[Seller, Span], Iterator[Line]]] = {
    "star_task": star_task,
    "star_content": star_content,
    "console": console,
    "creator_note": creator_note,
    "store_order": store_order,
}


def _status(*, paid: bool, closed: bool) -> str:
    if closed:
        return "交易关闭"
    return "买家已付款，等待卖家发货" if paid else "等待买家付款"


def _star(seller: Seller, notes: set[str], day: date, span: Span) -> Line:
    """Sampled people of these notes on the day; who comes twice is counted once."""
    acts = [
        act
        for note_id in notes
        for act in _by_note_and_day(seller.advertiser_id)[note_id, day]
        if act.is_sampled
        and act.at - act.ad_clicked_at <= timedelta(days=span.window)
        and _is_known(act, span.as_of)
    ]
    orders = [act for act in acts if act.order]
    own = {note.note_id: note.num_iid for note in world().notes[seller.advertiser_id]}
    of_task = [act for act in orders if act.order and act.order.num_iid == own[act.note_id]]
    gmv, task_gmv = _gmv(orders), _gmv(of_task)
    visitors = _people(act for act in acts if not act.order)
    return {
        "归因周期": f"{span.window}天",
        "抽样比例": Share(Decimal(SAMPLING)),
        **_readers(seller, notes, day),
        "搜索曝光UV": visitors * 3,
        "搜索进店UV": visitors // 4,
        "进店UV": visitors,
        "新客进店UV": visitors * 2 // 3,
        "商品收藏UV": visitors // 9,
        "商品加购UV": visitors // 5,
        "关注店铺UV": visitors // 20,
        "店铺会员UV": visitors // 25,
        "成交UV": _people(orders),
        "新客成交UV": _people(orders) * 2 // 3,
        "商家GMV": Money(gmv),
        "订单商品成交GMV": Money(task_gmv),
        "非订单商品成交GMV": Money(gmv - task_gmv),
        "订单商品新客成交GMV": Money(task_gmv * 2 // 3),
        "预售付定GMV": None,
        "预售付定UV": None,
        "预售整单预估GMV": None,
    }


def _readers(seller: Seller, notes: set[str], day: date) -> Line:
    delivered = _deliveries(seller.advertiser_id)
    told = [delivered[note_id, day] for note_id in notes if (note_id, day) in delivered]
    return {
        "阅读/播放UV": _sampled(each.click for each in told),
        "点赞UV": _sampled(each.like for each in told),
        "评论UV": _sampled(each.comment for each in told),
        "收藏UV": _sampled(each.collect for each in told),
        "转发UV": _sampled(each.share for each in told),
        "互动UV": _sampled(each.like + each.comment + each.collect for each in told),
    }


def _creator_note(seller: Seller, order: CreatorOrder, day: date, as_of: date) -> Line:
    delivered = _deliveries(seller.advertiser_id)
    since = days_between(business_day(order.published_at), day)
    told = [delivered[order.note_id, on] for on in since if (order.note_id, on) in delivered]
    read, shown = sum(each.click for each in told), sum(each.impression for each in told)
    own = int(order.order_id[-4:])  # what the note is read without being promoted
    line: Line = {
        "数据日期": day,
        "订单ID": order.order_id,
        "笔记ID": order.note_id,
        "博主昵称": order.creator,
        "笔记标题": order.title,
        "博主报价": Money(order.price_fen),
        "平台服务费": Money(order.price_fen // 10),
        "曝光量": shown + 12 * own,
        "自然曝光量": 12 * own,
        "推广曝光量": shown,
        "阅读量": read + own,
        "自然阅读量": own,
        "推广阅读量": read,
        "阅读UV": (read + own) * 9 // 10,
        "点赞量": sum(each.like for each in told),
        "收藏量": sum(each.collect for each in told),
        "评论量": sum(each.comment for each in told),
        "分享量": sum(each.share for each in told),
        "互动量": sum(each.like + each.collect + each.comment + each.share for each in told),
        "种草值": (read + own) // 25,
    }
    return line | _star_block(seller, order, day, as_of)


def _star_block(seller: Seller, order: CreatorOrder, day: date, as_of: date) -> Line:
    """T+2: of the newest day the block is not there yet, and of a note without a task never."""
    is_there = bool(order.star_task_id) and day <= as_of - STAR_LAG
    acts = [
        act
        for on in days_between(business_day(order.published_at), day)
        for act in _by_note_and_day(seller.advertiser_id)[order.note_id, on]
        if is_there and act.is_sampled and not act.order
    ]
    return {
        "星任务ID": order.star_task_id,
        "抽样比例": Share(Decimal(SAMPLING)) if is_there else None,
        "星任务总消耗": Money(order.price_fen * 11 // 10) if is_there else None,
        "星任务进店UV": _people(acts) if is_there else None,
    }


def _sampled(counts: Iterable[int]) -> int:
    return sum(counts) * SAMPLING // 100


def _people(acts: Iterable[Act]) -> int:
    return len({act.person for act in acts})


def _gmv(acts: Iterable[Act]) -> int:
    return sum(act.order.amount_fen for act in acts if act.order)


def _is_known(act: Act, as_of: date) -> bool:
    if act.at >= starts_at(as_of):
        return False
    cancelled_at = act.order.cancelled_at if act.order else None
    return cancelled_at is None or cancelled_at >= starts_at(as_of)


def _by_task(seller: Seller) -> dict[str, list[CreatorOrder]]:
    tasks: dict[str, list[CreatorOrder]] = defaultdict(list)
    for order in creator_orders()[seller.advertiser_id]:
        if order.star_task_id:
            tasks[order.star_task_id].append(order)
    return tasks


@cache
def _deliveries(advertiser_id: int) -> dict[tuple[str, date], Delivery]:
    told = world().deliveries[advertiser_id]
    return {(each.note_id, each.day): each for each in told}


@cache
def _acts(advertiser_id: int) -> tuple[Act, ...]:
    """Every visit that a tap became, and every purchase."""
    visits = [
        Act(jump.click_id[2:6], jump.note_id, jump.ad_clicked_at, jump.jumped_at)
        for jump in world().jumps[advertiser_id]
        if int(jump.click_id[:2], 16) < ARRIVE
    ]
    bought = [
        Act(f"{int(o.order_id) % 65_536:04x}", o.note_id, o.ad_clicked_at, o.paid_at, o)
        for o in world().orders[advertiser_id]
    ]
    return (*visits, *bought)


@cache
def _by_note_and_day(advertiser_id: int) -> dict[tuple[str, date], list[Act]]:
    """By the day on which it was done, as 种草星河 dates it."""
    acts: dict[tuple[str, date], list[Act]] = defaultdict(list)
    for act in _acts(advertiser_id):
        acts[act.note_id, business_day(act.at)].append(act)
    return acts


@cache
def _by_note_and_click(advertiser_id: int) -> dict[tuple[str, date], list[Act]]:
    """By the day of the ad click, as 聚光 dates it."""
    acts: dict[tuple[str, date], list[Act]] = defaultdict(list)
    for act in _acts(advertiser_id):
        acts[act.note_id, business_day(act.ad_clicked_at)].append(act)
    return acts
