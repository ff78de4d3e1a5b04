"""The ladder that a joined store goes down and up, as a table; no database."""

from datetime import date

import pytest

from merchants.models import ParticipationStatus
from merchants.requalify import Grace, Step, next_step
from merchants.rules import Result

GOOD, AT_RISK, RESTRICTED, SUSPENDED = ParticipationStatus
MET, NO, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN
GRACE = Grace(at_risk=14, restricted=7)
TODAY = date(2025, 6, 23)
IN_7, IN_14 = date(2025, 6, 30), date(2025, 7, 7)
YESTERDAY, TOMORROW = date(2025, 6, 22), date(2025, 6, 24)
A, B, AB, NONE = (frozenset(rules) for rules in ("A", "B", "AB", ""))

TABLE = {
    "all is met": (Step(GOOD), {"A": MET, "B": Result.NO_REQUIREMENT}, Step(GOOD)),
    "a rule is no longer met": (Step(GOOD), {"A": NO, "B": MET}, Step(AT_RISK, IN_14, A)),
    "the clock runs": (
        Step(AT_RISK, TOMORROW, A),
        {"A": NO, "B": MET},
        Step(AT_RISK, TOMORROW, A),
    ),
    "the clock has run out": (Step(AT_RISK, TODAY, A), {"A": NO}, Step(RESTRICTED, IN_7, A)),
    "nights were missed": (
        Step(AT_RISK, date(2025, 3, 1), A),
        {"A": NO},
        Step(RESTRICTED, IN_7, A),
    ),
    "restricted, and time to go": (
        Step(RESTRICTED, TOMORROW, A),
        {"A": NO},
        Step(RESTRICTED, TOMORROW, A),
    ),
    "restricted for too long": (
        Step(RESTRICTED, YESTERDAY, A),
        {"A": NO},
        Step(SUSPENDED, None, A),
    ),
    "suspended stays": (Step(SUSPENDED, None, A), {"A": NO}, Step(SUSPENDED, None, A)),
    "at risk and cured": (Step(AT_RISK, TODAY, A), {"A": MET}, Step(GOOD)),
    "restricted and cured": (Step(RESTRICTED, TODAY, A), {"A": MET}, Step(GOOD)),
    "suspended and cured": (Step(SUSPENDED, None, A), {"A": MET}, Step(GOOD)),
    "unknown starts no clock": (Step(GOOD), {"A": UNKNOWN}, Step(AT_RISK)),
    "unknown goes no further": (Step(AT_RISK), {"A": UNKNOWN}, Step(AT_RISK)),
    "unknown becomes not met": (Step(AT_RISK), {"A": NO}, Step(AT_RISK, IN_14, A)),
    "unknown stops no clock": (
        Step(AT_RISK, TODAY, A),
        {"A": UNKNOWN},
        Step(RESTRICTED, IN_7, A),
    ),
    "only what nobody knows is left": (
        Step(RESTRICTED, TODAY, A),
        {"A": MET, "B": UNKNOWN},
        Step(AT_RISK),
    ),
    "another rule fails meanwhile": (
        Step(AT_RISK, TOMORROW, A),
        {"A": NO, "B": NO},
        Step(AT_RISK, TOMORROW, A),
    ),
    "the later one gets a clock of its own": (
        Step(RESTRICTED, TODAY, A),
        {"A": MET, "B": NO},
        Step(AT_RISK, IN_14, B),
    ),
    "the next notice names both": (
        Step(AT_RISK, TODAY, A),
        {"A": NO, "B": NO},
        Step(RESTRICTED, IN_7, AB),
    ),
    "back from staff, restricted": (
        Step(RESTRICTED, None, A),
        {"A": NO},
        Step(RESTRICTED, IN_7, A),
    ),
    "back from staff, at risk": (Step(AT_RISK, None, A), {"A": NO}, Step(AT_RISK, IN_14, A)),
    "a rule is dropped from the policy": (Step(SUSPENDED, None, A), {"B": MET}, Step(GOOD)),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_next_step(case):
    present, results, expected = TABLE[case]
    assert next_step(present, results, TODAY, GRACE) == expected


@pytest.mark.parametrize("status", ParticipationStatus)
def test_no_judgement_leads_down_by_two(status):
    ladder = list(ParticipationStatus)
    until = YESTERDAY if status in (AT_RISK, RESTRICTED) else None
    failing = NONE if status == GOOD else A

    worse = next_step(Step(status, until, failing), {"A": NO}, TODAY, GRACE)
    assert ladder.index(worse.status) - ladder.index(status) == (status != SUSPENDED)
