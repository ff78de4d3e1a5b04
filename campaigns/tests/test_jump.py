from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.jump.taps import taps_by_day, total
from campaigns.models import Click, Link, LinkStatus
from campaigns.tests.factories import make_click, make_link, note_of
from campaigns.tests.test_agents import IPHONE, MATE
from merchants.models import Store, StoreStatus
from merchants.tests.factories import make_participation, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

H5 = "https://detail.m.tmall.com/item.htm?id=739204418852"


@pytest.fixture
def link(brand) -> Link:
    return make_link(note_of(make_store(brand, domain="shancha")))


def tap(link, query="", *, agent=IPHONE, method="get", **headers):
    url = f"/j/{link.code}{query}"
    return getattr(Client(), method)(url, headers={"User-Agent": agent} | headers)


def clicks() -> list[Click]:
    with scope(Hat.NIGHT):
        return list(Click.objects.all())


def change(model, **fields):
    with scope(Hat.NIGHT):
        model.objects.update(**fields)


def takes_part(link, status):
    with scope(Hat.NIGHT):
        return make_participation(link.store, status)


def test_a_tap_is_written_down_and_lands_at_tmall(link):
    response = tap(link, "?click_id=abc&campaign_id=5", agent=MATE)

    assert (response.status_code, response["Location"]) == (302, H5)
    (click,) = clicks()
    assert (click.link_id, click.system, click.is_bot) == (link.pk, "harmony", False)
    assert (click.click_id, click.ad_campaign_id, click.ad_unit_id) == ("abc", "5", "")


def test_a_released_stores_link_stops_with_the_way_to_the_store_in_as_many_queries(link):
    with CaptureQueriesContext(connection) as stays:
        tap(link)
    with scope(Hat.ADMIN):
        Store.objects.filter(pk=link.store_id).update(released_at=days.known_now())

    with CaptureQueriesContext(connection) as released:
        response = tap(link)

    assert response.status_code == 200
    assert "https://shancha.tmall.com/" in response.text
    assert len(clicks()) == 1
    assert len(released) == len(stays) - 1  # the click that is not written


def test_a_tap_is_dated_by_the_products_own_clock(link):
    tap(link)

    assert clicks()[0].at == days.known_now()


def test_the_answer_is_never_kept_and_tells_tmall_nothing_of_us(link):
    response = tap(link)

    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_a_link_preview_is_sent_on_but_counted_as_a_robot(link):
    assert tap(link, method="head").status_code == 302
    assert tap(link, agent="curl/8.5.0").status_code == 302
    assert [click.is_bot for click in clicks()] == [True, True]


@pytest.mark.parametrize(("status", "answer"), [("draft", 200), ("paused", 200), ("ended", 410)])
def test_a_link_that_is_not_live_names_the_store_and_counts_nothing(link, status, answer):
    change(Link, status=status)

    response = tap(link)

    assert response.status_code == answer
    assert "https://shancha.tmall.com/" in response.text
    assert response["Cache-Control"] == "no-store"
    assert clicks() == []


def test_a_store_that_is_not_approved_gets_no_tap(link):
    change(Store, status=StoreStatus.REGISTERED)

    assert tap(link).status_code == 200
    assert clicks() == []


def test_a_suspended_store_pauses_its_links_without_punishing_the_reader(link):
    participation = takes_part(link, "suspended")
    response = tap(link)

    assert response.status_code == 200
    assert "https://shancha.tmall.com/" in response.text
    assert clicks() == []
    with scope(Hat.NIGHT):
        participation.move_to("good")
    assert tap(link).status_code == 302


@pytest.mark.parametrize("status", ["good", "at_risk", "restricted"])
def test_links_of_a_store_that_is_not_suspended_lead_on(link, status):
    takes_part(link, status)
    assert tap(link).status_code == 302


def test_a_store_without_a_known_address_is_named(link):
    change(Link, status=LinkStatus.PAUSED)
    change(Store, domain="")

    response = tap(link)

    assert "山茶官方旗舰店1" in response.text
    assert "tmall.com" not in response.text


def test_a_row_that_cannot_be_believed_leads_nowhere(link):
    change(Link, item_id="000000")

    response = tap(link)

    assert response.status_code == 200
    assert "Location" not in response
    assert clicks() == []


ODD = [
    "22222222",
    "a",
    "x" * 5000,
    "%00",
    "a%00b",
    "%ff%fe",
    "..%2f",
    "ABCDEFGH",
    "１２３４５６７８",
]


@pytest.mark.parametrize("code", ODD)
def test_an_odd_or_unknown_code_is_a_friendly_404(link, code):
    response = Client().get(f"/j/{code}", headers={"User-Agent": IPHONE})

    assert response.status_code == 404
    assert "山茶" not in response.text
    assert clicks() == []


@pytest.mark.parametrize(
    "query", ["?%ff=%00", "?click_id=%00", "?" + "&" * 3000, "?a" * 2000, "?click_id=%F0%9F%92%84"]
)
def test_an_odd_query_never_stops_a_reader(link, query):
    assert tap(link, query).status_code == 302
    assert clicks()[0].click_id == ""


def test_a_tap_takes_one_look_and_one_line(link):
    with CaptureQueriesContext(connection) as captured:
        tap(link)

    # who does it goes before each statement, in the same message
    tables = [q["sql"].rpartition("; ")[2] for q in captured if "campaigns_" in q["sql"]]
    assert [sql.split()[0] for sql in tables] == ["SELECT", "INSERT"]
    assert not any("django_session" in q["sql"] for q in captured)


def test_taps_are_counted_by_business_day_and_robots_apart(link):
    make_click(link, at=datetime(2025, 6, 22, 23, 59, 59, tzinfo=days.SHANGHAI))
    make_click(link, at=datetime(2025, 6, 23, 0, 0, tzinfo=days.SHANGHAI), system="android")
    make_click(link, at=datetime(2025, 6, 23, 9, 0, tzinfo=days.SHANGHAI), is_bot=True)
    make_click(link, at=datetime(2025, 6, 9, 9, 0, tzinfo=days.SHANGHAI))

    with scope(Hat.NIGHT):
        taps = taps_by_day(link, last=date(2025, 6, 23))

    assert len(taps) == 14
    assert [(day.people, day.robots) for day in taps[:3]] == [(1, 1), (1, 0), (0, 0)]
    assert taps[0].by_system["android"] == 1
    assert (total(taps).people, total(taps).robots) == (2, 1)
