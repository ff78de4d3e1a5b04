"""Which answers of the sandbox a plan lets go wrong, and that it is the same each time."""

from dataclasses import replace

import pytest

from portal.sandbox.mischief import FAULTS
from portal.sandbox.plan import LISTS_KEPT, Call, read

NOTES = Call("/api/open/jg/note/list", "POST", "juguang", "880001", "", 1)
REPORT = Call("/api/open/jg/data/report/offline/note", "POST", "juguang", "880001", "2025-06-18", 2)
ITEMS = Call("/router/rest", "taobao.items.onsale.get", "top", "2200657001", "", 1)


def struck(match, *calls, seed=0):
    plan = read({"rules": [{"match": match, "fault": "emptied"}], "seed": seed}, FAULTS)
    return [bool(list(plan.struck(call))) for call in calls]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [True, True, True]),
        ({"path": "*/offline/note"}, [False, True, False]),
        ({"partner": "top"}, [False, False, True]),
        ({"method": "taobao.items.*"}, [False, False, True]),
        ({"advertiser": "880001", "day": "2025-06-18"}, [False, True, False]),
        ({"brand": "880001", "page": 2}, [False, True, False]),
    ],
    ids=["all", "path", "partner", "method", "day", "page"],
)
def test_a_rule_strikes_the_calls_that_it_names(match, expected):
    assert struck(match, NOTES, REPORT, ITEMS) == expected


def test_a_rule_strikes_so_many_times_or_those_that_it_counts():
    assert struck({"times": 2}, *[NOTES] * 4) == [True, True, False, False]
    assert struck({"nth": 3}, *[NOTES] * 4) == [False, False, True, False]
    assert struck({"nth": [1, 4]}, *[NOTES] * 4) == [True, False, False, True]


def test_chance_is_the_same_for_the_same_seed_and_another_for_another():
    first, again, other = (struck({"chance": 0.5}, *[NOTES] * 40, seed=seed) for seed in (1, 1, 2))

    assert first == again != other
    assert 8 < sum(first) < 32


def test_of_many_lists_the_pages_of_those_asked_for_last_are_kept():
    plan = read([], FAULTS)
    calls = [replace(REPORT, advertiser=f"{number}") for number in range(LISTS_KEPT + 1)]
    for call in calls:
        plan.pages_of(call)[1] = [{"note_id": call.advertiser}]

    assert plan.pages_of(calls[-1]) == {1: [{"note_id": f"{LISTS_KEPT}"}]}
    assert plan.pages_of(calls[0]) == {}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"rules": {}},
        [{"fault": "earthquake"}],
        [{"fault": "emptied", "match": {"colour": "red"}}],
        [{"fault": "emptied", "args": []}],
        ["emptied"],
    ],
)
def test_what_is_no_plan_is_refused(bad):
    with pytest.raises(ValueError, match=r"plan|fault|matched|objects"):
        read(bad, FAULTS)
