"""对账: the store's own orders against those that the affiliate programme ascribes to clicks.

An order is a sub-order. Each lies in one bucket, the first of `RULES` that holds; the last one
always does. A side's money belongs to the business day on which that side counts the order, so
each side's sums over the buckets are that side's own total, and periods that follow each other
add up. An order that midnight parts, where a period ends, stands in both periods, each with the
side that counts it there. Refunds go with the store's day. A refund of a part moves no order: it
is an amount beside it.

The rules are one CASE over one full join: the database reads each table once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BigIntegerField, Count, Model, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from campaigns.models import AffiliateOrder, StoreOrder, StoreRefund
from campaigns.models.facts import FactQuerySet
from campaigns.reports.top_trades import CLOSED
from campaigns.results.question import Question
from merchants.models import Brand, Membership

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Both sides write down when an order was made, seconds apart: midnight alone can part them.
MIDNIGHT = timedelta(days=1)
CLOSED_WORDS = (*CLOSED, "交易关闭")  # the last is what an export says
CLOSED_CODE = 13
PAID_BACK = "SUCCESS"


class Bucket(StrEnum):
    BOTH = "both"
    ATTRIBUTED = "attributed"
    STORE = "store"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    LATE = "out-of-window"
    CUT = "day-cut"

    @property
    def label(self) -> "StrPromise":
        return WORDS[self][0]

    @property
    def meaning(self) -> "StrPromise":
        return WORDS[self][1]


# What each is called, and which orders it holds, of those that no bucket of a higher rank took.
WORDS: Mapping[Bucket, "tuple[StrPromise, StrPromise]"] = {
    Bucket.BOTH: (
        _("On both sides"),
        _("Paid, on the same business day, clicked within the window."),
    ),
    Bucket.ATTRIBUTED: (
        _("Attributed only"),
        _("The store's orders do not hold it, or not its payment."),
    ),
    Bucket.STORE: (
        _("Store only"),
        _("No click is known that it is ascribed to: bought without one, or not paid yet."),
    ),
    Bucket.REFUNDED: (
        _("Refunded"),
        _("All that was paid was paid back. A partial refund is an amount beside the order."),
    ),
    Bucket.CANCELLED: (
        _("Cancelled"),
        _("Closed by either side, and not refunded in whole: most were never paid."),
    ),
    Bucket.LATE: (
        _("Out of window"),
        _("On both sides, but the click is further from the order than the window."),
    ),
    Bucket.CUT: (
        _("Day cut"),
        _("On both sides, but each counts it on another business day."),
    ),
}
RULES: Sequence[tuple[Bucket, sql.SQL]] = (
    (
        Bucket.REFUNDED,
        sql.SQL("r.back_fen > 0 AND r.back_fen >= coalesce(s.paid_fen, a.paid_fen)"),
    ),
    (Bucket.CANCELLED, sql.SQL("s.status IN ({closed}) OR a.status = {closed_code}")),
    (Bucket.STORE, sql.SQL("a.day IS NULL")),
    (Bucket.ATTRIBUTED, sql.SQL("s.day IS NULL OR s.paid_at IS NULL AND s.paid_fen IS NULL")),
    (Bucket.LATE, sql.SQL("s.ordered_at - a.clicked_at > {window}")),
    (Bucket.CUT, sql.SQL("s.day <> a.day")),
    (Bucket.BOTH, sql.SQL("true")),
)
COLUMNS = (
    *("store_id", "sub_order_id", "order_id", "num_iid", "item_title", "status", "paid_fen"),
    *("ordered_at", "paid_at", "day"),
)
BOOKS = sql.SQL("""
WITH s AS ({store}), a AS ({attributed}), r AS ({refunds}), o AS (
    SELECT coalesce(s.store_id, a.store_id) AS store_id,
        coalesce(s.sub_order_id, a.sub_order_id) AS sub_order_id,
        coalesce(s.order_id, a.order_id) AS order_id,
        coalesce(nullif(s.num_iid, ''), a.num_iid) AS num_iid,
        coalesce(nullif(s.item_title, ''), a.item_title) AS item_title,
        coalesce(s.day, a.day) AS day, s.day AS store_day, a.day AS attributed_day,
        s.status AS store_status, a.status AS attributed_status,
        s.paid_fen AS store_fen, a.paid_fen AS attributed_fen, r.back_fen,
        coalesce(s.ordered_at, a.ordered_at) AS ordered_at, a.clicked_at,
        coalesce(s.day BETWEEN {first} AND {last}, false) AS in_store,
        coalesce(a.day BETWEEN {first} AND {last}, false) AS in_attributed,
        CASE {rules} END AS bucket
    FROM s FULL JOIN a USING (store_id, sub_order_id)
    LEFT JOIN r ON r.store_id = coalesce(s.store_id, a.store_id)
        AND r.sub_order_id = coalesce(s.sub_order_id, a.sub_order_id)
    WHERE s.day BETWEEN {first} AND {last} OR a.day BETWEEN {first} AND {last}
)
""")
SUMMARY = """
SELECT bucket, count(*), count(*) FILTER (WHERE in_store),
    (sum(store_fen) FILTER (WHERE in_store))::bigint,
    count(*) FILTER (WHERE in_attributed),
    (sum(attributed_fen) FILTER (WHERE in_attributed))::bigint,
    (sum(back_fen) FILTER (WHERE in_store OR store_day IS NULL))::bigint
