import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.partners.base import NeedsConsent, Rejected, TokenExpired, Unavailable
from portal.partners.juguang import JuguangApp, JuguangClient, Level
from portal.tests.scripted_server import says

DAY = date(2025, 6, 18)


@pytest.fixture
def app(server):
    return JuguangApp.of(
        {
            "app_id": "7001",
            "app_secret": "sandbox-xhs-secret",
            "base_url": f"{server.url}/api/open",
            "auth_url": f"{server.url}/auth",
            "report_page_size": 500,
        }
    )


@pytest.fixture
def client(app):
    return JuguangClient(app, "a-1f0c")


def refusal(code, msg="失败", status=200):
    envelope = {"code": code, "success": False, "msg": msg, "data": None, "request_id": "r"}
    return says(envelope, status=status)


def good(**data):
    return says({"code": 0, "success": True, "msg": "", "data": data, "request_id": "r"})


def test_the_rows_of_a_day_stay_in_the_partners_words(client, server, recorded):
    server.will(says(recorded("juguang/report")))

    page = client.day_report(Level.NOTE, "880001", DAY, 1)

    assert page.rows[0]["fee"] == "1,234.50"
    assert page.rows[0]["external_goods_order_7"] == "-"
    assert (len(page.rows), page.total, page.more) == (2, 2, False)
    assert page.sha256 == hashlib.sha256(recorded("juguang/report").encode()).hexdigest()


def test_a_day_is_asked_for_with_the_bare_token(client, server, recorded):
    server.will(says(recorded("juguang/report")))

    client.day_report(Level.NOTE, "880001", DAY, 3)

    (seen,) = server.seen
    assert seen.path == "/api/open/jg/data/report/offline/note"
    assert seen.headers["access-token"] == "a-1f0c"
    assert "authorization" not in seen.headers
    assert seen.json() == {
        "advertiser_id": 880001,
        "start_date": "2025-06-18",
        "end_date": "2025-06-18",
        "time_unit": "DAY",
        "page_num": 3,
        "page_size": 500,
    }


def test_a_full_page_promises_more_and_a_short_one_ends(client, server, recorded):
    server.will(says(recorded("juguang/report")), says(recorded("juguang/report")))
    assert client.day_report(Level.NOTE, "880001", DAY, 1, page_size=2).more
    assert not client.day_report(Level.NOTE, "880001", DAY, 1, page_size=3).more


def test_a_day_without_rows_is_an_empty_page(client, server):
    server.will(good(data_list=[], total_count=0))
    page = client.day_report(Level.NOTE, "880001", DAY, 1)
    assert (page.rows, page.total, page.more) == ((), 0, False)


@pytest.mark.parametrize("level", list(Level)[:4])
def test_each_level_has_its_own_path_and_names_its_rows(client, server, recorded, level):
    server.will(says(recorded(f"juguang/{level}")))

    page = client.day_report(level, "880001", DAY, 1)

    assert server.seen[0].path == f"/api/open/jg/data/report/offline/{level}"
    assert all(level.id_field in row and level.name_field in row for row in page.rows)
    assert page.total == len(page.rows)


def test_notes_are_read(client, server, recorded):
    server.will(says(recorded("juguang/notes")))

    page = client.notes("880001", 1)

    first, second = page.notes
    assert (first.note_id, first.source) == ("66a1f0c2000000001e00b3d4", 2)
    assert (first.author, first.content_type) == ("阿沅今天护肤了吗", "image")
    assert first.created_at == datetime(2025, 5, 13, 2, tzinfo=UTC)
    assert second.content_type == "video"
    assert not page.more
    assert server.seen[0].json() == {"advertiser_id": 880001, "page": 1, "page_size": 100}


def test_a_code_of_200_is_as_good_as_nought(client, server):
    server.will(says({"code": 200, "success": True, "data": {"notes": []}}))
    assert client.notes("880001", 1).notes == ()


@pytest.mark.parametrize("reply", [refusal(10401, "token expired"), says("", status=401)])
def test_an_expired_token_asks_for_a_refresh(client, server, reply):
    server.will(reply)
    with pytest.raises(TokenExpired):
        client.notes("880001", 1)
    assert len(server.seen) == 1


@pytest.mark.parametrize("code", [10400, 10403, 10404])
def test_a_refused_argument_is_rejected_in_their_words(client, server, code):
    server.will(refusal(code, "page_size 超过上限"))
    with pytest.raises(Rejected, match="page_size 超过上限") as caught:
        client.day_report(Level.NOTE, "880001", DAY, 1)
    assert caught.value.code == str(code)


@pytest.mark.parametrize("code", [10429, 10500, 1, 99999])
def test_any_other_failure_may_pass(client, server, code):
    server.will(refusal(code, "系统繁忙"))
    with pytest.raises(Unavailable, match="系统繁忙"):
        client.notes("880001", 1)


def test_a_limit_keeps_its_wait(client, server):
    server.will(says("", status=429, retry_after="7"))
    with pytest.raises(Unavailable) as caught:
        client.notes("880001", 1)
    assert caught.value.retry_after == 7.0


def test_a_server_error_is_tried_again(client, server, recorded):
    server.will(says("", status=500), says("", status=504), says(recorded("juguang/notes")))
    assert len(client.notes("880001", 1).notes) == 2


