import re
import time
from datetime import date, timedelta

import httpx
import pytest

from portal.sandbox.tests.calls import XHS_APP, call_xhs, report, xhs_code, xhs_token

REPORT = "/jg/data/report/offline/note"
SPAN = {"start_date": "2025-06-01", "end_date": "2025-06-22"}
JUNE_1, JUNE_22 = date(2025, 6, 1), date(2025, 6, 22)


@pytest.fixture
def token(sandbox):
    return xhs_token(sandbox, 880001, 880002)["access_token"]


def ask_report(sandbox, token, **changed):
    return call_xhs(sandbox, REPORT, token, **({"advertiser_id": 880001} | SPAN | changed))


def test_an_auth_code_buys_a_pair_with_the_approved_advertisers(sandbox):
    data = xhs_token(sandbox, 880001, 880002)
    assert data["approval_advertisers"] == [
        {"advertiser_id": 880001, "advertiser_name": "山茶官方旗舰店"},
        {"advertiser_id": 880002, "advertiser_name": "山茶个护专营店"},
    ]
    lifetimes = (data["access_token_expires_in"], data["refresh_token_expires_in"])
    assert lifetimes == (86_399, 2_591_999)
    assert data["scope"] == ["report_service", "ad_query"]


def test_an_auth_code_is_good_once(sandbox):
    body = XHS_APP | {"auth_code": xhs_code(sandbox, 880001)}
    answers = [call_xhs(sandbox, "/oauth2/access_token", "", **body) for _ in range(2)]
    assert [answer["code"] for answer in answers] == [0, 10410]


@pytest.mark.parametrize("path", ["/oauth2/access_token", "/oauth2/refresh_token"])
def test_wrong_credentials_are_refused(sandbox, path):
    body = rb'{"app_id": "7001", "secret": "\ud800", "auth_code": "x", "refresh_token": "x"}'
    assert httpx.post(f"{sandbox.url}/api/open{path}", content=body).json()["code"] == 10412


def test_a_refresh_gives_a_pair_that_works_and_the_old_one_still_does(sandbox):
    old = xhs_token(sandbox, 880001)
    body = XHS_APP | {"refresh_token": old["refresh_token"]}
    new = call_xhs(sandbox, "/oauth2/refresh_token", "", **body)["data"]
    assert new["approval_advertisers"] == old["approval_advertisers"]
    assert new["access_token"] != old["access_token"]
    for pair in (new, old):
        assert ask_report(sandbox, pair["access_token"])["success"]


def test_an_unknown_refresh_token_is_refused(sandbox):
    body = XHS_APP | {"refresh_token": "guess"}
    assert call_xhs(sandbox, "/oauth2/refresh_token", "", **body)["code"] == 10411


@pytest.mark.parametrize("text", ["", "guess"])
def test_without_a_good_token_nothing_is_answered(sandbox, text):
    answer = ask_report(sandbox, text)
    assert (answer["success"], answer["code"], answer["data"]) == (False, 10401, {})


def test_an_expired_token_is_refused_until_it_is_refreshed(sandbox):
    old = xhs_token(sandbox, 880001)
    sandbox.control(expire_access_tokens=True)
    refused = ask_report(sandbox, old["access_token"])
    assert (refused["code"], "expired" in refused["msg"]) == (10401, True)

    body = XHS_APP | {"refresh_token": old["refresh_token"]}
    new = call_xhs(sandbox, "/oauth2/refresh_token", "", **body)["data"]
    assert ask_report(sandbox, new["access_token"])["success"]


