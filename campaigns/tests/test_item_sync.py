"""The catalogue: whole each night, changes each hour, and nothing deleted on one answer's word."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.links import catalogue, health
from campaigns.models import Catalogue, Item, ItemStatus, SyncWindow
from campaigns.reports import item_list
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from campaigns.tests.conftest import consent
from campaigns.tests.factories_health import make_catalogue
from merchants.tests.factories import make_store
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.top import Item as Told

BOX, CREAM, OIL, BODY_OIL = "710500689458", "710500483093", "710500318001", "710500854550"


@pytest.fixture
def store(brand, sandbox):
    sandbox.control(forget_items=True)
    store = make_store(brand, seller_id="2200657001", title="山茶官方旗舰店")
    consent(store)
    return store


def list_all(again=False):
    open_night(again=again)
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.get(report="top.items", day=days.yesterday())
    pull.pull_window(window.pk, owner="w1")
    with scope(Hat.NIGHT):
        window.refresh_from_db()
    return window


def items(**fields):
    with scope(Hat.NIGHT):
        return {row.num_iid: row for row in Item.objects.filter(**fields)}


def change(**fields):
    with scope(Hat.NIGHT):
        Item.objects.update(**fields)


def told(number=1, **fields) -> Told:
    fields = {"title": "山茶花", "price_fen": 100, "picture": "", "nick": ""} | fields
    return Told(f"{710_500_000_000 + number}", approve_status="onsale", **fields)


def test_a_night_lists_all_that_the_store_sells_and_what_lies_off_its_shelf(store, sandbox):
    window = list_all()

    truth = {str(i["num_iid"]): i for i in sandbox.items(2200657001)}
    found = items()
    assert (window.status, window.expected_rows) == ("closed", len(truth))
    assert {n: (i.price_fen, i.status) for n, i in found.items()} == {
        n: (i["price_fen"], i["approve_status"]) for n, i in truth.items()
    }
    assert found[BOX].status == ItemStatus.IN_STOCK


def test_each_item_has_its_category_its_times_and_its_stock(store):
    list_all()

    box = items()[BOX]
    assert box.cid.isdigit()
    assert days.business_day(box.modified_at) == date(2025, 6, 22)
    assert box.stock == 0
    assert box.delist_at > box.list_at


def test_a_second_night_without_changes_rewrites_no_item(store):
    list_all()
    change(known_at=days.starts_at(date(2025, 6, 1)))

    window = list_all(again=True)

    assert window.pull == 2
    assert {row.known_at for row in items().values()} == {days.starts_at(date(2025, 6, 1))}


def test_an_item_that_no_list_names_is_asked_for_singly_and_stays(store, sandbox):
    list_all()
    sandbox.control(item={"num_iid": OIL, "state": "hidden"})
    list_all(again=True)
    assert set(items(missing_since__isnull=False)) == {OIL}

    health.check_store(store.pk)

    assert items()[OIL].status == ItemStatus.ON_SALE
    assert items(missing_since__isnull=False) == {}


def test_an_item_is_deleted_when_the_list_and_a_single_question_agree(store, sandbox):
    list_all()
    sandbox.control(item={"num_iid": BODY_OIL, "state": "deleted"})
    list_all(again=True)
    assert items()[BODY_OIL].status == ItemStatus.IN_STOCK

    health.check_store(store.pk)

    assert items()[BODY_OIL].status == ItemStatus.DELETED


def test_an_item_that_comes_back_is_on_sale_again(store, sandbox):
    list_all()
    change(status=ItemStatus.DELETED)

    list_all(again=True)

    assert items()[OIL].status == ItemStatus.ON_SALE


def test_what_changed_in_the_meantime_is_known_within_the_hour(store, sandbox):
    list_all()
    sandbox.control(item={"num_iid": CREAM, "price_fen": 15_900})

    health.check_store(store.pk)

    assert items()[CREAM].price_fen == 15_900
    with scope(Hat.NIGHT):
        assert Catalogue.objects.get().known_until == days.known_now()


def test_an_older_answer_does_not_overwrite_a_newer_one(brand):
    owner, now = make_catalogue(make_store(brand)), days.known_now()
    with scope(Hat.NIGHT):
        item_list.write_items(owner, [told(price_fen=2, modified_at=now)], known_at=now)
        older = told(price_fen=1, modified_at=days.starts_at(date(2025, 6, 1)))
        assert item_list.write_items(owner, [older], known_at=now) == 0
        assert Item.objects.get().price_fen == 2


@pytest.mark.parametrize(
    "bad", [{"title": " "}, {"price_fen": 2**60}], ids=["no title", "beyond all money"]
)
def test_an_item_that_cannot_be_believed_is_refused_and_the_others_are_kept(brand, bad):
    owner = make_catalogue(make_store(brand))
    with scope(Hat.NIGHT):
        rows = [told(1), told(2, **bad)]
        assert item_list.write_items(owner, rows, known_at=days.known_now()) == 1
        assert item_list.why_not(rows[1])


def test_ten_thousand_items_are_written_in_as_many_statements_as_ten(brand):
    owner = make_catalogue(make_store(brand))

    def statements(rows):
        with scope(Hat.NIGHT), CaptureQueriesContext(connection) as queries:
            item_list.write_items(owner, rows, known_at=days.known_now())
        return len(queries)

    few = statements([told(n) for n in range(10)])
    assert statements([told(n) for n in range(100, 10_100)]) <= few + 1
    assert statements([told(n) for n in range(100, 10_100)]) < few


def test_a_store_is_handed_out_once_an_hour(store):
    assert catalogue.hand_out() == [store.pk]
    assert catalogue.hand_out() == []

    with scope(Hat.NIGHT):
        Catalogue.objects.update(not_before=days.starts_at(date(2025, 6, 1)))
    assert catalogue.hand_out() == [store.pk]


def test_with_tmall_away_the_next_try_is_put_off_and_nothing_is_lost(store, settings):
    list_all()
    before = items()
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}

    health.check_store(store.pk)

    with scope(Hat.NIGHT):
        row = Catalogue.objects.get()
    assert row.unanswered_since == days.known_now()
    assert row.problem
    assert catalogue.hand_out() == []
    assert items().keys() == before.keys()
