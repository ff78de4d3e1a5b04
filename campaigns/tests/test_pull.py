"""Pulling over real HTTP from the sandbox, and what it leaves in the ledger."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from campaigns import tasks
from campaigns.models import Note, PulledPage, SyncWindow
from campaigns.sync import pull, receipts
from campaigns.sync.windows import open_night
from campaigns.tests.pulling import DAY, facts, night, window
from merchants.models import Connection
from portal.lib.scope import Hat, scope
from portal.partners.base import Unavailable


def test_a_worker_pulls_a_window(joined):
    """As Celery calls it, with the task's name for the history beside every statement."""
    open_night()
    tasks.pull_window(window().pk)

    assert window().status == "closed"
    assert len(facts()) > 10


def test_a_window_ends_complete_with_a_receipt_for_each_page(joined):
    open_night()
    pull.pull_window(window().pk, owner="w1")

    closed = window()
    assert (closed.status, closed.attempts, closed.error) == ("closed", 0, "")
    assert closed.expected_rows == len(facts()) > 10
    with scope(Hat.NIGHT):
        page = PulledPage.objects.get()
    assert (page.number, page.changed, page.keys) == (1, len(facts()), [])


def test_the_facts_equal_what_really_happened_as_known_then(joined, sandbox):
    open_night()
    pull.pull_window(window().pk, owner="w1")

    truth = sandbox.truth(880001)
    spent = {d["note_id"]: d["fee_fen"] for d in truth["deliveries"] if d["day"] == f"{DAY}"}
    assert {fact["note_id"]: fact["fee_fen"] for fact in facts()} == spent


def test_pulling_a_day_twice_writes_nothing_the_second_time(joined):
    for _time in range(2):
        open_night(again=True)
        pull.pull_window(window().pk, owner="w1")

    assert all(fact["known_to"] is None for fact in facts())
    with scope(Hat.NIGHT):
        pages = list(PulledPage.objects.order_by("pull").values_list("pull", "changed"))
    assert pages == [(1, len(facts())), (2, 0)]