def test_a_withdrawn_consent_can_not_be_refreshed(sandbox):
    pair = xhs_token(sandbox, 880004)
    sandbox.control(revoke="880004")
    body = XHS_APP | {"refresh_token": pair["refresh_token"]}
    assert ask_report(sandbox, pair["access_token"], advertiser_id=880004)["code"] == 10401
    assert call_xhs(sandbox, "/oauth2/refresh_token", "", **body)["code"] == 10411


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"advertiser_id": 880003}, 10403),
        ({"advertiser_id": None}, 10400),
        ({"start_date": None}, 10400),
        ({"end_date": "20250622"}, 10400),
        ({"end_date": "2025-06-31"}, 10400),
        ({"start_date": "2025-06-23"}, 10400),
        ({"start_date": "2025-05-22"}, 10400),
        ({"time_unit": "HOUR"}, 10400),
        ({"page_num": 0}, 10400),
        ({"page_size": 501}, 10400),
        ({"page_size": "9" * 5000}, 10400),
        ({"split_columns": ["keyword"]}, 10400),
        ({"split_columns": "placement"}, 10400),
    ],
)
def test_a_wrong_report_request_is_refused(sandbox, token, changed, code):
    answer = ask_report(sandbox, token, **changed)
    assert (answer["success"], answer["code"]) == (False, code)
    assert answer["msg"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{"])
def test_a_body_that_is_no_json_object_is_refused(sandbox, token, body):
    url, headers = f"{sandbox.url}/api/open{REPORT}", {"Access-Token": token}
    assert httpx.post(url, content=body, headers=headers).json()["code"] == 10400


def test_thirty_one_days_are_the_longest_span(sandbox, token):
    assert ask_report(sandbox, token, start_date="2025-05-23")["success"]


def test_a_page_has_twenty_rows_unless_asked_and_pages_join_without_gap(sandbox, token):
    first = ask_report(sandbox, token)["data"]
    assert len(first["data_list"]) == 20
    small = report(sandbox, token, JUNE_1, JUNE_22, page_size=70)
    assert small == report(sandbox, token, JUNE_1, JUNE_22)
    assert len(small) == first["total_count"]
    keys = [(row["time"], row["note_id"]) for row in small]
    assert keys == sorted(set(keys))


def test_values_are_strings_with_separators_percent_signs_and_dashes(sandbox, token):
    rows = report(sandbox, token, JUNE_1, JUNE_22)
    assert all(isinstance(value, str) for row in rows for value in row.values())
    seen = " ".join(row["impression"] for row in rows)
    assert re.search(r"\b\d,\d{3}\b", seen)
    assert all(re.fullmatch(r"\d+\.\d\d", row["fee"]) for row in rows)
    assert all(re.fullmatch(r"\d+\.\d\d%", row["ctr"]) for row in rows)
    assert "-" in {row["external_goods_order_price_7"] for row in rows}


def test_a_day_is_reported_on_the_next_day_and_not_before(sandbox, token):
    def newest():
        rows = report(sandbox, token, JUNE_1, date(2025, 6, 30))
        return max(row["time"] for row in rows)

    assert newest() == "2025-06-22"
    sandbox.set_day(date(2025, 6, 24))
    assert newest() == "2025-06-23"


def test_a_summary_has_a_row_a_note_with_the_days_added_up(sandbox, token):
    days = report(sandbox, token, JUNE_1, JUNE_22)
    summary = report(sandbox, token, JUNE_1, JUNE_22, time_unit="SUMMARY")
    assert len(summary) == len({row["note_id"] for row in days})
    one = summary[0]
    parts = [row for row in days if row["note_id"] == one["note_id"]]
    assert int(one["click"].replace(",", "")) == sum(int(p["click"]) for p in parts)
    assert one["time"] == "2025-06-01 - 2025-06-22"


def test_two_notes_return_no_conversions_from_some_day_on(sandbox, token):
    notes = [n for n in sandbox.truth(880001)["notes"] if n["withheld_from"]]
    assert len(notes) == 2
    for note in notes:
        since = date.fromisoformat(note["withheld_from"])
        rows = report(sandbox, token, since - timedelta(days=3), since + timedelta(days=3))
        mine = [row for row in rows if row["note_id"] == note["note_id"]]
        returned = [row["external_rgmv_15"] != "-" for row in mine]
        assert returned == [True] * 3 + [False] * 4
        assert {row["external_goods_order_30"] for row in mine[3:]} == {"-"}
        assert "-" not in {row["external_goods_visit_7"] for row in mine}


def test_the_note_list_comes_in_pages_and_by_source(sandbox, token):
    asked = {"advertiser_id": 880001, "page_size": 20}
    pages = [call_xhs(sandbox, "/jg/note/list", token, **asked, page=n) for n in (1, 2, 3)]
    notes = [note for page in pages for note in page["data"]["notes"]]
    truth = sandbox.truth(880001)["notes"]
    assert [n["note_id"] for n in notes] == [n["note_id"] for n in truth]
    assert {n["note_content_type"] for n in notes} == {1, 2}
    own = call_xhs(sandbox, "/jg/note/list", token, **asked, note_type=1)["data"]
    assert own["total_count"] == sum(note["source"] == 1 for note in truth) > 0


def test_every_note_has_a_cover_that_can_be_fetched(sandbox, token):
    asked = {"advertiser_id": 880002, "page_size": 100}
    notes = call_xhs(sandbox, "/jg/note/list", token, **asked)["data"]["notes"]
    assert len(notes) == 12
    for note in notes:
        assert httpx.get(note["image"]).text.startswith("<svg")


def test_a_note_appears_when_it_is_published(sandbox, token):
    sandbox.set_day(date(2025, 5, 1))
    asked = {"advertiser_id": 880001, "page_size": 100}
    listed = call_xhs(sandbox, "/jg/note/list", token, **asked)["data"]["notes"]
    assert 0 < len(listed) < 24


def test_a_report_can_be_slowed_down(sandbox, token):
    sandbox.control(delay_ms=400)
    started = time.monotonic()
    ask_report(sandbox, token)
    assert time.monotonic() - started >= 0.4


def test_a_report_needs_the_scope_for_reports(sandbox):
    ask = {
        "appId": "7001",
        "scope": '["ad_query"]',
        "redirectUri": "http://localhost/",
        "state": "s",
    }
    form = {"advertiser": 880001, "decision": "allow"}
    sent = httpx.post(f"{sandbox.url}/auth", params=ask, data=form)
    code = sent.headers["Location"].split("auth_code=")[1].split("&")[0]
    pair = call_xhs(sandbox, "/oauth2/access_token", "", **XHS_APP, auth_code=code)["data"]
    assert ask_report(sandbox, pair["access_token"])["code"] == 10403


@pytest.mark.parametrize("asked", [{"delay_ms": "soon"}, {"delay_ms": -1}, {"storm": True}, []])
def test_an_unknown_control_is_refused(sandbox, asked):
    assert httpx.post(f"{sandbox.url}/world/control", json=asked).status_code == 400
