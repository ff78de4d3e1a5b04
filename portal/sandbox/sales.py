"""The stores' own orders: those that notes brought, those that came by themselves, and refunds.

Counted from the same world as the ads' figures, with draws of its own: adding a sale here moves
nothing there. Each order's course is fixed; what is known of it depends on when one asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from portal.lib.days import business_day, starts_at
from portal.sandbox.accounts import BY_USER_ID, ITEMS, Seller
from portal.sandbox.truth import DAY, FIRST_DAY, HOURS, LAST_DAY, Order, World, world

UNPAID, PAID, SENT = "WAIT_BUYER_PAY", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS"
FINISHED, CLOSED, NEVER_PAID = "TRADE_FINISHED", "TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"
ENDED = {FINISHED, CLOSED, NEVER_PAID}
ASKED, GRANTED, WITHDRAWN = "WAIT_SELLER_AGREE", "SUCCESS", "CLOSED"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)

Steps = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Refund:
    refund_id: str
    fee_fen: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class Line:
    """A sub-order: one item of what was bought together, with its share of the discount."""

    oid: str
    num_iid: int
    pieces: int
    paid_fen: int
    discount_fen: int
    created_at: datetime
    paid_at: datetime | None
    steps: Steps
    refunds: tuple[Refund, ...] = ()
    is_affiliate: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    tid: str
    lines: tuple[Line, ...]

    @property
    def created_at(self) -> datetime:
        return self.lines[0].created_at

    def modified_at(self, now: datetime) -> datetime:
        """Return when anything about it last changed; a refund changes its trade too."""
        return max(at for line in self.lines for at, _word in all_steps(line) if at <= now)


def all_steps(line: Line) -> Iterator[tuple[datetime, str]]:
    yield from line.steps
    for refund in line.refunds:
        yield from refund.steps


def stands(steps: Steps, now: datetime) -> tuple[datetime, str]:
    """Return the last step taken by now, with its moment."""
    return max(step for step in steps if step[0] <= now)


@cache
def sales_of(user_id: int) -> tuple[Trade, ...]:
    return build_sales(world(), BY_USER_ID[user_id])


def build_sales(of: World, seller: Seller) -> tuple[Trade, ...]:
    trades = []
    for order in of.orders[seller.advertiser_id]:
        rng = Random(f"{of.seed}/sales/{order.order_id}")
        trades.append(_from_note(rng, seller, order))
        trades += [_organic(rng, seller, order) for _n in range(rng.randint(3, 5))]
    return tuple(trades)


def _from_note(rng: Random, seller: Seller, order: Order) -> Trade:
    """Tell an order that a note brought as the store sees it; some bought another item too."""
    _seller, item = ITEMS[order.num_iid]
    with_another = rng.random() < 0.12
    steps, refunds = _course(rng, order.created_at, order.paid_at, order.amount_fen, order)
    line = Line(
        oid=order.order_id,
        num_iid=order.num_iid,
        pieces=2 if order.amount_fen > item.price_fen else 1,
        paid_fen=order.amount_fen,
        discount_fen=rng.randint(100, 900) if with_another else 0,
        created_at=order.created_at,
        paid_at=order.paid_at,
        steps=steps,
        refunds=refunds,
    )
    if not with_another:
        return Trade(order.order_id, (line,))
    other = _line(rng, seller, order.created_at, order.paid_at, discount_fen=rng.randint(100, 900))
    return Trade(_number(rng), (line, other))


def _organic(rng: Random, seller: Seller, near: Order) -> Trade:
    """Draw a trade that no note brought, within a week of one that a note did."""
    day = business_day(near.created_at) + timedelta(days=rng.randint(-7, 7))
    created_at = _moment_of(rng, min(max(day, FIRST_DAY), LAST_DAY))
    paid_at = None if rng.random() < 0.06 else created_at + rng.randint(5, 900) * SECOND
    count = 2 if rng.random() < 0.15 else 1
    lines = tuple(
        _line(
            rng,
            seller,
            created_at,
            paid_at,
            discount_fen=rng.randint(100, 900) if count > 1 else 0,
            may_be_affiliate=True,
        )
        for _n in range(count)
    )
    return Trade(lines[0].oid if count == 1 else _number(rng), lines)


def _line(
    rng: Random,
    seller: Seller,
    created_at: datetime,
    paid_at: datetime | None,
    *,
    discount_fen: int,
    may_be_affiliate: bool = False,
) -> Line:
    item = rng.choice(seller.items_for_sale)
    pieces = 2 if rng.random() < 0.08 else 1
    paid_fen = int(item.price_fen * pieces * rng.uniform(0.85, 1))
    steps, refunds = _course(rng, created_at, paid_at, paid_fen)
    return Line(
        oid=_number(rng),
        num_iid=item.num_iid,
        pieces=pieces,
        paid_fen=paid_fen,
        discount_fen=discount_fen,
        created_at=created_at,
        paid_at=paid_at,
        steps=steps,
        refunds=refunds,
        is_affiliate=rng.random() < 0.12 and may_be_affiliate and paid_at is not None,
    )


def _course(
    rng: Random,
    created_at: datetime,
    paid_at: datetime | None,
    paid_fen: int,
    order: Order | None = None,
) -> tuple[Steps, tuple[Refund, ...]]:
    """Draw what becomes of a sub-order; one that a note brought is cancelled when the world says.

    What is cancelled before its goods arrived is closed by its refund; a later refund, whole or
    in part, leaves the order finished.
    """
    steps = [(created_at, UNPAID)]
    if paid_at is None:
        return (*steps, (created_at + rng.randint(600, DAY) * SECOND, NEVER_PAID)), ()
    sent_at = paid_at + rng.randint(3 * 3600, 45 * 3600) * SECOND
    received_at = sent_at + rng.randint(3 * DAY, 9 * DAY) * SECOND
    steps += [(paid_at, PAID), (sent_at, SENT), (received_at, FINISHED)]
    cancelled_at = order.cancelled_at if order else None
    if order is None and rng.random() < 0.04:
        cancelled_at = paid_at + rng.randint(1800, 72 * 3600) * SECOND
    if cancelled_at:
        asked_at = paid_at + rng.random() * (cancelled_at - paid_at)
        whole = _refund(rng, paid_fen, asked_at, cancelled_at)
        kept = [step for step in steps if step[0] < cancelled_at]
        return (*kept, (cancelled_at, CLOSED)), (whole,)
    return tuple(steps), _later_refunds(rng, paid_fen, received_at)


def _later_refunds(rng: Random, paid_fen: int, received_at: datetime) -> tuple[Refund, ...]:
    """Most keep what they got; some send it back, or are paid a part, and a few are paid twice."""
    chance = rng.random()
    if chance > 0.07:
        return ()
    asked_at = received_at + rng.randint(3600, 12 * DAY) * SECOND
    ends_at = asked_at + rng.randint(3 * 3600, 40 * 3600) * SECOND
    if chance < 0.02:
        return (_refund(rng, paid_fen, asked_at, ends_at),)
    if chance < 0.03:
        return (_refund(rng, paid_fen, asked_at, ends_at, word=WITHDRAWN),)
    part = max(1, int(paid_fen * rng.uniform(0.05, 0.45)))
    first = _refund(rng, part, asked_at, ends_at)
    if chance < 0.06:
        return (first,)
    again_at = ends_at + rng.randint(3600, 4 * DAY) * SECOND
    return (first, _refund(rng, part, again_at, again_at + 9 * HOUR))


def _refund(
    rng: Random, fee_fen: int, asked_at: datetime, ends_at: datetime, *, word: str = GRANTED
) -> Refund:
    number = str(rng.randrange(110_000_000_000_000_000, 190_000_000_000_000_000))
    return Refund(number, fee_fen, ((asked_at, ASKED), (ends_at, word)))


def _moment_of(rng: Random, day: date) -> datetime:
    """Draw a moment of the day; a few are its very first or its last, where day cuts go wrong."""
    if rng.random() < 0.006:
        return starts_at(day) + rng.choice((timedelta(0), LAST_MOMENT))
    (hour,) = rng.choices(range(24), HOURS)
    return starts_at(day) + timedelta(hours=hour, seconds=rng.randrange(3600))


def _number(rng: Random) -> str:
    return str(rng.randrange(2_400_000_000_000_000_000, 2_500_000_000_000_000_000))
