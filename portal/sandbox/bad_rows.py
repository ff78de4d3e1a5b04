"""Faults of the rows of an answer: too few, too many, of another day, of somebody else."""

import json
from collections.abc import Iterable

from django.http import HttpResponse

from portal.sandbox.plan import Row
from portal.sandbox.scene import Scene, declare, rows_of, written

MONEY = ("fee", "external_rgmv_7", "external_rgmv_15", "external_rgmv_30")
OWNERS = ("advertiser_id", "advertiser_name", "seller_nick", "nick")
SALES = ("external_goods_order_7", "external_goods_order_15", "external_goods_order_30", *MONEY[1:])


def page_again(scene: Scene) -> HttpResponse:
    """Answer with the page before once more."""
    return scene.with_rows(lambda rows: scene.earlier.get(scene.call.page - 1, rows))


def rows_move(scene: Scene) -> HttpResponse:
    """A row came in front while the list was paged: the last of the page before comes again."""
    before = scene.earlier.get(scene.call.page - 1, [])
    return scene.with_rows(lambda rows: [*before[-1:], *rows][: len(rows)])


def row_lost(scene: Scene) -> HttpResponse:
    """Rows slip away between two pages; the total still counts them."""
    return scene.with_rows(lambda rows: rows[scene.args.get("count", 1) :])


def endless(scene: Scene) -> HttpResponse:
    """Each page is full, and the first of them again."""
    first = scene.earlier.get(1)
    size = scene.args.get("size", 500)
    return scene.with_rows(lambda rows: _filled(first or rows, size))


def shuffled(scene: Scene) -> HttpResponse:
    return scene.with_rows(lambda rows: scene.rng.sample(rows, len(rows)))


def same_id(scene: Scene) -> HttpResponse:
    """The first row stands twice, the second time with other figures."""
    fields = scene.args.get("fields", MONEY[:1])

    def double(rows: list[Row]) -> list[Row]:
        return [*rows, *({**row, **_scaled(row, fields, 3)} for row in rows[:1])]

    return scene.with_rows(double)


def late_rows(scene: Scene) -> HttpResponse:
    """Some rows are not there yet, nor in the total; `count` of them, or a `share`."""
    content = json.loads(scene.answer.content)
    rows = rows_of(content) or []
    late = scene.args.get("count") or int(len(rows) * scene.args.get("share", 0.5))
    declare(content, -min(late, len(rows)))
    del rows[len(rows) - min(late, len(rows)) :]
    return written(content, scene.answer)


def emptied(scene: Scene) -> HttpResponse:
    content = json.loads(scene.answer.content)
    declare(content, -(10**9))
    if rows := rows_of(content):
        rows.clear()
    return written(content, scene.answer)


def restated(scene: Scene) -> HttpResponse:
    """Figures that come to be corrected: `factor` times the true ones."""
    fields, factor = scene.args.get("fields", MONEY), scene.args.get("factor", 0.5)
    return scene.with_each(lambda row: {**row, **_scaled(row, fields, factor)})


def cancelled(scene: Scene) -> HttpResponse:
    """Orders that are cancelled within 72 hours are still counted."""
    factor = scene.args.get("factor", 2)
    return scene.with_each(lambda row: {**row, **_scaled(row, SALES, factor)})


def fen_for_yuan(scene: Scene) -> HttpResponse:
    factor = scene.args.get("factor", 100)
    return scene.with_each(lambda row: {**row, **_scaled(row, MONEY, factor)})


def odd(scene: Scene) -> HttpResponse:
    """Put `value` into the `field` of each row, or of those that `rows` numbers."""
    return scene.with_each(lambda row: {**row, scene.args["field"]: scene.args["value"]})


def field_gone(scene: Scene) -> HttpResponse:
    gone = scene.args.get("field", "fee")
    return scene.with_each(lambda row: {name: row[name] for name in row if name != gone})


def field_renamed(scene: Scene) -> HttpResponse:
    old, new = scene.args.get("field", "fee"), scene.args.get("to", "cost")
    return scene.with_each(
        lambda row: {new if name == old else name: value for name, value in row.items()}
    )


def foreign_rows(scene: Scene) -> HttpResponse:
    """Rows of another `advertiser`'s store come among ours; with `silent` they do not say whose."""
    other, count = int(scene.args["advertiser"]), scene.args.get("count", 1)
    theirs = rows_of(json.loads(scene.question.as_other(other).content)) or []
    told: Row = {"advertiser_id": other} if scene.call.partner == "juguang" else {}
    rows = [row | told for row in theirs[:count]]
    if scene.args.get("silent"):
        rows = [{name: row[name] for name in row if name not in OWNERS} for row in rows]
    return scene.with_rows(lambda ours: [*ours, *rows], more=len(rows))


def over_refunded(scene: Scene) -> HttpResponse:
    """More is paid back than was paid: `factor` times the refund."""
    factor = scene.args.get("factor", 1000)
    return scene.with_each(lambda row: {**row, **_scaled(row, ["refund_fee"], factor)})


def stuck(scene: Scene) -> HttpResponse:
    """A slice of affiliate orders says that it goes on, from where it has just been asked."""
    content = json.loads(scene.answer.content)
    for told in content.values():
        data = told.get("data", {})
        asked = scene.question.asked.get("position_index")
        data["has_next"], data["position_index"] = True, asked or data.get("position_index", "0")
    return written(content, scene.answer)


def _filled(rows: list[Row], size: int) -> list[Row]:
    return (rows * (size // len(rows) + 1))[:size] if rows else rows


def _scaled(row: Row, fields: Iterable[str], factor: float) -> Row:
    return {name: _times(row[name], factor) for name in fields if name in row}


def _times(text: object, factor: float) -> object:
    """Multiply a figure as the platform writes it; what is no figure stays."""
    try:
        value = float(str(text).replace(",", "")) * factor
    except ValueError:
        return text
    return f"{value:.2f}" if "." in str(text) else f"{round(value):,}"
