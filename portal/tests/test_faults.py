"""Partners that go wrong, over real HTTP: whatever they answer, the ledger ends as the truth."""

from datetime import timedelta

import httpx
import pytest
import stamina
from django.utils import timezone

from campaigns.models import FieldDrift, Item, Note, SyncAlarm
from campaigns.sync import pull
from campaigns.sync.doubts import release_window
from merchants.models import Partner, PartnerBudget
from portal.lib import http
from portal.lib.scope import Hat, scope
from portal.sandbox.proxy import FaultProxy, black_hole
from portal.tests.fault_cases import CASES, ONCE
from portal.tests.faulty import DAY, REPORT, join, join_tmall, week_before

NOTES, ITEMS = "juguang.note_list", "top.items"


@pytest.fixture
def faulty(brand, sandbox, monkeypatch):
    """A store that joined; nobody waits between tries, and a call ends after a second."""
    monkeypatch.setitem(http.send.__kwdefaults__, "seconds", 1.0)
    with stamina.set_testing(True, attempts=3, cap=True):
        yield join(sandbox, brand)


@pytest.fixture(scope="module")
def proxy(sandbox_process):
    with FaultProxy(sandbox_process.port) as proxy:
        yield proxy


def carry(url, settings):
    """Let the portal speak to the sandbox through this address."""
    settings.XHS = settings.XHS | {"base_url": f"{url}/api/open"}


def arrange(case, faulty, settings):
    if case.paged:
        settings.XHS = settings.XHS | {"report_page_size": 5}
    if case.known:
        faulty.pull(*week_before(), DAY)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_shows_and_passes_and_leaves_the_truth(case, faulty, settings, proxy):
    arrange(case, faulty, settings)
    if case.carried:
        carry(proxy.url, settings)
    faulty.plan(case.fault, **case.plan)

    met = faulty.pull_once()
    faulty.pull(again=False)
    hits = faulty.sandbox.hits()
    faulty.sandbox.plan()
    healed = faulty.pull()

    assert met.status == case.first, met.error

    assert (healed.status, healed.attempts) == ("closed", 0), healed.error
    assert hits[0] > 0
    assert faulty.equals_truth()
    assert (faulty.alarms(), faulty.unsettled()) == (list(case.alarms), 0)
    rows = len(faulty.quarantined())
    assert rows == (case.quarantined if case.quarantined >= 0 else healed.expected_rows)


def test_a_wait_that_the_partner_asks_for_is_waited_and_costs_no_attempt(faulty):
    faulty.plan("rate_limited", **ONCE, seconds=600)

    later = faulty.pull_once()

    assert later.not_before > timezone.now() + timedelta(seconds=595)
    assert (later.attempts, later.retries) == (0, 0)


def test_twenty_refusals_in_a_row_hold_the_key_for_a_quarter_of_an_hour_at_most(faulty):
    join_tmall(faulty)
    faulty.plan("rate_limited", times=20)

    held = []
    for _refusal in range(20):
        later = faulty.pull_once()
        held.append(until(Partner.JUGUANG) - timezone.now())

    assert faulty.sandbox.hits() == [20]
    assert held[:4] == sorted(held[:4])
    assert held[0] < timedelta(seconds=7)
    assert timedelta(minutes=14, seconds=45) < max(held) < timedelta(minutes=15, seconds=5)
    assert (later.attempts, later.retries, until(Partner.TOP)) == (0, 0, None)
    assert faulty.pull().status == "closed"
    assert faulty.equals_truth()


def until(partner):
    """Return until when the partner's key is held, if it is."""
    with scope(Hat.NIGHT):
        keys = PartnerBudget.objects.filter(partner=partner, account="")
        return keys.values_list("held_until", flat=True).first()


def test_a_key_that_is_held_keeps_no_other_partner_waiting(faulty):
    join_tmall(faulty)
    faulty.plan("rate_limited")
    faulty.pull_once()
    hits = faulty.sandbox.hits()

    for key, day in ((ITEMS, None), (REPORT, DAY)):
        pull.pull_window(faulty.window(key, day).pk, owner="test")

    assert faulty.window(ITEMS, None).status == "closed"
    assert faulty.sandbox.hits() == hits


def test_a_token_from_before_the_plan_is_renewed_once_and_the_new_one_is_good(faulty):
    faulty.plan("old_token")

    for _night in range(2):
        assert faulty.pull_once().status == "closed"
    assert faulty.connection().version == 2


