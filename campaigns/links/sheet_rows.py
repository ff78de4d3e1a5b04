"""What a row of a link sheet asks for, and the verdict on it: no row is judged by other rules
than a link that is attached by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from campaigns.links import health_law
from campaigns.links.columns import Column, is_yes
from campaigns.links.rules import UNKNOWN_GOODS, Goods, Ground, Wish, case_of, objections
from campaigns.models import BuyingMode, Link, LinkPosition, LinkText, SheetRow, Verdict
from portal.lib.destinations import ITEM, BadDestination, Destination, parse_destination
from portal.lib.note_ids import BadNoteId, parse_note_id

TYPED = 200
LAYOUT = {
    "note": Column(("note", "笔记", "note id", "note url", "笔记id", "笔记链接")),
    "target": Column(
        ("target", "目标", "item", "item id", "address", "商品", "商品id", "目标链接")
    ),
    "text": Column(("button text", "按钮文案", "text", "文案", "组件文案")),
    "ad": Column(("marked 广告", "已标注广告", "ad", "ad label", "ad label confirmed", "广告标注")),
    "position": Column(("position", "位置", "组件位置"), is_needed=False),
    "mode": Column(("buying mode", "投放模式", "购买模式"), is_needed=False),
    "health": Column(
        ("shares health knowledge", "含健康知识", "health", "健康知识"), is_needed=False
    ),
}
EXAMPLE = {
    "note": "https://www.xiaohongshu.com/explore/680a1b2c000000001203e4f5",
    "target": "739204418852",
}
# Each choice by every name that people know it by.
TEXTS = {
    "learn_more": LinkText.LEARN_MORE,
    "learn more": LinkText.LEARN_MORE,
    "了解详情": LinkText.LEARN_MORE,
    "buy_the_same": LinkText.BUY_THE_SAME,
    "buy the same": LinkText.BUY_THE_SAME,
    "购买同款": LinkText.BUY_THE_SAME,
    "get_subsidy": LinkText.GET_SUBSIDY,
    "get the subsidy": LinkText.GET_SUBSIDY,
    "领取补贴": LinkText.GET_SUBSIDY,
    "order_now": LinkText.ORDER_NOW,
    "order at a discount": LinkText.ORDER_NOW,
    "优惠下单": LinkText.ORDER_NOW,
}
POSITIONS = {
    "": LinkPosition.CAPSULE,
    "capsule": LinkPosition.CAPSULE,
    "胶囊": LinkPosition.CAPSULE,
    "pinned comment": LinkPosition.PINNED_COMMENT,
    "pinned": LinkPosition.PINNED_COMMENT,
    "置顶评论": LinkPosition.PINNED_COMMENT,
    "both": LinkPosition.BOTH,
    "胶囊和置顶评论": LinkPosition.BOTH,
    "两者": LinkPosition.BOTH,
}
# What a result file calls them, so that it can be uploaded again: in English, in Chinese.
POSITION_WORDS = {
    LinkPosition.CAPSULE: ("capsule", "胶囊"),
    LinkPosition.PINNED_COMMENT: ("pinned comment", "置顶评论"),
    LinkPosition.BOTH: ("both", "两者"),
}
MODES = {"": BuyingMode.CID, "cid": BuyingMode.CID, "ud": BuyingMode.UD}


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What is known of an item: its title and Tmall's category, or why it can't be linked to."""

    title: str = ""
    cid: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the rows of a sheet are judged by, read once for all of them."""

    ground: Ground
    open_links: Mapping[int, Link]
    items: Mapping[str, KnownItem]
    taken: dict[int, int] = field(default_factory=dict)  # the row that first named a note


def typed_row(number: int, cells: Mapping[str, str]) -> SheetRow:
    """Return the row with everything that can be read off it alone, and what can't as reasons."""
    row = SheetRow(
        number=number,
        note_typed=cells["note"][:TYPED],
        target_typed=cells["target"][:TYPED],
        text_typed=cells["text"][:TYPED],
        is_marked_as_ad=is_yes(cells["ad"]),
        shares_health=is_yes(cells.get("health", "")),
    )
    try:
        destination = parse_destination(cells["target"].strip())
        row.item_id, row.shop = destination.item_id, destination.shop
    except BadDestination as problem:
        row.reasons.append(str(problem))
    if text := TEXTS.get(cells["text"].strip().casefold()):
        row.text = text
    else:
        known = _(", ").join(str(label) for label in LinkText.labels)
        row.reasons.append(_("The button text must be one of: %(texts)s.") % {"texts": known})
    _read_component(row, cells)
    return row