def test_pages_smaller_than_the_day_add_up_to_it(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    pull.pull_window(window().pk, owner="w1")

    with scope(Hat.NIGHT):
        assert PulledPage.objects.count() > 3
    assert window().status == "closed"
    assert len(facts()) == window().expected_rows


def test_of_pages_kept_together_each_has_its_own_receipt(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    pull.pull_window(window().pk, owner="w1")

    with scope(Hat.NIGHT):
        pages = {page.pk: page for page in PulledPage.objects.all()}
    counts = Counter(fact["page_id"] for fact in facts())
    assert {pk: page.changed for pk, page in pages.items() if page.changed} == counts
    assert max(counts.values()) == 5


def test_what_was_fetched_before_a_call_failed_is_kept(joined, settings, monkeypatch):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    fetch = pull._fetch

    def fail_at_the_third(lease, number):
        if number == 3:
            raise Unavailable("No answer.")
        return fetch(lease, number)

    monkeypatch.setattr(pull, "_fetch", fail_at_the_third)
    pull.pull_window(window().pk, owner="w1")

    assert (window().status, window().next_page, window().retries) == ("owed", 3, 1)
    assert len(facts()) == 10


def test_of_a_note_that_two_pages_tell_the_later_word_is_kept(joined):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = pull._fetch(lease, 1)
    row = page.rows[0]
    again = replace(page, rows=[{**row, "fee": "777.00"}])
    pull._keep(lease, 1, [replace(page, rows=[row]), again])

    (fact,) = facts()
    assert (fact["fee_fen"], fact["known_to"]) == (77_700, None)


@pytest.mark.parametrize(("seconds", "together"), [(60, [5]), (-1, [1, 1, 1, 1, 1])])
def test_pages_are_kept_together_unless_they_take_long(
    joined, settings, monkeypatch, seconds, together
):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    monkeypatch.setattr(pull, "LONGEST_UNKEPT", seconds)
    kept, write = [], receipts.write
    monkeypatch.setattr(
        receipts, "write", lambda *given, **how: kept.append(len(given[2])) or write(*given, **how)
    )
    open_night()
    pull.pull_window(window().pk, owner="w1")

    assert (window().status, kept) == ("closed", together)


def test_a_worker_that_died_between_pages_is_followed_by_one_that_goes_on(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    lease = pull.claim(window().pk, "w1")
    pull._keep(lease, 1, [pull._fetch(lease, 1)])
    night(lease_until=timezone.now() - timedelta(seconds=1))

    pull.pull_window(window().pk, owner="w2")

    assert (window().status, window().fence) == ("closed", 2)
    with scope(Hat.NIGHT):
        numbers = list(PulledPage.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_worker_that_lost_its_lease_writes_nothing(joined):
    open_night()
    first = pull.claim(window().pk, "w1")
    page = pull._fetch(first, 1)
    night(lease_until=timezone.now() - timedelta(seconds=1))
    assert pull.claim(window().pk, "w2")

    with pytest.raises(pull.LeaseLost):
        pull._keep(first, 1, [page])
    assert facts() == []


def test_of_two_workers_one_gets_the_window(joined):
    open_night()

    assert pull.claim(window().pk, "w1")
    assert pull.claim(window().pk, "w2") is None


def test_an_expired_token_is_renewed_once_and_the_window_ends_complete(joined, sandbox):
    sandbox.control(expire_access_tokens=True)
    open_night()
    pull.pull_window(window().pk, owner="w1")

    assert window().status == "closed"
    with scope(Hat.NIGHT):
        assert Connection.objects.get().version == 2


def test_a_partner_that_is_down_puts_the_window_off_and_burns_no_attempt(joined, settings):
    settings.XHS = settings.XHS | {"base_url": "http://127.0.0.1:9/api/open"}
    open_night()
    pull.pull_window(window().pk, owner="w1")

    later = window()
    assert (later.status, later.attempts, later.retries) == ("owed", 0, 1)
    assert later.not_before > timezone.now()


def test_rows_that_do_not_add_up_to_the_declared_total_are_pulled_again(joined, monkeypatch):
    open_night()
    lease = pull.claim(window().pk, "w1")
    pull._keep(lease, 1, [pull._fetch(lease, 1)])
    night(expected_rows=9999)

    with pytest.raises(pull.Suspect, match="9999 rows declared"):
        pull._close(lease)


def test_the_last_pages_of_a_pull_in_doubt_are_kept_all_the_same(joined):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = replace(pull._fetch(lease, 1), total=9999)
    with pytest.raises(pull.Suspect, match="9999 rows declared"):
        pull._keep(lease, 1, [page], close=True)

    assert len(facts()) == len(page.rows)
    assert (window().status, window().cursor) == ("leased", SyncWindow.ALL_CAME)
    with scope(Hat.NIGHT):
        assert PulledPage.objects.get().keys == page.named


def test_a_window_is_closed_with_its_last_pages_and_forgets_their_ids(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    lease = pull.claim(window().pk, "w1")
    pull._keep(lease, 1, [pull._fetch(lease, 1)])
    night(lease_until=timezone.now() - timedelta(seconds=1))
    pull.pull_window(window().pk, owner="w2")

    with scope(Hat.NIGHT):
        pages = list(PulledPage.objects.all())
    assert [page.keys for page in pages] == [[] for _page in pages]
    assert window().next_page == len(pages) + 1 > 3


def test_failures_that_passed_are_no_doubts(joined):
    open_night()
    night(retries=7)
    lease = pull.claim(window().pk, "w1")
    for doubts, status in ((1, "owed"), (2, "owed"), (3, "dead")):
        pull._pull_again(lease, pull.Suspect("3 rows declared, 2 returned."))
        assert (window().status, window().doubts) == (status, doubts)
        night(status="leased")
        lease.window.doubts = doubts


def test_a_page_that_arrives_after_the_night_is_asked_for_by_the_next(joined, sandbox):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = pull._fetch(lease, 1)
    sandbox.set_day(date(2025, 6, 24))
    with pytest.raises(pull.NightPassed):
        pull._keep(lease, 1, [page])
    pull._put_back(lease)
    assert facts() == []

    pull.pull_window(window().pk, owner="w2")
    assert (window().owed_on, window().closed_on, window().pull) == (*[date(2025, 6, 24)] * 2, 2)


def test_a_kept_page_proves_that_the_window_kills_no_worker(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    night(attempts=2, retries=4)
    lease = pull.claim(window().pk, "w1")
    assert window().attempts == 3
    pull._keep(lease, 1, [pull._fetch(lease, 1)])

    assert (window().attempts, window().retries) == (0, 0)


def test_a_call_after_a_long_renewal_of_tokens_begins_with_a_whole_lease(joined, settings):
    settings.SYNC_LEASE = timedelta(seconds=50)
    open_night()
    lease = pull.claim(window().pk, "w1")
    night(lease_until=timezone.now() + timedelta(seconds=1))
    lease.renewed_at -= 30
    pull._fetch(lease, 1)

    assert window().lease_until > timezone.now() + timedelta(seconds=40)


def test_who_lost_the_lease_meanwhile_does_not_even_call(joined, settings):
    open_night()
    lease = pull.claim(window().pk, "w1")
    lease.renewed_at -= 3600
    night(fence=99)

    with pytest.raises(pull.LeaseLost):
        pull._fetch(lease, 1)


def test_the_list_of_notes_is_kept_and_renewed(joined, sandbox):
    open_night()
    listed = window(date(2025, 6, 22), "juguang.note_list")
    pull.pull_window(listed.pk, owner="w1")

    with scope(Hat.NIGHT):
        ids = set(Note.objects.values_list("note_id", flat=True))
    assert ids == {note["note_id"] for note in sandbox.truth(880001)["notes"]}
