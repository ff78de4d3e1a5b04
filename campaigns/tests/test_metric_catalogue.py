"""The list of metrics that people read is the one that the code computes by."""

import re

from campaigns.models import NoteDay, StarDay
from campaigns.results.catalogue import as_markdown
from campaigns.results.metrics import METRICS, OF_PROGRAMME, RATIOS, SUMS, Line
from merchants.models import Role
from portal.frontend import ROOT

ENGLISH = {"Accept-Language": "en"}


def test_the_written_list_is_the_codes():
    assert (ROOT / "docs" / "metrics.md").read_text() == as_markdown()


def test_every_metric_is_a_sum_a_ratio_or_says_why_there_is_none():
    for metric in METRICS.values():
        kinds = [bool(metric.column), metric.is_ratio, bool(metric.not_returned)]
        assert kinds.count(True) == 1, metric.key


def test_every_column_is_one_of_its_lines_ledger():
    ledgers = {Line.DIRECT: NoteDay, Line.STAR: StarDay, Line.IN_SITE: NoteDay}
    for line, facts in ledgers.items():
        columns = {field.column for field in facts._meta.concrete_fields}
        asked = {each.column_for(n) for each in SUMS[line] for n in line.windows}
        assert asked <= columns


def test_no_ratio_mixes_the_lines():
    for line in Line:
        sides = {METRICS[key].line for ratio in RATIOS[line] for key in ratio.over}
        assert sides == ({line} if RATIOS[line] else set())
    assert all(RATIOS[line] for line in OF_PROGRAMME)


def test_the_page_lists_every_metric_in_both_languages(client_as):
    viewer = client_as(Role.VIEWER)

    chinese = viewer.get("/b/shancha/results/metrics/").text
    english = viewer.get("/b/shancha/results/metrics/", headers=ENGLISH).text

    assert set(re.findall(r'id="metric-(\w+)"', chinese)) == set(METRICS)
    assert "Store GMV" in english
    assert "商家GMV" in chinese
