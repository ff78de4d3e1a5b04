"""What ordered notes reached by 蒲公英's daily snapshots, from the answer to the ledger."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.models import CreatorNoteDay, CreatorOrder, SyncWindow
from campaigns.reports import creator_figures
from campaigns.reports.base import BadRow
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from merchants import seed
from merchants.tests.factories import make_store, make_user
from portal.lib import http
from portal.lib.scope import Hat, scope
from portal.partners.pugongying import OrderedNote

DAY = date(2025, 6, 22)
RECORDED = Path(creator_figures.__file__).parents[2] / "portal/partners/tests/recorded"
SUMS = {
    "impression": ("imp_origin", "imp_heat", "imp_promotion"),
    "impression_origin": ("imp_origin",),
    "impression_heat": ("imp_heat",),
    "impression_promotion": ("imp_promotion",),
    "read": ("read_origin", "read_heat", "read_promotion"),
    "read_origin": ("read_origin",),
    "read_heat": ("read_heat",),
    "read_promotion": ("read_promotion",),
    "read_uv": ("new_readers",),
    "like": ("like",),
    "collect": ("fav",),
    "comment": ("cmt",),
    "share": ("share",),
    "interaction": ("like", "fav", "cmt", "share"),
    "interest": ("interest",),
}
STAR_SUMS = {
    "star_ads_fen": ("ads_fee_fen",),
    "star_read_uv": ("new_star_readers",),
    "star_like_uv": ("new_likers",),
    "star_favourite_uv": ("new_favers",),
    "star_comment_uv": ("new_commenters",),
    "star_share_uv": ("new_sharers",),
    "store_visit_uv": ("new_visitors_matched",),
}


@pytest.fixture
def account(brand, sandbox):
    store = make_store(brand)
    seed.consent_pugongying(store, make_user(), 660001)
    return store


def pulled(day=DAY):
    open_night(again=True)
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.get(report="pugongying.note_day", day=day)
    pull.pull_window(window.pk, owner="test")
    with scope(Hat.NIGHT):
        window.refresh_from_db()
    return window


def facts():
    with scope(Hat.NIGHT):
        return list(CreatorNoteDay.objects.filter(known_to=None).order_by("day").values())


def recorded(place=0, **changes):
    answer = http.parse_json((RECORDED / "pugongying/notes.json").read_bytes())
    row = answer["data"]["data_list"][place] | changes
    return OrderedNote(
        note_id=row["note_id"],
        title=row["title"],
        creator=row["kol_name"],
        order_id=row["order_id"],
        kind=row["order_type"],
        price=row["price"],
        star_task_id=row["star_task_id"],
        ordered_on=row["order_create_time"],
        published_on=row["note_publish_time"],
        figures=row,
    )


def counted(events, sums, order_id, until):
    """Add up the order's days up to and with `until`."""
    own = [e for e in events if e["order_id"] == order_id and e["day"] <= f"{until}"]
    return {name: sum(e[part] for e in own for part in parts) for name, parts in sums.items()}


def test_a_snapshot_puts_the_world_into_the_ledger_field_by_field(account, sandbox):
    window = pulled()

    events, kept = sandbox.creators(880001)["days"], facts()
    assert (window.status, window.error) == ("closed", "")
    assert len(kept) == window.expected_rows >= 10
    for fact in kept:
        happened = counted(events, SUMS, fact["order_id"], DAY)
        assert {name: fact[name] for name in happened} == happened


def test_the_star_block_is_of_the_day_before_and_of_orders_with_a_task_alone(account, sandbox):
    pulled()

    truth = sandbox.creators(880001)
    orders = {order["order_id"]: order for order in truth["orders"]}
    kept = facts()
    tasks = [fact for fact in kept if fact["star_task_id"]]
    assert 0 < len(tasks) < len(kept)
    for fact in tasks:
        order = orders[fact["order_id"]]
        happened = counted(truth["days"], STAR_SUMS, fact["order_id"], DAY - timedelta(days=1))
        assert fact["star_task_id"] == order["star_task_id"]
        assert {name: fact[name] for name in happened} == happened
        assert (fact["sampling"], fact["creator_fee_fen"]) == (5000, order["price_fen"])
        assert fact["star_total_fen"] == fact["star_creator_fen"] + fact["star_ads_fen"]
    without = [fact for fact in kept if not fact["star_task_id"]]
    assert {fact[name] for fact in without for name in (*STAR_SUMS, "sampling")} == {None}


