"""The overview: what needs somebody, whether the data is there, and what the period brought."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import LinkStatus, StarDay
from campaigns.results.standing import width
from campaigns.tests.factories import (
    make_link,
    make_note,
    make_note_day,
    make_quarantined,
    make_window,
)
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.files import make_import
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 1)
URL = "/b/shancha/overview/"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def shown(client, **asked):
    page = client.get(URL, asked, headers=ENGLISH)
    assert page.status_code == 200
    return " ".join(page.text.split())


def test_the_brands_address_leads_to_the_overview(viewer):
    assert viewer.get("/b/shancha/")["Location"] == URL


def test_the_figures_are_those_of_the_results(viewer, connection):
    make_note_day(make_note(connection), DAY)

    overview = figures_on(viewer.get(URL).text)
    results = figures_on(viewer.get("/b/shancha/results/").text)

    both = {place for place in overview if place in results}
    assert len(both) > 10
    assert {place: overview[place] for place in both} == {place: results[place] for place in both}


def test_nothing_to_do_is_said(viewer, connection):
    assert "Nothing needs you today." in shown(viewer)


def test_a_rejected_link_is_named_with_its_page(viewer, connection):
    link = make_link(make_note(connection), LinkStatus.REJECTED)

    page = shown(viewer)

    assert "1 link was rejected" in page
    assert f'href="/b/shancha/links/{link.pk}/"' in page


def test_several_rejected_links_lead_to_the_list_of_them(viewer, connection):
    for number in (1, 2):
        make_link(make_note(connection, number), LinkStatus.REJECTED)

    assert 'href="/b/shancha/notes/?link=rejected"' in shown(viewer)


def test_a_consent_that_ends_soon_is_named_with_its_day(viewer, connection):
    with scope(Hat.NIGHT):
        connection.refresh_expires_at = timezone.now() + timedelta(days=3)
        connection.save()

    assert "ends on" in shown(viewer)


def test_rows_in_quarantine_days_that_failed_and_files_that_wait_are_named(
    viewer, store, connection
):
    make_quarantined(make_window(store, DAY, status="failed"))
    make_import(store, status="checked")

    page = shown(viewer)

    assert "1 row in quarantine" in page
    assert "1 day did not come" in page
    assert "1 file is checked and not applied" in page


def test_a_note_without_orders_is_named(viewer, connection):
    make_note_day(make_note(connection), DAY, order_15=None)

    assert "1 note returned no orders" in shown(viewer)


def test_what_is_worst_stands_first(viewer, store, connection):
    make_import(store, status="checked")
    make_link(make_note(connection), LinkStatus.REJECTED)

    page = shown(viewer)

    assert page.index("1 link was rejected") < page.index("1 file is checked")


def test_a_sources_day_shows_the_worst_of_its_reports(viewer, store, connection):
    day = date(2025, 6, 20)
    make_window(store, day, status="closed", closed_on=day, closed_at=timezone.now())
    late = make_window(store, day, report="juguang.unit_day", status="dead")

    assert f'class="c m" href="/b/shancha/data/windows/{late.pk}/"' in shown(viewer)


@pytest.mark.parametrize(
    ("orders", "gmv", "verdict"),
    [(400, 90_000, "worth more"), (400, 900, "may be stopped"), (29, 90_000, "Can&#x27;t be")],
)
def test_a_note_is_judged_by_its_interval_and_only_with_enough_orders(
    viewer, connection, orders, gmv, verdict
):
    make_note_day(make_note(connection, 1), DAY, fee_fen=1000, order_15=900, gmv_15_fen=9_000)
    make_note_day(
        make_note(connection, 2, title="判断我"), DAY, fee_fen=1000, order_15=orders, gmv_15_fen=gmv
    )

    groups = shown(viewer).split('class="rule"')[1:]

    assert [verdict in group for group in groups if "判断我" in group] == [True]


def test_a_young_note_is_not_judged(viewer, connection):
    make_note_day(make_note(connection), date(2025, 6, 20), order_15=500)

    assert "Can&#x27;t be judged yet" in shown(viewer)


def test_the_interval_narrows_with_the_orders():
    assert round(width(100), 3) == Decimal("0.196")
    assert width(400) * 2 == pytest.approx(width(100))
    assert width(0) == 1


def test_a_star_task_stands_on_a_line_of_its_own(viewer, store, connection):
    make_note_day(make_note(connection), DAY)
    named = {"level": "task", "object_id": "XHX1", "window_days": 15, "sampling": 5000}
    make_fact(StarDay, store, DAY, **named, read_uv=100, store_gmv_fen=123)

    page = viewer.get(URL, headers=ENGLISH).text

    assert figures_on(page)["store_gmv", "XHX1"] == "123"
    assert "sample 50%, not scaled up" in page
    assert figures_on(page)["gmv", "total"] == "20000"


def test_a_brand_without_figures_is_told_where_they_come_from(viewer, brand):
    page = shown(viewer)

    assert "No figures in these days yet" in page
    assert "Connect a store to Juguang" in page


def test_nothing_of_another_brand_is_shown(viewer, connection):
    stranger = make_connection(make_store(make_brand("other", "别家"), 5))
    make_link(make_note(stranger, 9), LinkStatus.REJECTED)
    make_note_day(make_note(stranger, 8), DAY)

    page = shown(viewer)

    assert "was rejected" not in page
    assert ("spend", "total") not in figures_on(page)


def test_ten_of_everything_take_as_many_queries_as_one(viewer, store, connection):
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            shown(viewer)
        return len(captured)

    def more(number):
        note = make_note(connection, number)
        make_note_day(note, DAY + timedelta(days=number % 3))
        make_link(note, LinkStatus.REJECTED)
        make_quarantined(make_window(store, DAY - timedelta(days=number), status="failed"))

    more(1)
    for_one = queries()
    for number in range(2, 12):
        more(number)
    assert queries() == for_one
