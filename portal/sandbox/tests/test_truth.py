import hashlib
import os
import re
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta

import pytest

from portal.sandbox.accounts import SELLERS
from portal.sandbox.truth import FIRST_DAY, LAST_DAY, build_world
from portal.tests.processes import ROOT

PRINT_DIGEST = (
    "import hashlib; from portal.sandbox.truth import build_world;"
    "print(hashlib.sha256(repr(build_world(618)).encode()).hexdigest())"
)


@pytest.fixture(scope="module")
def world():
    return build_world(618)


def everything(by_advertiser):
    return [event for events in by_advertiser.values() for event in events]


def test_the_same_seed_gives_the_same_world_in_another_process(world):
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    other = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST], cwd=ROOT, env=environment, capture_output=True
    )
    assert other.stdout.decode().strip() == hashlib.sha256(repr(world).encode()).hexdigest()


def test_another_seed_gives_another_world(world):
    assert build_world(619).jumps != world.jumps


def test_each_advertiser_has_its_notes_and_each_store_its_items(world):
    assert {a: len(notes) for a, notes in world.notes.items()} == {
        880001: 24,
        880002: 12,
        880003: 16,
        880004: 8,
        880005: 7,
    }
    assert [8 <= len(seller.items) <= 14 for seller in SELLERS] == [True] * 5
    assert [seller.kind for seller in SELLERS] == ["B", "B", "B", "C", "B"]


def test_ids_look_like_the_platforms_and_are_unique(world):
    notes, orders = everything(world.notes), everything(world.orders)
    assert all(re.fullmatch(r"[0-9a-f]{24}", note.note_id) for note in notes)
    assert all(re.fullmatch(r"\d{12}", str(i.num_iid)) for s in SELLERS for i in s.items)
    assert len({note.note_id for note in notes}) == len(notes)
    assert len({order.order_id for order in orders}) == len(orders)
    assert len({jump.click_id for jump in everything(world.jumps)}) > 50_000


def test_every_note_is_published_before_its_first_day_and_known_on_the_demos_date(world):
    notes = everything(world.notes)
    assert all(note.created_at.date() <= note.starts for note in notes)
    assert max(note.starts for note in notes) < date(2025, 6, 23)
    assert sum(note.starts.month == 6 for note in notes) >= 8
    assert sum((note.ends - note.starts).days < 10 for note in notes) >= 6


def test_spending_climbs_to_618_and_drops_after(world):
    spent = defaultdict(int)
    for delivery in everything(world.deliveries):
        spent[delivery.day] += delivery.fee_fen
    assert max(spent, key=spent.get) == date(2025, 6, 18)
    assert spent[date(2025, 5, 13)] > 1.2 * spent[date(2025, 5, 12)]
    assert spent[date(2025, 5, 17)] > 1.4 * spent[date(2025, 5, 15)]
    assert spent[date(2025, 6, 19)] < 0.4 * spent[date(2025, 6, 18)]
    assert (min(spent), max(spent)) == (FIRST_DAY, LAST_DAY)


def test_an_order_follows_its_jump_and_a_jump_its_ad_click(world):
    jumped = {(j.note_id, j.ad_clicked_at) for j in everything(world.jumps)}
    orders = everything(world.orders)
    assert all((o.note_id, o.ad_clicked_at) in jumped for o in orders)
    assert all(o.ad_clicked_at < o.created_at < o.paid_at for o in orders)
    assert all(j.ad_clicked_at < j.jumped_at for j in everything(world.jumps))


def test_no_note_day_has_more_jumps_than_ad_clicks(world):
    jumps = defaultdict(int)
    for jump in everything(world.jumps):
        jumps[jump.note_id, jump.ad_clicked_at.date()] += 1
    clicks = {(d.note_id, d.day): d.click for d in everything(world.deliveries)}
    assert all(count <= clicks[key] for key, count in jumps.items())
    assert all(0 < d.click <= d.impression for d in everything(world.deliveries))


def test_most_orders_come_in_a_week_and_a_few_in_no_window(world):
    orders = everything(world.orders)
    delays = [order.paid_at - order.ad_clicked_at for order in orders]
    in_a_week = sum(delay <= timedelta(days=7) for delay in delays) / len(orders)
    in_no_window = sum(delay > timedelta(days=30) for delay in delays) / len(orders)
    assert 0.55 < in_a_week < 0.67
    assert 0.01 < in_no_window < 0.06
    assert {timedelta(days=n) for n in (7, 15, 30)} < set(delays)


def test_about_three_in_a_hundred_orders_are_cancelled_within_72_hours(world):
    orders = everything(world.orders)
    cancelled = [order for order in orders if order.cancelled_at]
    assert 0.02 < len(cancelled) / len(orders) < 0.045
    assert all(o.cancelled_at - o.paid_at <= timedelta(hours=72) for o in cancelled)


def test_order_rate_and_order_value_are_believable(world):
    for advertiser_id, orders in world.orders.items():
        value = sum(order.amount_fen for order in orders) / len(orders) / 100
        assert 80 < value < 400
        assert 0.05 < len(orders) / len(world.jumps[advertiser_id]) < 0.1
    assert len(everything(world.jumps)) + len(everything(world.orders)) < 200_000


def test_some_clicks_fall_on_the_very_edge_of_a_day(world):
    times = {f"{jump.ad_clicked_at:%H:%M:%S}" for jump in everything(world.jumps)}
    assert {"00:00:00", "23:59:59"} < times