def test_each_of_the_three_snapshots_that_are_kept_is_asked_for(account):
    kept = {}
    for ago in range(3):
        day = DAY - timedelta(days=ago)
        assert pulled(day).status == "closed"
        kept[day] = {f["order_id"]: f["read"] for f in facts() if f["day"] == day}

    newest, _between, oldest = kept.values()
    both = newest.keys() & oldest.keys()  # an order of 90 days ago is out of reach since
    assert len(both) > 5
    assert all(newest[order_id] > oldest[order_id] for order_id in both)
    with scope(Hat.NIGHT):
        assert CreatorOrder.objects.count() == 0  # orders are another report's


@pytest.mark.parametrize(
    ("last", "days"), [(DAY, 3), (date(2025, 6, 21), 2), (date(2025, 6, 10), 0)]
)
def test_a_snapshot_that_is_gone_is_not_asked_for(account, last, days):
    open_night(last)

    with scope(Hat.NIGHT):
        assert SyncWindow.objects.filter(report="pugongying.note_day").count() == days


def test_a_second_pull_of_a_snapshot_writes_nothing(account):
    pulled()
    before = facts()
    pulled()

    assert facts() == before


def test_a_recorded_answer_is_read():
    row = creator_figures.parse(recorded(), DAY)

    assert (row["day"], row["creator_fee_fen"], row["service_fee_fen"]) == (DAY, 1200000, 120000)
    assert (row["read_uv"], row["interest"], row["interaction"]) == (7712, 612, 640)
    assert (row["star_task_name"], row["star_group_id"]) == ("红猫星任务 六月", "EG20250601")
    assert (row["star_from"], row["star_to"]) == (date(2025, 6, 1), date(2025, 7, 31))
    assert (row["sampling"], row["store_visit_uv"], row["star_ads_fen"]) == (5000, 93, 131337)


def test_an_order_without_a_star_task_has_no_star_block():
    row = creator_figures.parse(recorded(1), DAY)

    assert (row["star_task_id"], row["sampling"], row["star_read_uv"]) == ("", None, None)
    assert (row["creator_fee_fen"], row["impression"]) == (None, 120450)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (Decimal("50.00"), 5000),
        ("33.33%", 3333),
        (100, 10000),
        ("0.01", 1),
        ("-", None),
        (None, None),
    ],
    ids=["half", "text", "whole", "least", "dash", "null"],
)
def test_a_sampling_ratio_is_kept_in_hundredths_of_a_per_cent(told, kept):
    assert creator_figures.parse(recorded(star_trans_ratio=told), DAY)["sampling"] == kept


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"star_trans_ratio": 0}, "star_trans_ratio is no share"),
        ({"star_trans_ratio": Decimal("100.01")}, "star_trans_ratio is no share"),
        ({"star_trans_ratio": "50.005"}, "star_trans_ratio is no share"),
        ({"star_trans_ratio": "-5"}, "star_trans_ratio is not"),
        ({"read_num": -1}, "read_num is negative"),
        ({"imp_num": Decimal("1.5")}, "imp_num is not"),
        ({"kol_price": Decimal("1.005")}, "kol_price has more"),
        ({"event_group_start_time": "1.6."}, "event_group_start_time is no day"),
        ({"event_group_end_time": "2025-06-31"}, "event_group_end_time is no day"),
        ({"note_id": "x"}, "note id"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_row_that_cannot_be_believed_is_refused(changes, reason):
    with pytest.raises(BadRow, match=reason):
        creator_figures.parse(recorded(**changes), DAY)


def test_a_row_without_a_figure_that_must_be_there_is_refused():
    row = recorded()
    bare = {name: value for name, value in row.figures.items() if name != "read_num"}

    with pytest.raises(BadRow, match="read_num is missing"):
        creator_figures.parse(replace(row, figures=bare), DAY)
