"""A world of any size: the same each time, told by the same protocols, and true."""

import os
import subprocess
import sys
from datetime import date, timedelta

import httpx
import pytest

from portal.sandbox.generated import FIRST_ADVERTISER, read
from portal.sandbox.tests.calls import call_xhs, report, xhs_token
from portal.sandbox.tests.test_ad_levels import sums
from portal.sandbox.tests.test_recount import fen, recount, whole
from portal.tests.processes import ROOT, DidNotStart, SandboxProcess

FIRST, SECOND = FIRST_ADVERTISER, FIRST_ADVERTISER + 1
DAY, AS_OF = date(2025, 6, 1), date(2025, 6, 23)
NOTES = 120
PRINT_DIGEST = """
import hashlib
from portal.lib.days import DEMO_NOW
from portal.sandbox.generated import Cells, read
made = read("3x5x7", seed=618)
cells = Cells(made, 9_000_002, made.first, DEMO_NOW.date())
print(hashlib.sha256(repr(list(cells)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    with SandboxProcess(folder, SANDBOX_WORLD=f"3x{NOTES}x40") as process:
        yield process


@pytest.fixture
def token(sandbox):
    sandbox.set_day(AS_OF)
    return xhs_token(sandbox, FIRST, SECOND)["access_token"]


def ask(sandbox, token, level="note", **changed):
    asked = {"advertiser_id": FIRST, "start_date": f"{DAY}", "end_date": f"{DAY}"}
    asked |= {"time_unit": "DAY", "page_size": 500}
    return call_xhs(sandbox, f"/jg/data/report/offline/{level}", token, **asked | changed)["data"]


def truth_of(sandbox, advertiser_id, **more):
    query = {"advertiser_id": advertiser_id} | more
    answer = httpx.get(f"{sandbox.url}/world/truth", params=query, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def digest(seed):
    environ = os.environ | {"PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PRINT_DIGEST]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=True).stdout


def test_it_is_the_same_in_another_process():
    assert digest("1") == digest("2")


def test_another_seed_is_another_world():
    one, other = read("1x1x1", seed=1), read("1x1x1", seed=2)
    note = one.note(FIRST, 1)
    assert one.happened(note, 1, one.first) != other.happened(note, 1, one.first)


@pytest.mark.parametrize("asked", ["200", "0x1x1", "1x1x400", "-1x2x3", "10x10x10x10", "axbxc"])
def test_a_size_that_cannot_be_is_told_in_one_line_at_the_start(tmp_path, asked):
    with pytest.raises(DidNotStart, match=f"SANDBOX_WORLD={asked} is no size like") as failure:
        SandboxProcess(tmp_path, SANDBOX_WORLD=asked).start()
    assert "Traceback" not in str(failure.value)


@pytest.mark.parametrize("path", ["truth", "ads", "sums"])
def test_the_hand_written_world_beside_it_is_as_it_is_without_it(sandbox, sandbox_process, path):
    query = {"advertiser_id": 880004, "as_of": "2025-06-20"}
    with_it, without = (
        httpx.get(f"{each.url}/world/{path}", params=query, timeout=30)
        for each in (sandbox, sandbox_process)
    )
    assert with_it.status_code == 200
    assert with_it.content == without.content


def test_the_pages_of_a_day_are_all_of_its_notes_once(sandbox, token):
    pages = [ask(sandbox, token, page_num=n, page_size=50) for n in (1, 2, 3, 4)]
    assert [len(page["data_list"]) for page in pages] == [50, 50, 20, 0]
    assert {page["total_count"] for page in pages} == {NOTES}
    ids = [row["note_id"] for page in pages for row in page["data_list"]]
    assert ids == sorted({note["note_id"] for note in truth_of(sandbox, FIRST)["notes"]})


@pytest.mark.parametrize("as_of", [DAY + timedelta(days=n) for n in (1, 5, 22, 60)])
def test_the_note_report_is_a_count_of_what_happened_until_then(sandbox, token, as_of):
    sandbox.set_day(as_of)
    truth = truth_of(sandbox, FIRST, day=f"{DAY}")
    counts = recount(truth)
    withheld = {note["note_id"]: note["withheld_from"] for note in truth["notes"]}
    sent = {each["note_id"]: each for each in truth["deliveries"]}
    rows = report(sandbox, token, DAY, DAY, advertiser_id=FIRST)
    assert len(rows) == NOTES
    for row in rows:
        counted, note_id = counts[row["note_id"], f"{DAY}"], row["note_id"]
        assert fen(row["fee"]) == sent[note_id]["fee_fen"]
        assert whole(row["external_goods_visit_7"]) == counted["visits"]
        for window in (7, 15, 30):
            told = row[f"external_goods_order_{window}"], row[f"external_rgmv_{window}"]
            if withheld[note_id] and withheld[note_id] <= f"{DAY}":
                assert told == ("-", "-")
            else:
                wanted = counted[f"orders_{window}"], counted[f"fen_{window}"]
                assert (whole(told[0]), fen(told[1])) == wanted


def test_figures_are_restated_as_orders_come_in_and_are_cancelled(sandbox, token):
    def orders(days_later):
        sandbox.set_day(DAY + timedelta(days=days_later))
        rows = report(sandbox, token, DAY, DAY, advertiser_id=FIRST)
        return [row["external_goods_order_30"] for row in rows]

    early, later, late = (orders(days_later) for days_later in (1, 15, 60))
    assert early != later != late


def test_the_sums_are_those_of_all_that_is_told(sandbox, token):
    query = {"advertiser_id": SECOND}
    told = httpx.get(f"{sandbox.url}/world/sums", params=query, timeout=30).json()["sums"]
    first = AS_OF - timedelta(days=40)
    spans = [(first, first + timedelta(days=30)), (first + timedelta(days=31), AS_OF)]
    rows = [row for span in spans for row in report(sandbox, token, *span, advertiser_id=SECOND)]
    assert told["rows"] == len(rows) == NOTES * 40
    assert told["fee"] == sum(fen(row["fee"]) for row in rows)
    visits = sum(whole(row["external_goods_visit_7"]) for row in rows)
    assert told["external_goods_visit_7"] == visits


def test_the_days_go_on_after_the_demos_own_date(sandbox, token):
    sandbox.set_day(AS_OF + timedelta(days=2))
    newest = {"start_date": f"{AS_OF}", "end_date": f"{AS_OF + timedelta(days=5)}"}
    assert ask(sandbox, token, **newest)["total_count"] == NOTES * 2


@pytest.mark.parametrize(
    ("level", "below", "field"),
    [
        ("unit", "creativity", "unit_id"),
        ("campaign", "unit", "campaign_id"),
        ("account", "campaign", "advertiser_id"),
    ],
)
def test_each_level_of_ads_is_the_sum_of_the_one_below(sandbox, token, level, below, field):
    upper, lower = (ask(sandbox, token, each)["data_list"] for each in (level, below))
    assert sums(upper, field) == sums(lower, field)


def test_notes_and_creatives_are_listed_by_pages(sandbox, token):
    notes = call_xhs(sandbox, "/jg/note/list", token, advertiser_id=FIRST, page=2, page_size=100)
    asked = {"advertiser_id": FIRST, "page_num": 2, "page_size": 100}
    ads = call_xhs(sandbox, "/jg/creativity/search", token, **asked)
    assert len(notes["data"]["notes"]) == len(ads["data"]["data_list"]) == NOTES - 100
    cover = notes["data"]["notes"][0]["image"].split("/covers/")[1]
    assert httpx.get(f"{sandbox.url}/covers/{cover}").text.startswith("<svg")


def test_only_the_advertisers_consented_to_are_told_of(sandbox, token):
    asked = {"advertiser_id": FIRST + 2, "start_date": f"{DAY}", "end_date": f"{DAY}"}
    answer = call_xhs(sandbox, "/jg/data/report/offline/note", token, **asked)
    assert answer["code"] == 10403


def test_advertisers_beyond_the_size_are_unknown(sandbox):
    query = {"advertiser_id": FIRST + 3}
    assert httpx.get(f"{sandbox.url}/world/truth", params=query).status_code == 400
    assert httpx.get(f"{sandbox.url}/world/sums", params=query).status_code == 400
