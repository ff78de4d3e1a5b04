"""Files that are too long to wait for: offered, asked for, and taken by nobody but the asker."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.exports import files, work
from campaigns.exports.services import MOST_WAITING
from campaigns.models import Export, ExportPart, StoreOrder
from campaigns.results import reconcile_orders
from campaigns.tests.exports import make_export, many
from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.test_reconcile import DAY, sold
from campaigns.tests.test_results_star import told as told_of_a_task
from merchants.models import AccessEvent, AccessKind, Membership, MembershipStore, Role, User
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_grant,
    make_membership,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

PERIOD = {"from": "2025-06-10", "to": "2025-06-18", "as_of": "2025-06-20"}
EXPORTS = "/b/shancha/data/exports/"
BUCKET = "/b/shancha/reconciliation/buckets/store"
FILES = {
    "results": "/b/shancha/results",
    "star": "/b/shancha/results/star",
    "in_site": "/b/shancha/reconciliation/in-site",
    "orders": BUCKET,
}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand, title="山茶官方旗舰店")


@pytest.fixture
def finance(client_as):
    return client_as(Role.FINANCE)


@pytest.fixture
def told(store):
    """Something in each file, a cell of it a formula."""
    connection = make_connection(store)
    for number in (1, 2, 3):
        make_note_day(make_note(connection, number, title="=1+1"), date(2025, 6, 18))
        sold(store, number, item_title="@SUM(A1)")
        told_of_a_task(store, DAY, object_id=f"{number}")


@pytest.fixture
def short(monkeypatch):
    """Make three rows a long file."""
    monkeypatch.setattr(files, "AT_ONCE", 2)


def ask(client, what, ending="csv", **asked):
    said = {"what": what, "ending": ending, "bucket": "store"} | PERIOD | asked
    return client.post(f"{EXPORTS}new/", said, headers=ENGLISH)


def made(client, what, ending="csv", **asked):
    """Have a file made, and take it."""
    assert ask(client, what, ending, **asked).status_code == 302
    (owed,) = work.hand_out()
    work.make(owed)
    return client.get(f"{EXPORTS}{owed}/file/")


def whole(answer):
    return b"".join(answer.streaming_content)


def exports():
    with scope(Hat.NIGHT):
        return list(Export.objects.order_by("pk"))


def test_ten_thousand_rows_are_a_file_and_one_more_is_an_offer(finance, store):
    many(sold(store, 1), 9_999)
    at_once = finance.get(f"{BUCKET}.csv", PERIOD)
    many(sold(store, 20_000), 0)

    offered = finance.get(f"{BUCKET}.csv", PERIOD, headers=ENGLISH)

    assert at_once["Content-Type"].startswith("text/csv")
    assert "It has 10,001 rows" in offered.text
    assert exports() == []  # nothing is made of a question alone


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_made_is_to_the_byte_what_would_come_at_once(finance, store, ending, monkeypatch):
    many(sold(store, 1, item_title="=1+1"), 10_500)

    later = whole(made(finance, "orders", ending))
    monkeypatch.setattr(files, "AT_ONCE", 20_000)
    at_once = finance.get(f"{BUCKET}.{ending}", PERIOD, headers=ENGLISH).content

    assert len(exports()) == 1
    assert later == at_once


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("what", FILES)
def test_every_kind_is_made_as_its_page_makes_it(finance, told, what, ending):
    at_once = finance.get(f"{FILES[what]}.{ending}", PERIOD, headers=ENGLISH).content

    assert whole(made(finance, what, ending)) == at_once


@pytest.mark.parametrize("what", FILES)
def test_the_offer_asks_for_what_was_asked(finance, told, short, what):
    page = finance.get(f"{FILES[what]}.csv", PERIOD | {"window": 15}, headers=ENGLISH).text

    assert "It has 3 rows" in page
    for name, value in (PERIOD | {"window": "15"}).items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_groups_are_counted_and_not_their_notes(finance, told, short):
    answer = finance.get(f"{FILES['results']}.csv", PERIOD | {"group": "creator"})

    assert answer["Content-Type"].startswith("text/csv")


def test_a_file_is_of_the_moment_it_was_asked_for(finance, store, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    asked = {"from": "2025-06-10", "to": "2025-06-12"}
    finance.post(f"{EXPORTS}new/", {"what": "orders", "ending": "csv", "bucket": "store"} | asked)
    sold(store, 1, known_from=days.known_now() + timedelta(hours=1))

    (owed,) = work.hand_out()
    work.make(owed)

    assert exports()[0].rows == 0


def test_the_list_tells_how_far_each_is_and_asks_again_by_itself(finance, told):
    ask(finance, "results")
    waiting = finance.get(EXPORTS, headers=ENGLISH).text
    work.make(exports()[0].pk)
    ready = finance.get(EXPORTS, headers=ENGLISH).text

    assert "Waits" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    assert f"{EXPORTS}{exports()[0].pk}/file/" in ready
    assert "every 3s" not in ready


def test_a_download_is_recorded(finance, told):
    made(finance, "results")

    with scope(Hat.ADMIN):
        names = AccessEvent.objects.filter(kind=AccessKind.EXPORT).values_list("what", flat=True)
        assert list(names) == ["shancha-2025-06-10-2025-06-18-15d.csv"]


def test_the_same_question_twice_is_one_file(finance, told):
    ask(finance, "results")
    ask(finance, "results")

    assert len(exports()) == 1


def test_a_brand_has_so_many_that_wait(finance, told, brand):
    for window in ("7", "15", "30"):
        ask(finance, "results", window=window)
    for number in range(MOST_WAITING - 3):
        make_export(brand, make_user(f"other{number}@example.test"))

    refused = ask(finance, "results", group="day")

    assert refused.status_code == 422
    assert f"{MOST_WAITING} exports that wait already" in refused.text
    assert len(exports()) == MOST_WAITING


def test_what_is_too_long_for_any_file_is_refused(finance, told, short, monkeypatch):
    monkeypatch.setattr(files, "MOST", 2)

    page = finance.get(f"{FILES['results']}.csv", PERIOD, headers=ENGLISH)

    assert page.status_code == 422
    assert "choose fewer days" in page.text
    assert '<button class="btn btn-primary">' not in page.text
    assert ask(finance, "results").status_code in {302, 422}


@pytest.mark.parametrize("said", [{"store": "7"}, {"from": "2025-13-01"}, {"bucket": "nothing"}])
def test_a_question_that_cannot_be_asked_is_refused_in_words(finance, store, said):
    answer = ask(finance, "orders", **said)

    assert answer.status_code == 422
    assert "Part of what it asks for is gone" in answer.text


@pytest.mark.parametrize("said", [{"what": "everything"}, {"ending": "exe"}])
def test_a_file_that_does_not_exist_is_not_found(finance, store, said):
    assert ask(finance, **({"what": "results"} | said)).status_code == 404


def test_orders_are_not_for_a_marketer(client_as, told):
    assert ask(client_as(Role.MARKETER), "orders").status_code == 403


def test_an_export_that_has_expired_is_gone_and_then_forgotten(finance, told):
    pk = int(made(finance, "results").request["PATH_INFO"].split("/")[-3])
    with scope(Hat.NIGHT):
        Export.objects.update(expires_at=days.known_now())

    assert finance.get(f"{EXPORTS}{pk}/file/").status_code == 404
    assert "Expired" in finance.get(EXPORTS, headers=ENGLISH).text
    with scope(Hat.NIGHT):
        assert work.forget(days.known_now()) == 1
        assert not ExportPart.objects.exists()
    assert exports() == []


def test_nobody_else_finds_it(finance, client_as, told, brand):
    path = made(finance, "results").request["PATH_INFO"]
    others = [client_as(Role.OWNER), client_as(None)]

    assert [other.get(path).status_code for other in others] == [404, 404]
    assert "shancha-2025" not in others[0].get(EXPORTS).text


def no_finance_any_more(brand, store, user):
    Membership.objects.filter(user=user).update(role=Role.VIEWER)


def narrowed(brand, store, user):
    own = {"brand": brand, "membership": Membership.objects.get(user=user)}
    MembershipStore.objects.create(**own, store=store)


def suspended(brand, store, user):
    Membership.objects.filter(user=user).update(suspended_at=days.known_now())


def gone(brand, store, user):
    Membership.objects.filter(user=user).delete()


@pytest.mark.parametrize("change", [no_finance_any_more, narrowed, suspended, gone])
def test_who_may_see_less_by_now_gets_nothing(finance, told, brand, store, change):
    path = made(finance, "orders").request["PATH_INFO"]
    ask(finance, "orders", window="30")
    with scope(Hat.WEB, brand=brand.pk):
        change(brand, store, User.objects.get(email="finance@example.test"))

    (owed,) = work.hand_out()
    work.make(owed)

    assert finance.get(path).status_code == 404
    assert [each.status for each in exports()] == ["ready", "failed"]
    assert exports()[1].trouble == "narrowed"
    with scope(Hat.NIGHT):
        assert not ExportPart.objects.filter(export=owed).exists()


def test_the_database_alone_hides_what_is_wider_than_a_narrowed_reader(finance, told, brand, store):
    made(finance, "results")
    user = User.objects.get(email="finance@example.test")

    with scope(Hat.WEB, brand=brand.pk, user=user.pk, stores=(store.pk,)):
        assert (Export.objects.count(), ExportPart.objects.count()) == (0, 0)
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        assert (Export.objects.count(), ExportPart.objects.count()) == (1, 1)
    with scope(Hat.WEB, brand=brand.pk, user=make_user("colleague@example.test").pk):
        assert (Export.objects.count(), ExportPart.objects.count()) == (0, 0)


def test_a_narrowed_reader_is_made_a_file_of_their_stores(brand, told, store):
    other = make_store(brand, 2, title="别店")
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.FINANCE, (other,))
    sold(other, 77)
    client = Client()
    client.force_login(user)

    content = whole(made(client, "orders")).decode()

    assert "别店,77," in content
    assert "山茶官方旗舰店" not in content


def test_an_agencys_person_takes_a_file_until_the_grant_ends(brand, told, store):
    agency = make_brand("agency", "代运营")
    user = make_user("agent@example.test")
    make_membership(agency, user, Role.MARKETER)
    grant = make_grant(brand, agency, (store,))
    client = Client()
    client.force_login(user)

    path = made(client, "results").request["PATH_INFO"]
    taken = client.get(path)
    with scope(Hat.WEB, brand=brand.pk):
        grant.move_to("revoked")

    assert taken.status_code == 200
    assert client.get(path).status_code == 404


def test_the_list_takes_as_many_queries_for_ten_as_for_one(finance, told, brand):
    user = User.objects.get(email="finance@example.test")

    def queries():
        with CaptureQueriesContext(database) as captured:
            finance.get(EXPORTS)
        return len(captured)

    make_export(brand, user)
    for_one = queries()
    for _each in range(9):
        make_export(brand, user)

    assert queries() == for_one


def test_orders_are_read_some_at_a_time(finance, store, monkeypatch):
    monkeypatch.setattr(reconcile_orders, "AT_ONCE", 2)
    for number in range(5):
        sold(store, number)

    content = whole(made(finance, "orders")).decode("utf-8-sig")

    with scope(Hat.NIGHT):
        names = set(StoreOrder.objects.values_list("sub_order_id", flat=True))
    lines = content.split("\r\n\r\n")[1].splitlines()[1:]
    assert {line.split(",")[1] for line in lines} == names
    assert len(lines) == 5
