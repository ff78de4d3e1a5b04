"""Direct links at the sandbox: who may make them, what they look like, how they are reviewed."""

import httpx
import pytest

from portal.sandbox.tests.calls import XHS_APP, XHS_ASK, answer_consent, call_xhs, xhs_token
from portal.tests.processes import SandboxProcess

MANAGES = XHS_ASK | {"scope": '["report_service","ad_query","ad_manage"]'}
PLAIN, EFFECT = "710500483093", "710500772004"  # the second promises an effect in its title


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("direct")
    with SandboxProcess(folder, SANDBOX_REVIEW_SECONDS="0") as process:
        yield process


@pytest.fixture(scope="module")
def token(sandbox):
    form = {"advertiser": [880001], "decision": "allow"}
    code = answer_consent(sandbox, "/auth", MANAGES, **form)["auth_code"]
    body = XHS_APP | {"auth_code": code}
    return call_xhs(sandbox, "/oauth2/access_token", "", **body)["data"]["access_token"]


@pytest.fixture(scope="module")
def note_id(sandbox, token):
    found = call_xhs(sandbox, "/jg/note/list", token, advertiser_id=880001)
    return found["data"]["notes"][0]["note_id"]


def component(note, item_id=PLAIN, **changed):
    h5 = f"https%3A%2F%2Fdetail.m.tmall.com%2Fitem.htm%3Fid%3D{item_id}"
    return {
        "advertiser_id": 880001,
        "type": 1,
        "note_id": note,
        "component_text": "购买同款",
        "component_position": "capsule",
        "deeplink": f"tbopen://m.taobao.com/tbopen/index.html?module=h5&h5Url={h5}",
        "universal_link": f"https://detail.tmall.com/item.htm?id={item_id}",
        "h5_url": "https://redcat.example/j/abcdefgh",
        "click_monitor_url": "https://redcat.example/j/abcdefgh?click_id=__CLICK_ID__",
    } | changed


def create(sandbox, token, **body):
    return call_xhs(sandbox, "/jg/direct-link/create", token, **body)


def listed(sandbox, token, **query):
    url = f"{sandbox.url}/api/open/jg/direct-link/list"
    answer = httpx.get(url, params={"advertiser_id": 880001} | query, headers=token_of(token))
    return answer.json()


def token_of(token):
    return {"Access-Token": token}


def test_without_the_scope_to_manage_ads_nothing_is_made(sandbox, note_id):
    reader = xhs_token(sandbox)["access_token"]

    assert create(sandbox, reader, **component(note_id))["code"] == 10403
    assert listed(sandbox, reader)["code"] == 10403


@pytest.mark.parametrize(
    "changed",
    [
        {"deeplink": "taobao://item.taobao.com/"},
        {"universal_link": "https://tmall.com.evil.example/"},
        {"h5_url": "http://redcat.example/j/abcdefgh"},
        {"component_position": "banner"},
        {"note_id": "68ffffffffffffffffffffff"},
        {"type": 3},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_not_of_the_right_shape_is_refused(sandbox, token, note_id, changed):
    assert create(sandbox, token, **component(note_id, **changed))["code"] == 10400


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 2), ({"component_text": "点我"}, 3), ({"item_id": EFFECT}, 3)],
    ids=["plain", "text", "effect"],
)
def test_the_review_rejects_always_the_same(sandbox, token, note_id, changed, status):
    made = create(sandbox, token, **component(note_id, **changed))["data"]["direct_link_id"]

    rows = {row["direct_link_id"]: row for row in listed(sandbox, token)["data"]["data_list"]}

    assert rows[made]["audit_status"] == status
    assert bool(rows[made]["audit_comment"]) == (status == 3)


def test_what_was_made_outlives_a_restart_and_is_deleted_once(tmp_path, note_id):
    with SandboxProcess(tmp_path, SANDBOX_REVIEW_SECONDS="600") as own:
        form = {"advertiser": [880001], "decision": "allow"}
        code = answer_consent(own, "/auth", MANAGES, **form)["auth_code"]
        body = XHS_APP | {"auth_code": code}
        token = call_xhs(own, "/oauth2/access_token", "", **body)["data"]["access_token"]
        made = create(own, token, **component(note_id))["data"]["direct_link_id"]
        own.stop()
        own.start()
        kept = listed(own, token)["data"]["data_list"]
        assert [(row["direct_link_id"], row["audit_status"]) for row in kept] == [(made, 1)]
        for _again in range(2):
            gone = {"advertiser_id": 880001, "direct_link_id": made}
            assert call_xhs(own, "/jg/direct-link/delete", token, **gone)["success"]
        assert listed(own, token)["data"]["total_count"] == 0


def test_a_page_holds_a_hundred_at_most(sandbox, token):
    assert listed(sandbox, token, page_size=101)["code"] == 10400
    assert listed(sandbox, token, page_num=2)["data"]["data_list"] == []
