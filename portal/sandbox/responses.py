"""What readers of an ad did besides tapping it: saved, searched, came to the shop in the app.

Drawn for each ad apart from the world's own chances, which stay as they are without it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.sandbox.truth import Delivery

IN_SITE_DAYS = 7
# The advertisers with a shop in the app; of the others the platform tells nothing there.
WITH_IN_SITE_SHOP = {880001, 880003, 880005}
PER_CLICK = {
    "screenshot": 0.011,
    "pic_save": 0.006,
    "action_button_click": 0.02,
    "search_cmt_click": 0.008,
    "search_cmt_after_read": 0.012,
    "i_user_num": 0.22,
    "ti_user_num": 0.06,
    "outside_shop_visit": 0.03,
    "goods_visit": 0.015,
    "seller_visit": 0.006,
    "shopping_cart_add": 0.004,
}
ORDERS_PER_VISIT = 0.07


@dataclass(frozen=True, slots=True)
class InSiteOrder:
    """An order in the brand's own shop in the app; an ad's are dated by its click."""

    paid_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What one day's readers did; users are people, counted once within the day."""

    day: date
    screenshot: int
    pic_save: int
    action_button_click: int
    search_cmt_click: int
    search_cmt_after_read: int
    i_user_num: int
    ti_user_num: int
    outside_shop_visit: int
    goods_visit: int
    seller_visit: int
    shopping_cart_add: int
    orders: tuple[InSiteOrder, ...]


def responses(seed: int, ad: str, deliveries: Iterable[Delivery]) -> Iterator[Response]:
    """Yield one for each of the ad's deliveries."""
    rng = Random(f"{seed}/responses/{ad}")
    warmth = rng.lognormvariate(0, 0.3)
    for delivery in deliveries:
        counts = {
            name: int(delivery.click * rate * warmth + rng.random())
            for name, rate in PER_CLICK.items()
        }
        orders = tuple(_orders(rng, delivery.day, counts["goods_visit"]))
        yield Response(day=delivery.day, orders=orders, **counts)


def _orders(rng: Random, day: date, visits: int) -> Iterator[InSiteOrder]:
    for _each in range(int(visits * ORDERS_PER_VISIT + rng.random() / 2)):
        paid_on = day + timedelta(days=rng.randint(0, IN_SITE_DAYS))
        yield InSiteOrder(paid_on, rng.randrange(4_900, 39_900))
