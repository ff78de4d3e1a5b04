import time

import httpx
import pytest

from portal.sandbox.tests.calls import call_top, call_xhs, top_token, xhs_token
from portal.tests.processes import DidNotStart, SandboxProcess, answers


def test_tokens_outlive_a_restart_of_the_sandbox(tmp_path):
    with SandboxProcess(tmp_path) as sandbox:
        session = top_token(sandbox)["access_token"]
        token = xhs_token(sandbox, 880003)["access_token"]
        sandbox.stop()
        sandbox.start()
        assert "user_seller_get_response" in call_top(sandbox, session, fields="nick")
        assert call_xhs(sandbox, "/jg/note/list", token, advertiser_id=880003)["success"]


@pytest.mark.parametrize(
    ("environment", "words"),
    [({"DEMO": "0"}, "start it with DEMO=1"), ({"PARTNERS": "live"}, "unset PARTNERS")],
)
def test_it_does_not_start_beside_production_settings(tmp_path, environment, words):
    with pytest.raises(DidNotStart, match=words) as failure:
        SandboxProcess(tmp_path, **environment).start()
    assert "Traceback" not in str(failure.value)


def test_a_killed_master_leaves_no_orphan_on_the_port(tmp_path):
    with SandboxProcess(tmp_path) as sandbox:
        sandbox.kill()
        deadline = time.monotonic() + 5
        while answers(sandbox.url) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not answers(sandbox.url)


def test_another_seed_is_another_world(sandbox, tmp_path):
    with SandboxProcess(tmp_path, SANDBOX_SEED="7") as other:
        assert other.truth(880004)["seed"] == 7
        assert other.truth(880004)["jumps"] != sandbox.truth(880004)["jumps"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "2025-06-23 09:40"),
        ("/tmall/item.htm?id=710500318001", "山茶花修护精华油"),
        ("/tmall/shop/318840741", "小满手作铺"),
        ("/pics/710500318001.svg", "<svg"),
        ("/logos/318840721.svg", "<svg"),
    ],
)
def test_the_pages_show_what_they_are_about(sandbox, path, words):
    response = httpx.get(f"{sandbox.url}{path}")
    assert response.status_code == 200
    assert words in response.text


def test_an_item_off_the_shelf_says_so(sandbox):
    off = next(i for i in sandbox.items(2200657001) if i["approve_status"] == "instock")
    page = httpx.get(f"{sandbox.url}/tmall/item.htm", params={"id": off["num_iid"]})
    assert "商品已下架" in page.text


@pytest.mark.parametrize(
    "path",
    ["/tmall/item.htm?id=1", "/tmall/item.htm?id=x", "/tmall/shop/1", "/covers/ff.svg", "/nope"],
)
def test_what_does_not_exist_is_a_friendly_404(sandbox, path):
    response = httpx.get(f"{sandbox.url}{path}")
    assert response.status_code == 404
    assert "没有这个页面" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/world/truth",
        "/world/truth?advertiser_id=1",
        "/world/truth?advertiser_id=880001&as_of=soon",
        "/world/truth?advertiser_id=880001&as_of=2025-06-24",
        "/world/items?seller_id=1",
    ],
)
def test_the_oracle_refuses_what_it_does_not_know(sandbox, path):
    assert httpx.get(f"{sandbox.url}{path}").status_code == 400


def test_a_foreign_host_name_is_refused(sandbox):
    response = httpx.get(sandbox.url, headers={"Host": "evil.example"})
    assert response.status_code == 400