def _read_component(row: SheetRow, cells: Mapping[str, str]) -> None:
    """Read where the component stands and who buys; an empty cell is what the form begins with."""
    position = POSITIONS.get(cells.get("position", "").strip().casefold())
    mode = MODES.get(cells.get("mode", "").strip().casefold())
    if position is None:
        row.reasons.append(_("The position must be: capsule, pinned comment or both."))
    if mode is None:
        row.reasons.append(_("The buying mode must be CID or UD."))
    row.position, row.buying_mode = position or LinkPosition.CAPSULE, mode or BuyingMode.CID


def note_id_of(cells: Mapping[str, str], row: SheetRow) -> str:
    """Return the id of the note that the row names; where it names none, that is a reason."""
    try:
        return parse_note_id(cells["note"])
    except BadNoteId as problem:
        row.reasons.insert(0, str(problem))
        return ""


def judge(row: SheetRow, known: Known) -> None:
    """Write the verdict on the row, with every reason against it."""
    if row.note is None or row.reasons:
        row.verdict = Verdict.REFUSED
        return
    link, destination = known.open_links.get(row.note.pk), row.destination
    if link and _is_the_same(link, row, destination):
        row.verdict = Verdict.SAME
        return
    wish = _wish(row, destination)
    found = objections(wish, row.note, known.ground, has_open_link=link is not None)
    found += _about_the_item(row, known, destination)
    found += _about_health(row, known, wish)
    found += _about_another_row(row, known)
    row.reasons = found
    row.verdict = Verdict.REFUSED if found else Verdict.READY
    if not found:
        known.taken[row.note.pk] = row.number


def item_ids(rows: Iterable[SheetRow]) -> set[str]:
    return {row.item_id for row in rows if row.item_id}


def _is_the_same(link: Link, row: SheetRow, destination: Destination) -> bool:
    there = (link.target, link.item_id, link.shop, link.text, link.position, link.buying_mode)
    asked = (destination.kind, destination.item_id, destination.shop, row.text)
    return there == (*asked, row.position, row.buying_mode)


def _wish(row: SheetRow, destination: Destination) -> Wish:
    return Wish(
        destination=destination,
        text=LinkText(row.text),
        is_marked_as_ad=row.is_marked_as_ad,
        position=LinkPosition(row.position),
        buying_mode=BuyingMode(row.buying_mode),
        shares_health=row.shares_health,
    )


def _about_the_item(row: SheetRow, known: Known, destination: Destination) -> list[str]:
    if destination.kind != ITEM:
        return []
    item = known.items.get(row.item_id)
    if item is None:
        return [
            _(
                "The item %(item)s is not in the catalogue yet. It is fetched from Tmall; upload"
                " the sheet again later, or attach this link by hand."
            )
            % {"item": row.item_id}
        ]
    row.item_title = item.title
    return [item.problem] if item.problem else []


def _about_health(row: SheetRow, known: Known, wish: Wish) -> list[str]:
    """What is barred can be contested by hand, with a reason, and not in a sheet."""
    item = known.items.get(row.item_id)
    goods = Goods(item.title, item.cid) if item else UNKNOWN_GOODS
    if row.note is None:
        return []
    barred = health_law.judge(case_of(wish, row.note, known.ground.store, goods)).barred
    return [barred] if barred else []


def _about_another_row(row: SheetRow, known: Known) -> list[str]:
    first = known.taken.get(row.note_id or 0)
    if not first:
        return []
    return [_("Row %(row)s names this note already; a note has one link.") % {"row": first}]