def test_pages_of_one_pull_may_come_from_servers_whose_clocks_differ(faulty, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    faulty.plan("clock", page=2, minutes=-4)

    assert faulty.pull_once().status == "closed"
    assert faulty.equals_truth()


def test_an_answer_older_than_an_earlier_pull_waits_until_a_slow_clock_would_be_past_it(faulty):
    faulty.pull()
    faulty.plan("stale", **ONCE, minutes=4)

    doubted = faulty.pull_once()

    wait = doubted.not_before - timezone.now()
    assert timedelta(minutes=3, seconds=45) < wait < timedelta(minutes=4, seconds=15)
    assert faulty.alarms() == []


def test_tmalls_limit_is_no_empty_shelf(faulty):
    join_tmall(faulty)
    for fault in ("top_limited", "isp_error"):
        faulty.plan(fault, path="/router/rest", **ONCE, seconds=60)
        assert faulty.pull_once(ITEMS, None).status == "owed"

    with scope(Hat.NIGHT):
        assert not Item.objects.exists()


def test_tmalls_refusal_is_not_repeated_and_told_in_its_words(faulty):
    join_tmall(faulty)
    faulty.plan("isv_error", path="/router/rest")

    window = faulty.pull_once(ITEMS, None)

    assert (window.status, faulty.sandbox.hits()) == ("failed", [1])
    assert window.error == "isv.invalid-parameter: Invalid arguments 参数错误"


def test_an_item_changed_in_the_future_is_refused_and_blocks_no_later_word(faulty):
    join_tmall(faulty)
    odd = {"field": "modified", "value": "2099-01-01 00:00:00", "rows": [0]}
    faulty.plan("odd", path="/router/rest", **odd, method="taobao.items.onsale.get")
    window = faulty.pull_once(ITEMS, None)
    reasons = {row.reason for row in faulty.quarantined()}
    assert (window.status, reasons) == (
        "closed",
        {"The item cannot have been changed on 2099-01-01."},
    )

    faulty.sandbox.plan()
    faulty.pull_once(ITEMS, None)

    with scope(Hat.NIGHT):
        assert Item.objects.count() == len(faulty.sandbox.items(2200657001))


def test_an_address_that_takes_no_connection_puts_the_window_off(faulty, settings):
    with black_hole() as nowhere:
        carry(nowhere, settings)
        window = faulty.pull_once()

    assert (window.status, window.retries, window.attempts) == ("owed", 1, 0)


def test_a_consent_that_is_gone_waits_for_a_person_and_keeps_the_figures(faulty):
    faulty.pull()
    dead = {"match": {"path": "*/offline/note"}, "fault": "token_expired"}
    gone = {"match": {"path": "*/refresh_token"}, "fault": "refresh_refused"}
    faulty.sandbox.plan(dead, gone)

    for _night in range(3):
        assert faulty.pull_once().status == "owed"

    assert faulty.connection().status == "needs_consent"
    assert faulty.sandbox.hits() == [1, 1]
    assert faulty.equals_truth()


@pytest.mark.parametrize("moment", [0, 4_070_908_800_000], ids=["1970", "2099"])
def test_a_note_written_at_no_possible_time_is_refused_alone(faulty, moment):
    faulty.plan("odd", path="*/note/list", field="create_time", value=moment, rows=[0])

    window = faulty.pull_once(NOTES, None)

    truth = faulty.sandbox.truth(880001)["notes"]
    with scope(Hat.NIGHT):
        assert Note.objects.count() == len(truth) - 1
    assert (window.status, len(faulty.quarantined())) == ("closed", 1)


def test_new_fields_and_values_are_taken_and_counted(faulty):
    faulty.plan("odd", field="brand_new", value="7")
    faulty.pull()
    faulty.pull()
    faulty.plan("odd", path="*/note/list", field="note_type", value=77, rows=[0])
    faulty.pull_once(NOTES, None)

    with scope(Hat.NIGHT):
        drifts = FieldDrift.objects.order_by("pk").values_list("field", "value", "times")
        assert list(drifts) == [("brand_new", "", 2), ("note_type", "77", 1)]
        assert Note.objects.filter(source=77).count() == 1


def test_a_report_without_a_field_it_needs_is_never_complete(faulty):
    faulty.plan("field_gone")

    window = faulty.pull()

    assert (window.status, window.closed_on, faulty.facts()) == ("dead", None, [])
    assert len(faulty.quarantined()) == len(faulty.truth())


def test_held_figures_change_nothing_until_a_person_releases_them(faulty):
    faulty.pull(*week_before(), DAY)
    before = faulty.facts()
    faulty.plan("fen_for_yuan")
    held = faulty.pull()
    assert (held.status, faulty.facts()) == ("held", before)

    assert release_window(held)
    released = faulty.pull(again=False)

    assert (released.status, released.is_released) == ("closed", False)
    assert faulty.facts()[0]["fee_fen"] > 50 * before[0]["fee_fen"]
    assert not release_window(released)


def test_an_alarm_quotes_nothing_of_the_answer(faulty, caplog):
    faulty.plan("foreign_rows", **ONCE, advertiser=880002)
    faulty.pull_once()

    with scope(Hat.NIGHT):
        words = SyncAlarm.objects.get().words
    assert words == "Rows of another account came with ours; nothing of the page was kept."
    assert f"alarm foreign brand={faulty.store.brand_id}" in caplog.text


def test_a_day_that_two_pulls_find_empty_has_no_data_and_keeps_its_history(faulty):
    faulty.pull()
    known = len(faulty.facts())
    faulty.plan("emptied")

    assert faulty.pull_once().status == "owed"
    assert len(faulty.facts()) == known
    window = faulty.pull(again=False)

    assert (window.status, window.expected_rows) == ("closed", 0)
    assert (faulty.facts(), faulty.history()) == ([], known)
    assert faulty.pull_once().status == "closed"  # as known, it needs no second look


def test_rows_that_two_pulls_do_not_name_are_closed_and_may_come_back(faulty):
    faulty.pull()
    known = len(faulty.facts())
    faulty.plan("late_rows", count=3)
    faulty.pull()
    assert len(faulty.facts()) == known - 3

    faulty.sandbox.plan()
    faulty.pull()

    assert faulty.equals_truth()


def test_a_plan_that_makes_no_sense_is_refused_and_nothing_changes(sandbox):
    sandbox.plan({"fault": "emptied"})

    bad = httpx.post(f"{sandbox.url}/world/plan", json=[{"fault": "earthquake"}])

    assert (bad.status_code, sandbox.hits()) == (400, [0])
