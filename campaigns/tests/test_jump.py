"""Django's own door to the jump, and what its clicks become."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings as own_settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.jump.shipping import Shipper
from campaigns.jump.table import LinkTable
from campaigns.jump.taps import kinds_of_taps, taps_by_day, taps_by_hour, total, ways_of_taps
from campaigns.models import Click, Heartbeat, Link, LinkStatus
from campaigns.tests.agents import IPHONE, MATE, READERS, WINDOWS
from campaigns.tests.factories import make_click, make_link, note_of
from merchants.models import Role, Store, StoreStatus
from merchants.tests.factories import make_participation, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

ITEM = "https://detail.tmall.com/item.htm?id=739204418852"
H5 = "https://detail.m.tmall.com/item.htm?id=739204418852"
IN_NOTE = READERS["ios", "xiaohongshu"]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def spool(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.JUMP_LINKS_DIR = tmp_path / "links"
    return settings.SPOOL_DIR


@pytest.fixture
def link(brand) -> Link:
    return make_link(note_of(make_store(brand, domain="shancha")))


def point_to_nowhere(patch) -> None:
    """Take the database away from whoever connects anew."""
    patch.setitem(connections["default"].settings_dict, "HOST", "/nowhere/at/all")
    connections["default"].close()


def tap(link, query="", *, agent=IPHONE, method="get", client=None, **headers):
    url = f"/j/{link.code}{query}"
    return getattr(client or Client(), method)(url, headers={"User-Agent": agent} | headers)


def clicks() -> list[Click]:
    """Ship what was kept, and return all there is."""
    Shipper(own_settings.SPOOL_DIR).ship()
    with scope(Hat.NIGHT):
        return list(Click.objects.order_by("at", "pk"))


def change(model, **fields):
    with scope(Hat.NIGHT):
        model.objects.update(**fields)


def takes_part(link, status):
    with scope(Hat.NIGHT):
        return make_participation(link.store, status)


def test_a_tap_is_written_down_and_lands_at_tmall(link):
    response = tap(link, "?click_id=abc&campaign_id=5&callback_param=p%3D%3D", agent=IPHONE)

    assert (response.status_code, response["Location"]) == (302, ITEM)
    (click,) = clicks()
    assert (click.link_id, click.brand_id, click.store_id) == (
        link.pk,
        link.brand_id,
        link.store_id,
    )
    assert (click.kind, click.system, click.app, click.went) == (
        "person",
        "ios",
        "plain",
        "universal",
    )
    assert (click.click_id, click.ad_campaign_id, click.callback_param) == ("abc", "5", "p==")
    assert (click.ad_unit_id, click.device_kind, click.is_repeat) == ("", "coarse", False)


def test_in_the_note_a_page_tries_the_app_and_leads_on_without_a_script(link):
    response = tap(link, agent=IN_NOTE)

    assert response.status_code == 200
    assert f'<noscript><meta http-equiv="refresh" content="0; url={H5}"></noscript>' in (
        response.text
    )
    assert 'href="tbopen://m.taobao.com/tbopen/index.html?' in response.text
    assert f'href="{H5}"' in response.text
    assert clicks()[0].went == "deep_link_page"


def test_the_pages_policy_names_the_one_script_on_it(link):
    policies = [tap(link, agent=MATE)["Content-Security-Policy"] for _time in range(2)]

    assert policies[0] != policies[1]
    assert "unsafe" not in policies[0]
    assert policies[0].startswith("default-src 'none'; script-src 'nonce-")
    response = tap(link, agent=MATE)
    nonce = response["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert response.text.count(f'nonce="{nonce}"') == 2


def test_what_the_reader_sends_never_chooses_where_they_go(link):
    query = "?url=https://evil.example&to=//evil.example&click_id=https://evil.example/"

    assert tap(link, query)["Location"] == ITEM
    assert tap(link, query, agent=WINDOWS)["Location"] == ITEM
    assert "evil" not in tap(link, query, agent=MATE).text


def test_no_address_agent_or_device_id_is_kept(link, spool):
    oaid = "5d41402abc4b2a76b9719d911017c592"
    tap(link, f"?oaid_md5={oaid}&ip=203.0.113.77&ua=Secretphone", agent=MATE)

    kept = b"".join(path.read_bytes() for path in spool.iterdir()).decode()
    assert not any(word in kept for word in (oaid, "203.0.113", "127.0.0.1", "Secret", "Mozilla"))
    assert clicks()[0].device_kind == "oaid"


def test_a_released_stores_link_stops_with_the_way_to_the_store(link):
    with scope(Hat.ADMIN):
        Store.objects.filter(pk=link.store_id).update(released_at=days.known_now())

    response = tap(link)

    assert response.status_code == 200
    assert "https://shancha.tmall.com/" in response.text


def test_a_tap_is_dated_by_the_products_own_clock(link):
    tap(link)

    assert clicks()[0].at == days.known_now()


def test_the_answer_is_never_kept_and_tells_tmall_nothing_of_us(link):
    for agent in (IPHONE, IN_NOTE):
        response = tap(link, agent=agent)
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert not response.cookies


def test_a_program_is_sent_on_but_counted_apart(link):
    assert tap(link, method="head").status_code == 302
    assert tap(link, agent="curl/8.5.0").status_code == 302
    assert tap(link, **{"Sec-Purpose": "prefetch"}).status_code == 302
    assert sorted(click.kind for click in clicks()) == ["bot", "head", "prefetch"]


def test_asking_for_the_headers_of_a_page_brings_no_page(link):
    response = tap(link, method="head", agent=MATE)

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("status", "answer"),
    [("draft", 200), ("submitted", 200), ("paused", 200), ("broken", 200), ("ended", 410)],
)
def test_a_link_that_is_not_live_names_the_store_and_counts_no_tap(link, status, answer):
    change(Link, status=status)

    response = tap(link)

    assert response.status_code == answer
    assert "https://shancha.tmall.com/" in response.text
    assert response["Cache-Control"] == "no-store"
    assert [click.went for click in clicks()] == ["stop_page"]
    with scope(Hat.NIGHT):
        assert Click.objects.taps().count() == Link.objects.with_taps().get().tap_count == 0


def test_the_page_speaks_the_readers_language(link):
    change(Link, status=LinkStatus.PAUSED)

    assert "This link is paused" in tap(link, **ENGLISH).text
    assert "链接暂停中" in tap(link, **{"Accept-Language": "fr"}).text


def test_a_store_that_is_not_approved_gets_no_tap(link):
    change(Store, status=StoreStatus.REGISTERED)

    assert tap(link).status_code == 200
    assert [click.went for click in clicks()] == ["stop_page"]


def test_a_suspended_store_pauses_its_links_without_punishing_the_reader(link):
    participation = takes_part(link, "suspended")
    response = tap(link)

    assert response.status_code == 200
    assert "https://shancha.tmall.com/" in response.text
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
    assert [click.went for click in clicks()] == ["stop_page"]


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


def test_a_tap_takes_one_look_at_the_links_and_writes_no_row(link):
    with CaptureQueriesContext(connection) as captured:
        tap(link)

    # who does it goes before each statement, in the same message
    tables = [q["sql"].rpartition("; ")[2] for q in captured if "campaigns_" in q["sql"]]
    assert [sql.split()[0] for sql in tables] == ["SELECT"]
    assert not any("django_session" in q["sql"] for q in captured)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_database_that_is_gone_stops_no_reader_and_loses_no_tap(
    link, settings, monkeypatch, client_as
):
    member = client_as(Role.VIEWER)
    LinkTable(settings.JUMP_LINKS_DIR).refresh()
    with monkeypatch.context() as patch:
        point_to_nowhere(patch)
        assert tap(link)["Location"] == ITEM
        assert tap(link, client=member)["Location"] == ITEM
        unknown = Client().get("/j/zzzzzzzz", headers=ENGLISH)
    connections["default"].close()

    assert unknown.status_code == 200
    assert "can't be looked up just now" in unknown.text.replace("&#x27;", "'")
    assert len(clicks()) == 2


def test_with_a_full_disk_the_reader_is_sent_on_and_staff_are_told(link, spool, client):
    spool.parent.mkdir(exist_ok=True)
    spool.write_text("where the spool's folder should be")

    assert tap(link)["Location"] == ITEM
    assert Heartbeat.objects.filter(name="jump: clicks not kept").exists()


def at(hour, minute=0, day=23):
    return datetime(2025, 6, day, hour, minute, tzinfo=days.SHANGHAI)


def test_taps_are_counted_by_business_day_and_robots_apart(link):
    make_click(link, at=datetime(2025, 6, 22, 23, 59, 59, tzinfo=days.SHANGHAI))
    make_click(link, at=at(0), system="android", is_repeat=True)
    make_click(link, at=at(9), kind="bot")
    make_click(link, at=at(9), went="stop_page")
    make_click(link, at=at(9, day=9))

    with scope(Hat.NIGHT):
        taps = taps_by_day(link, last=date(2025, 6, 23))

    assert len(taps) == 14
    assert [(day.people, day.repeats, day.robots) for day in taps[-2:]] == [(1, 0, 0), (1, 1, 1)]
    assert taps[-1].by_system["android"] == 1
    assert (total(taps).people, total(taps).repeats, total(taps).robots) == (2, 1, 1)


def test_the_hours_of_a_day_are_24_in_shanghai(link):
    make_click(link, at=at(0))
    make_click(link, at=at(23, 59), is_repeat=True)
    make_click(link, at=at(9), kind="prefetch")
    make_click(link, at=at(0) - timedelta(seconds=1))

    with scope(Hat.NIGHT):
        hours = taps_by_hour(link, day=date(2025, 6, 23))

    assert [(each.start.hour, each.people, each.repeats) for each in hours if each.people] == [
        (0, 1, 0),
        (23, 1, 1),
    ]
    assert len(hours) == 24


def test_each_kind_of_request_is_counted_apart_and_each_way_by_its_people(link):
    day = {"first": date(2025, 6, 23), "last": date(2025, 6, 23)}
    make_click(link, went="universal")
    make_click(link, went="h5", is_repeat=True)
    make_click(link, went="stop_page")
    for kind in ("bot", "bot", "preview", "head"):
        make_click(link, kind=kind)

    with scope(Hat.NIGHT):
        kinds, ways = kinds_of_taps(link, **day), ways_of_taps(link, **day)

    assert (kinds.people, kinds.repeats, kinds.stopped) == (2, 1, 1)
    assert kinds.programs == {"head": 1, "prefetch": 0, "preview": 1, "bot": 2}
    assert ways == {
        "universal": 1,
        "deep_link_page": 0,
        "h5": 1,
        "canonical": 0,
        "stop_page": 1,
    }