@pytest.mark.parametrize(
    "reply",
    [
        says("<html>登录</html>"),
        says("", status=404),
        says('{"code": 0, "success": true, "data": {"data_list": [], "total_count": NaN}}'),
        says({"success": True, "data": {}}),
        says({"code": 0, "success": "true", "data": {"data_list": [], "total_count": 0}}),
        says({"code": 500, "success": True, "data": {"data_list": [], "total_count": 0}}),
        says({"code": 0, "success": True, "data": None}),
        good(),
        good(data_list={}, total_count=0),
        good(data_list=[]),
        good(data_list=[], total_count=-1),
        good(data_list=["row"], total_count=1),
    ],
)
def test_an_answer_of_another_shape_is_unavailable(client, server, reply):
    server.will(reply)
    with pytest.raises(Unavailable):
        client.day_report(Level.NOTE, "880001", DAY, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1747101600000", "9999999999999999999"),
        ("1747101600000", "999999999999999999"),
        ("1747101600000", '"yesterday"'),
        ("66a1f0c2000000001e00b3d4", "../etc"),
        ('"note_type": 2', '"note_type": -2'),
    ],
)
def test_a_note_of_another_shape_costs_no_other(client, server, recorded, old, new):
    server.will(says(recorded("juguang/notes").replace(old, new)))

    page = client.notes("880001", 1)

    assert (len(page.notes), len(page.unread)) == (1, 1)
    assert "notes." in page.unread[0].reason


def test_a_note_of_a_new_type_is_a_note(client, server, recorded):
    answer = recorded("juguang/notes").replace('"note_content_type": 1', '"note_content_type": 9')
    server.will(says(answer))

    assert [note.content_type for note in client.notes("880001", 1).notes].count("other") == 1


def test_the_consent_page_is_told_the_scopes_and_where_to_return(app):
    url = urlsplit(app.consent_url(state="s1", redirect_uri="http://localhost:8000/back"))
    query = parse_qs(url.query)
    assert url.path == "/auth"
    assert json.loads(query.pop("scope")[0]) == [
        "report_service",
        "ad_query",
        "ad_manage",
        "account_manage",
    ]
    assert query == {
        "appId": ["7001"],
        "redirectUri": ["http://localhost:8000/back"],
        "state": ["s1"],
    }


def test_a_code_is_exchanged_for_a_pair(app, server, recorded):
    server.will(says(recorded("juguang/token")))

    pair = app.exchange("code-1")

    assert (pair.access_token, pair.refresh_token) == ("a-1f0c", "r-77d2")
    assert pair.advertisers == (("880001", "山茶官方旗舰店"), ("880002", "山茶个护专营店"))
    assert (pair.scope, pair.user_id) == (("report_service", "ad_query"), "5f8a01")
    assert pair.corporation_name == "山茶生物科技有限公司"
    left = pair.refresh_expires_at - pair.access_expires_at
    assert left == timedelta(seconds=2_591_999 - 86_399)
    assert server.seen[0].path == "/api/open/oauth2/access_token"
    assert server.seen[0].json() == {
        "app_id": "7001",
        "secret": "sandbox-xhs-secret",
        "auth_code": "code-1",
    }


def test_a_pair_is_refreshed(app, server, recorded):
    server.will(says(recorded("juguang/token")))
    assert app.refresh("r-old").refresh_token == "r-77d2"
    assert server.seen[0].path == "/api/open/oauth2/refresh_token"
    assert server.seen[0].json()["refresh_token"] == "r-old"


@pytest.mark.parametrize(
    "scope", ['"[\\"report_service\\", \\"ad_query\\"]"', '"report_service,ad_query"']
)
def test_scopes_may_come_as_one_text(app, server, recorded, scope):
    answer = recorded("juguang/token").replace('["report_service", "ad_query"]', scope)
    server.will(says(answer))
    assert app.refresh("r-old").scope == ("report_service", "ad_query")


def test_a_scope_of_another_shape_is_unavailable(app, server, recorded):
    server.will(says(recorded("juguang/token").replace('["report_service", "ad_query"]', "[1]")))
    with pytest.raises(Unavailable, match="scope"):
        app.refresh("r-old")


@pytest.mark.parametrize("reply", [refusal(10401), refusal(10400), says("", status=401)])
def test_a_refused_refresh_needs_consent(app, server, reply):
    server.will(reply)
    with pytest.raises(NeedsConsent):
        app.refresh("r-old")


def test_our_own_wrong_secret_is_no_reason_to_ask_the_merchant(app, server):
    server.will(refusal(10412, "secret 错误"))
    with pytest.raises(Rejected, match="10412"):
        app.refresh("r-old")


@pytest.mark.parametrize("reply", [refusal(10500), says("", status=503), refusal(10429)])
def test_a_refresh_that_fails_on_their_side_is_not_a_refusal(app, server, reply):
    server.will(reply)
    with pytest.raises(Unavailable):
        app.refresh("r-old")
    assert len(server.seen) == 1


def test_a_refused_code_is_rejected(app, server):
    server.will(refusal(10400, "auth_code 已使用"))
    with pytest.raises(Rejected, match="auth_code 已使用"):
        app.exchange("code-1")


def test_no_secret_shows_when_it_is_printed(app, server, recorded):
    server.will(says(recorded("juguang/token")))
    pair = app.refresh("r-old")
    printed = repr([app, pair, JuguangClient(app, pair.access_token)])
    for secret in ("sandbox-xhs-secret", "a-1f0c", "r-77d2"):
        assert secret not in printed
