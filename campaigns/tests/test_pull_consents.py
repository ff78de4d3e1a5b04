"""Pulling while the consent is withdrawn, given anew, or its tokens end."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from campaigns.sync import pull
from campaigns.sync.windows import hand_out, open_night
from campaigns.tests.pulling import facts, night, window
from merchants import services
from merchants.connections import Grant, hold
from merchants.consent_texts import agree_now
from merchants.models import Connection
from merchants.tests.factories import make_user
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent


def withdraw(joined):
    with scope(Hat.WEB, brand=joined.brand_id):
        services.withdraw_consent(joined, by=None)


def consent_again(joined):
    until = timezone.now() + timedelta(days=30)
    grant = Grant("access", until, "refresh", until)
    account, agreed = (joined.subject, joined.subject_name), agree_now(joined.partner)
    with scope(Hat.WEB, brand=joined.brand_id):
        services.connect_account(
            joined.store, joined.partner, account, grant, agreed=agreed, by=make_user()
        )


def test_a_withdrawn_consent_waits_for_a_person_and_loses_nothing(joined, sandbox):
    open_night()
    pull.pull_window(window().pk, owner="w1")
    kept = facts()
    sandbox.control(revoke="880001")
    open_night(again=True)
    pull.pull_window(window().pk, owner="w1")

    with scope(Hat.NIGHT):
        assert Connection.objects.get().status == "needs_consent"
    assert window().status == "owed"
    assert hand_out() == []
    assert facts() == kept


def test_a_window_is_due_as_soon_as_its_consent_is_given_anew(joined, sandbox):
    open_night()
    night(retries=4)
    sandbox.control(revoke="880001")
    pull.pull_window(window().pk, owner="w1")
    assert window().error != ""
    consent_again(joined)

    assert window().pk in hand_out()


def test_a_page_that_arrives_after_the_withdrawal_is_not_kept(joined):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = pull._fetch(lease, 1)
    withdraw(joined)

    with pytest.raises(NeedsConsent):
        pull._keep(lease, 1, [page])
    assert facts() == []


def test_a_window_whose_consent_is_withdrawn_between_two_pages_waits(joined, settings):
    settings.XHS = settings.XHS | {"report_page_size": 5}
    open_night()
    lease = pull.claim(window().pk, "w1")
    pull._keep(lease, 1, [pull._fetch(lease, 1)])
    kept = facts()
    withdraw(joined)
    night(lease_until=timezone.now() - timedelta(seconds=1))

    pull.pull_window(window().pk, owner="w2")

    assert facts() == kept
    assert window().fence == 1  # nobody takes it while it waits
    assert window().pk not in hand_out()


def test_a_page_asked_for_under_an_earlier_consent_is_asked_for_again(joined):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = pull._fetch(lease, 1)
    with scope(Hat.NIGHT):
        Connection.objects.update(consented_at=timezone.now())

    with pytest.raises(NeedsConsent, match="given anew"):
        pull._keep(lease, 1, [page])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("step", [withdraw, consent_again], ids=["withdrawn", "given again"])
def test_who_changes_the_consent_waits_for_the_page_that_is_being_kept(joined, step):
    open_night()
    lease = pull.claim(window().pk, "w1")
    page = pull._fetch(lease, 1)
    changed = threading.Event()

    def change():
        step(joined)
        changed.set()
        database.close()

    other = threading.Thread(target=change)
    with scope(Hat.NIGHT):
        hold(joined)
        other.start()
        assert not changed.wait(1)
        pull._keep(lease, 1, [page])
    other.join()

    assert changed.is_set()
    assert len(facts()) > 10
