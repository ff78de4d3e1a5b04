"""The orders of a bucket, newest first, and one order with everything ever told of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import AffiliateOrder, StoreOrder, StoreRefund
from campaigns.models.facts import FactQuerySet
from campaigns.results.question import Question
from campaigns.results.reconcile import CLOSED_CODE, Bucket, books
from merchants.models import Brand, Membership
from portal.lib import money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

# What Tmall, its refunds and its affiliate programme call a state; others are shown as they come.
STATES: Mapping[object, "StrPromise"] = {
    "WAIT_BUYER_PAY": _("Waits for payment"),
    "WAIT_SELLER_SEND_GOODS": _("Paid, not sent yet"),
    "WAIT_BUYER_CONFIRM_GOODS": _("Sent, not received yet"),
    "TRADE_FINISHED": _("Finished"),
    "TRADE_CLOSED": _("Closed after payment"),
    "TRADE_CLOSED_BY_TAOBAO": _("Closed before payment"),
    "SUCCESS": _("Paid back"),
    "WAIT_SELLER_AGREE": _("Refund asked for"),
    "CLOSED": _("Taken back"),
    "SELLER_REFUSE_BUYER": _("Refused by the seller"),
    12: _("Paid by the buyer"),
    CLOSED_CODE: _("Closed"),
    14: _("Received"),
    3: _("Settled"),
}
COLUMNS = """
SELECT store_id, sub_order_id, order_id, num_iid, item_title, day, store_day, attributed_day,
    store_status, attributed_status, store_fen, attributed_fen, back_fen::bigint, ordered_at,
    clicked_at, bucket
FROM o
"""
PAGE = """
WHERE bucket = %s AND (%s::date IS NULL OR (day, store_id, sub_order_id) < (%s, %s, %s))
ORDER BY day DESC, store_id DESC, sub_order_id DESC LIMIT %s
"""
ONE = "ORDER BY day DESC LIMIT 1"
COUNT = "SELECT count(*) FROM o WHERE bucket = %s"
AT_ONCE = 10_000  # orders in memory


class Place(NamedTuple):
    """Where an order stands in its list: a page begins after the last one of the page before."""

    day: date
    store_id: int
    sub_order_id: str

    def __str__(self) -> str:
        return f"{self.day}_{self.store_id}_{self.sub_order_id}"


@dataclass(frozen=True, slots=True)
class Order:
    """Both sides of one; of a side that does not hold it all is None. Money in fen."""

    store_id: int
    sub_order_id: str
    order_id: str
    num_iid: str
    item_title: str
    day: date
    store_day: date | None
    attributed_day: date | None
    store_status: str | None
    attributed_status: int | None
    store_fen: int | None
    attributed_fen: int | None
    back_fen: int | None
    ordered_at: datetime
    clicked_at: datetime | None
    lies_in: str

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.lies_in)

    @property
    def place(self) -> Place:
        return Place(self.day, self.store_id, self.sub_order_id)

    def why(self, question: Question) -> str:
        """Say what put it into its bucket, with its own figures."""
        return WHY[self.bucket](self, question)


def orders_in(
    brand: Brand,
    membership: Membership,
    question: Question,
    bucket: Bucket,
    *,
    most: int,
    after: Place | None = None,
) -> list[Order]:
    """Return at most so many orders, from the one after `after` on; one query."""
    query, parameters = books(brand, membership, question)
    place = after or (None, None, None)
    return _read(query + COLUMNS + PAGE, (*parameters, bucket.value, place[0], *place, most))


def count_in(brand: Brand, membership: Membership, question: Question, bucket: Bucket) -> int:
    query, parameters = books(brand, membership, question)
    with connection.cursor() as cursor:
        cursor.execute(query + COUNT, (*parameters, bucket.value))
        return int(cursor.fetchone()[0])


def every_order(
    brand: Brand, membership: Membership, question: Question, bucket: Bucket
) -> Iterator[Order]:
    """Yield all of them, some at a time; what is known at a moment stays the same meanwhile."""
    after: Place | None = None
    while True:
        asked = brand, membership, question, bucket
        page = orders_in(*asked, most=AT_ONCE, after=after)
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1].place


@dataclass(frozen=True, slots=True)
class History:
    """Every version of an order and of its refunds, the newest first; `order` is the newest."""

    order: Order | None
    store: Sequence[StoreOrder]
    attributed: Sequence[AffiliateOrder]
    refunds: Sequence[StoreRefund]


def history(
    brand: Brand, membership: Membership, question: Question, store_id: int, sub_order: str
) -> History:
    """Return all that is known of it at the question's moment, whatever its period; four queries.

    Nothing is known of an order that the membership may not see.
    """

    def versions(rows: FactQuerySet[Any]) -> list[Any]:  # of each table
        own = rows.filter(brand=brand, store_id=store_id, sub_order_id=sub_order)
        then = own.seen_by(membership).filter(known_from__lte=question.moment)
        return list(then.order_by("-known_from", "-day"))

    sides = versions(StoreOrder.objects.all()), versions(AffiliateOrder.objects.all())
    told = [row.day for side in sides for row in side]
    order = None
    if told:
        asked = replace(question, first=min(told), last=max(told), store=store_id)
        query, parameters = books(brand, membership, asked, sub_order)
        order = next(iter(_read(query + COLUMNS + ONE, parameters)), None)
    return History(order, *sides, versions(StoreRefund.objects.all()))


def state(word: object) -> "StrOrPromise":
    return STATES.get(word, str(word))


def _read(query: str, parameters: tuple[Any, ...]) -> list[Order]:  # what its columns' types take
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Order(*row) for row in cursor.fetchall()]


def _refunded(order: Order, _question: Question) -> str:
    paid = order.attributed_fen if order.store_fen is None else order.store_fen
    amounts = {"back": money.full(order.back_fen or 0), "paid": money.full(paid or 0)}
    return gettext("¥%(back)s of ¥%(paid)s was paid back") % amounts


def _cancelled(order: Order, _question: Question) -> str:
    if order.attributed_status == CLOSED_CODE:
        return gettext("closed by the affiliate programme")
    return gettext("closed at the store: %(state)s") % {"state": state(order.store_status)}


def _attributed(order: Order, _question: Question) -> str:
    if order.store_day is None:
        return gettext("not among the store's orders")
    return gettext("the store has no payment of it yet")


def _store(order: Order, _question: Question) -> str:
    if order.store_fen is None:
        return gettext("no click is told of, and not paid yet")
    return gettext("no click is told of")


def _late(order: Order, question: Question) -> str:
    apart = (order.ordered_at - order.clicked_at).days if order.clicked_at else 0
    counts = {"n": apart, "window": question.window}
    return (
        gettext("ordered more than %(n)s days after the click; the window is %(window)s") % counts
    )


def _cut(order: Order, _question: Question) -> str:
    cut = {"store": order.store_day, "programme": order.attributed_day}
    return gettext("the store's on %(store)s, the programme's on %(programme)s") % cut


def _both(order: Order, _question: Question) -> str:
    if order.clicked_at is None:
        return gettext("paid on both sides on one day; when it was clicked is not told")
    return gettext("paid on both sides on one day, within the window")


WHY = {
    Bucket.REFUNDED: _refunded,
    Bucket.CANCELLED: _cancelled,
    Bucket.ATTRIBUTED: _attributed,
    Bucket.STORE: _store,
    Bucket.LATE: _late,
    Bucket.CUT: _cut,
    Bucket.BOTH: _both,
}
