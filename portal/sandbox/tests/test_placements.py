"""The note report split by placement: its rows come to the whole report, but for the people."""

from collections import defaultdict
from datetime import date

import pytest

from portal.sandbox.report import EMPTY, USERS
from portal.sandbox.tests.calls import report, xhs_token
from portal.tests.processes import SandboxProcess

FIRST, LAST, AS_OF = date(2025, 6, 1), date(2025, 6, 22), date(2025, 6, 23)
SPLIT = {"split_columns": ["placement"]}
NAMES = ("time", "note_id", "placement")
DERIVED = ("ctr", "acp", "cpm", "cpi", "price", "rate", "roi")


@pytest.fixture
def token(sandbox):
    sandbox.set_day(AS_OF)
    return xhs_token(sandbox, 880001, 880002)["access_token"]


def hundredths(text):
    return None if text == EMPTY else int(text.replace(",", "").replace(".", ""))


def sums(rows):
    """Add up what adds up, by time and note: a dash on any row is one of the sum."""
    found = defaultdict(dict)
    for row in rows:
        own = found[row["time"], row["note_id"]]
        for name in row.keys() - set(NAMES):
            if not any(word in name for word in DERIVED):
                value, before = hundredths(row[name]), own.get(name, 0)
                own[name] = None if value is None or before is None else before + value
    return found


def without_people(found):
    return {
        key: {name: value for name, value in own.items() if name not in USERS}
        for key, own in found.items()
    }


@pytest.mark.parametrize("advertiser_id", [880001, 880002])
@pytest.mark.parametrize("time_unit", ["DAY", "SUMMARY"])
def test_the_placements_of_a_note_come_to_its_row(sandbox, token, advertiser_id, time_unit):
    asked = {"advertiser_id": advertiser_id, "time_unit": time_unit}
    whole = sums(report(sandbox, token, FIRST, LAST, **asked))
    split = sums(report(sandbox, token, FIRST, LAST, **asked, **SPLIT))

    assert len(whole) > 5
    assert without_people(split) == without_people(whole)


def test_people_are_counted_once_at_each_placement_and_come_to_more(sandbox, token):
    whole = sums(report(sandbox, token, FIRST, LAST))
    split = sums(report(sandbox, token, FIRST, LAST, **SPLIT))

    more = [split[key]["i_user_num"] - own["i_user_num"] for key, own in whole.items()]
    assert min(more) == 0
    assert max(more) > 0


def test_there_is_one_row_for_each_note_placement_and_day(sandbox, token):
    rows = report(sandbox, token, FIRST, LAST, **SPLIT)

    keys = [tuple(row[name] for name in NAMES) for row in rows]
    assert len(keys) == len(set(keys))
    assert {code for _time, _note, code in keys} == {"1", "2", "4", "7"}


def test_the_pages_join_without_gap(sandbox, token):
    whole = report(sandbox, token, FIRST, LAST, **SPLIT)

    assert report(sandbox, token, FIRST, LAST, page_size=7, **SPLIT) == whole


def test_what_is_known_later_is_added_where_it_happened(sandbox, token):
    day = date(2025, 6, 18)
    before = {row["note_id"]: row for row in report(sandbox, token, day, day)}
    sandbox.set_day(date(2025, 7, 25))
    token = xhs_token(sandbox, 880001)["access_token"]
    whole = sums(report(sandbox, token, day, day))
    split = sums(report(sandbox, token, day, day, **SPLIT))

    grown = sum(own["external_goods_order_30"] or 0 for own in whole.values())
    assert grown > sum(hundredths(row["external_goods_order_30"]) or 0 for row in before.values())
    assert without_people(split) == without_people(whole)


def test_a_generated_world_splits_its_rows_too(tmp_path):
    day = date(2025, 6, 1)
    with SandboxProcess(tmp_path, SANDBOX_WORLD="1x40x30") as process:
        process.set_day(AS_OF)
        token = xhs_token(process, 9_000_001)["access_token"]
        asked = {"advertiser_id": 9_000_001, "page_size": 30}
        whole = report(process, token, day, day, **asked)
        split = report(process, token, day, day, **asked, **SPLIT)

    assert len(split) > len(whole) == 40
    assert without_people(sums(split)) == without_people(sums(whole))
