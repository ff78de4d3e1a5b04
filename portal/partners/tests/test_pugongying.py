import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.pugongying import PugongyingApp, PugongyingClient
from portal.tests.scripted_server import says


@pytest.fixture
def app(server):
    return PugongyingApp.of(
        {
            "app_id": "7002",
            "app_secret": "sandbox-pgy-secret",
            "base_url": f"{server.url}/api/open",
            "auth_url": f"{server.url}/auth",
        }
    )


@pytest.fixture
def token(recorded):
    """Juguang's recorded answer as the other platform gives it."""
    answer = json.loads(recorded("juguang/token"))
    answer["data"] |= {"platform_type": 2, "approval_advertisers": []}
    return answer


def test_the_consent_page_is_asked_for_reading_alone(app):
    query = parse_qs(urlsplit(app.consent_url(state="s", redirect_uri="https://x.test/")).query)

    assert (query["appId"], query["scope"]) == (["7002"], ['["report_service"]'])


def test_a_code_buys_the_accounts_pair(app, server, token):
    server.will(says(token))

    pair = app.exchange("code-1")

    assert (pair.platform, pair.advertisers) == (2, ())
    (seen,) = server.seen
    assert seen.path == "/api/open/oauth2/access_token"


@pytest.mark.parametrize("platform", [1, None], ids=["juguang", "not told"])
def test_a_pair_of_another_platform_is_rejected(app, server, token, platform):
    token["data"]["platform_type"] = platform
    server.will(says(token))

    with pytest.raises(Rejected, match="wrong-platform"):
        app.exchange("code-1")


def test_a_refused_refresh_needs_consent(app, server):
    server.will(says({"code": 10411, "success": False, "msg": "失效", "data": None}))

    with pytest.raises(NeedsConsent):
        app.refresh("r-old")


ROW = {
    "note_id": "6" * 24,
    "title": "笔记",
    "kol_name": "林一",
    "order_id": "PGY1",
    "order_type": "定制合作",
    "price": "1,200.00",
    "star_task_id": "ST1",
    "order_create_time": "2025-06-01 10:00:00",
    "note_publish_time": "2025-06-08 10:00:00",
}


def answers(*rows):
    return says({"code": 0, "success": True, "data": {"data_list": rows, "total_count": len(rows)}})


def asked(app):
    client = PugongyingClient(app, "a-1")
    return client.ordered_notes(date(2025, 5, 24), date(2025, 6, 22), date(2025, 6, 22), 1)


def test_ordered_notes_are_asked_for_by_the_day_of_the_order(app, server):
    server.will(answers(ROW))

    page = asked(app)

    (row,) = page.rows
    assert (row.creator, row.kind, row.price, page.total) == ("林一", "定制合作", "1,200.00", 1)
    (seen,) = server.seen
    assert (seen.path, seen.headers["access-token"]) == ("/api/open/pgy/note/post/data", "a-1")
    assert seen.json() == {
        "date_type": 1,
        "start_date": "2025-05-24",
        "end_date": "2025-06-22",
        "date_key": "2025-06-22",
        "page_num": 1,
        "page_size": 100,
    }


def test_what_a_note_reached_stays_in_the_partners_words(app, server, recorded):
    server.will(says(recorded("pugongying/notes")))

    with_task, without = asked(app).rows

    assert with_task.figures["star_trans_ratio"] == Decimal("50.00")
    assert (without.figures["imp_num"], without.figures["kol_price"]) == (120450, "-")
    assert "star_trans_ratio" not in without.figures


def test_an_order_may_name_neither_fee_nor_star_task(app, server):
    server.will(answers({key: ROW[key] for key in ROW if key not in ("price", "star_task_id")}))

    (row,) = asked(app).rows

    assert (row.price, row.star_task_id) == (None, "")


@pytest.mark.parametrize("field", ["note_id", "order_id", "order_create_time"])
def test_a_row_that_names_no_note_or_order_is_not_read(app, server, field):
    server.will(answers({key: ROW[key] for key in ROW if key != field}))

    with pytest.raises(Unavailable, match=field):
        asked(app)
