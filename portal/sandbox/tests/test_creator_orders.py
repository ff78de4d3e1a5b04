from datetime import date, timedelta

import pytest

from portal.sandbox.creator_orders import build_orders
from portal.sandbox.tests.calls import CALLBACK, answer_consent, call_xhs, xhs_token
from portal.sandbox.truth import build_world

PATH = "/pgy/note/post/data"
PGY_ASK = {
    "appId": "7002",
    "scope": '["report_service"]',
    "redirectUri": CALLBACK,
    "state": "s-3",
}
JUNE = {
    "date_type": 1,
    "start_date": "2025-05-24",
    "end_date": "2025-06-22",
    "date_key": "2025-06-22",
    "page_size": 100,
}


@pytest.fixture(scope="module")
def token(sandbox_process):
    return pgy_token(sandbox_process)


def pgy_token(sandbox, **ask):
    form = {"account": 660001, "decision": "allow"}
    code = answer_consent(sandbox, "/auth", PGY_ASK | ask, **form)["auth_code"]
    body = {"app_id": "7002", "secret": "sandbox-pgy-secret", "auth_code": code}
    return call_xhs(sandbox, "/oauth2/access_token", "", **body)["data"]["access_token"]


def ask(sandbox, token, **changed):
    return call_xhs(sandbox, PATH, token, **JUNE | changed)


def test_orders_come_with_their_notes(sandbox, token):
    rows = ask(sandbox, token)["data"]["data_list"]

    assert rows
    assert all(row["order_create_time"] < row["note_publish_time"] for row in rows)
    assert all("2025-05-24" <= row["order_create_time"][:10] <= "2025-06-22" for row in rows)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date_type": 3},
        {"start_date": "2025-05-23"},
        {"page_size": 101},
        {"date_key": "2025-06-23"},
        {"date_key": "2025-06-19"},
        {"date_key": None},
    ],
    ids=["date type", "31 days", "page size", "today", "four days ago", "no snapshot"],
)
def test_what_the_protocol_forbids_is_refused(sandbox, token, wrong):
    assert ask(sandbox, token, **wrong)["code"] == 10400


def test_the_oldest_of_three_snapshots_is_still_there(sandbox, token):
    assert ask(sandbox, token, date_key="2025-06-20")["code"] == 0


def test_a_token_of_juguang_does_not_open_it(sandbox):
    assert ask(sandbox, xhs_token(sandbox)["access_token"])["code"] == 10401


def test_the_scope_for_reports_is_needed(sandbox):
    assert ask(sandbox, pgy_token(sandbox, scope='["ad_query"]'))["code"] == 10403


def test_a_note_is_not_in_a_snapshot_from_before_it_was_published(sandbox, token):
    rows = ask(sandbox, token)["data"]["data_list"]
    last = max(date.fromisoformat(row["note_publish_time"][:10]) for row in rows)
    sandbox.set_day(last)

    earlier = ask(sandbox, token, date_key=f"{last - timedelta(days=1)}")["data"]["data_list"]

    assert {row["order_id"] for row in earlier} < {row["order_id"] for row in rows}


def test_the_pages_together_are_the_whole(sandbox, token):
    whole = ask(sandbox, token)["data"]
    pages = [ask(sandbox, token, page_size=2, page_num=n)["data"]["data_list"] for n in range(1, 9)]

    assert [row for page in pages for row in page] == whole["data_list"]
    assert whole["total_count"] == len(whole["data_list"])


def test_the_same_world_has_the_same_orders():
    assert build_orders(build_world(618)) == build_orders(build_world(618))