FROM o GROUP BY bucket
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Orders, and fen; None where orders are there and no amount of any was told."""

    orders: int = 0
    store_orders: int = 0
    store_fen: int | None = 0
    attributed_orders: int = 0
    attributed_fen: int | None = 0
    back_fen: int = 0

    @property
    def difference_fen(self) -> int | None:
        """Return the store's amount less the attributed one; None where neither was told."""
        amounts = self.store_fen, self.attributed_fen
        if None in amounts and not any(amounts):
            return None
        return (self.store_fen or 0) - (self.attributed_fen or 0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.orders + other.orders,
            self.store_orders + other.store_orders,
            _known(self.store_fen, other.store_fen),
            self.attributed_orders + other.attributed_orders,
            _known(self.attributed_fen, other.attributed_fen),
            self.back_fen + other.back_fen,
        )


@dataclass(frozen=True, slots=True)
class Own:
    """What a side's own rows come to, counted without the other's."""

    orders: int
    fen: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    question: Question
    buckets: Mapping[Bucket, Sums]
    store: Own
    attributed: Own

    @property
    def total(self) -> Sums:
        return reduce(Sums.__add__, self.buckets.values(), Sums())


def reconcile(brand: Brand, membership: Membership, question: Question) -> Reconciliation:
    """Return every bucket, the empty ones too, and what must come out; three queries."""
    query, parameters = books(brand, membership, question)
    with connection.cursor() as cursor:
        cursor.execute(query + SUMMARY, parameters)
        found = {Bucket(name): _sums(*row) for name, *row in cursor.fetchall()}
    return Reconciliation(
        question=question,
        buckets={bucket: found.get(bucket, Sums()) for bucket in Bucket},
        store=_own(_rows(StoreOrder.objects.all(), brand, membership, question)),
        attributed=_own(_rows(AffiliateOrder.objects.all(), brand, membership, question)),
    )


def books(
    brand: Brand, membership: Membership, question: Question, sub_order: str = ""
) -> tuple[str, tuple[Any, ...]]:
    """Return `o`, the orders of the period with both sides and the bucket of each, to select from.

    Only those that this membership may see, as known at the question's moment.
    """
    asked = (brand, membership, question, MIDNIGHT, sub_order)
    paid_back = StoreRefund.objects.filter(status=PAID_BACK, day__gte=question.first - MIDNIGHT)
    back = _seen(paid_back, *asked[:3], sub_order).values("store_id", "sub_order_id")
    parts = {
        "store": _rows(StoreOrder.objects.all(), *asked).values(*COLUMNS),
        "attributed": _rows(AffiliateOrder.objects.all(), *asked).values(*COLUMNS, "clicked_at"),
        "refunds": back.annotate(back_fen=Cast(Sum("refund_fen"), BigIntegerField())),
    }
    compiled = {name: rows.query.sql_with_params() for name, rows in parts.items()}
    query = BOOKS.format(
        **{name: sql.SQL(text) for name, (text, _values) in compiled.items()},
        first=sql.Literal(question.first),
        last=sql.Literal(question.last),
        rules=_rules(question),
    )
    return query.as_string(None), tuple(
        value for _text, values in compiled.values() for value in values
    )


def _rows(
    rows: FactQuerySet[Any],  # of either side
    brand: Brand,
    membership: Membership,
    question: Question,
    beyond: timedelta = timedelta(0),
    sub_order: str = "",
) -> FactQuerySet[Any]:
    span = question.first - beyond, question.last + beyond
    return _seen(rows.filter(day__range=span), brand, membership, question, sub_order)


def _seen(
    rows: FactQuerySet[Any],
    brand: Brand,
    membership: Membership,
    question: Question,
    sub_order: str,
) -> FactQuerySet[Any]:
    rows = rows.filter(brand=brand).seen_by(membership).as_of(question.moment)
    if question.store:
        rows = rows.filter(store_id=question.store)
    return rows.filter(sub_order_id=sub_order) if sub_order else rows


def _rules(question: Question) -> sql.Composed:
    """Compile the rules; `closed` and the others are what they are about."""
    about = {
        "closed": sql.SQL(", ").join(map(sql.Literal, CLOSED_WORDS)),
        "closed_code": sql.Literal(CLOSED_CODE),
        "window": sql.Literal(timedelta(days=question.window)),
    }
    return sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(rule.format(**about), sql.Literal(bucket.value))
        for bucket, rule in RULES
    )


def _sums(
    orders: int,
    store_orders: int,
    store_fen: int | None,
    attributed_orders: int,
    attributed_fen: int | None,
    back_fen: int | None,
) -> Sums:
    return Sums(
        orders,
        store_orders,
        store_fen if store_orders else 0,
        attributed_orders,
        attributed_fen if attributed_orders else 0,
        back_fen or 0,
    )


def _own(rows: QuerySet[Model]) -> Own:
    told = rows.aggregate(orders=Count("sub_order_id"), fen=Sum("paid_fen"))
    return Own(told["orders"], int(told["fen"] or 0))


def _known(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
