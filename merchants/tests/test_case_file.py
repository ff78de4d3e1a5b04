"""Which files a reviewer sees beside which rule."""

import pytest

from merchants import rules
from merchants.case_file import case_of
from merchants.models import EvidenceKind
from merchants.rules import Facts
from merchants.tests.factories import make_evidence, make_store

pytestmark = pytest.mark.usefixtures("own_files")
SCORE = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}


def asked_for(kind):
    return {"id": f"evidence_{kind}", "kind": "evidence", "document": kind}


def lines(stored, *files):
    verdicts = rules.freeze(stored, Facts(kind="B"))
    return case_of({}, verdicts, files, (), lambda piece: piece.name).lines


@pytest.mark.parametrize("kind", EvidenceKind.values)
def test_a_file_stands_beside_the_rule_that_asks_for_its_kind(brand, kind):
    piece = make_evidence(make_store(brand), kind=kind)

    [line] = lines([asked_for(kind)], piece)

    assert [file for file, _url in line.files] == [piece]


def test_a_file_that_speaks_for_two_rules_stands_once_and_the_second_says_so(brand):
    piece = make_evidence(make_store(brand), kind="scores")

    first, second = lines([SCORE, asked_for("scores")], piece)

    assert (len(first.files), first.is_shown_above) == (1, False)
    assert (len(second.files), second.is_shown_above) == (0, True)


def test_a_rule_without_a_file_does_not_point_above(brand):
    first, second = lines([SCORE, asked_for("scores")])

    assert not first.is_shown_above
    assert not second.is_shown_above
