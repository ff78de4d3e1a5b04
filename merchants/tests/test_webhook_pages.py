"""What owners do with webhooks, and what others see of them."""

import pytest
from django.db import ProgrammingError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from merchants.models import Change, Role, WebhookEndpoint
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from merchants.tests.webhooks import (
    change,
    change_endpoint,
    deliveries,
    delivery,
    endpoint_now,
    make_endpoint,
    owe,
)
from merchants.webhook_events import announce_of_store
from merchants.webhook_kinds import ALL
from portal.lib.scope import Hat, scope

HOME = "/b/shancha/settings/webhooks/"
URL = "http://127.0.0.1:9/redcat"


pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def owner(client_as):
    client = client_as(Role.OWNER)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def endpoint(brand):
    return make_endpoint(brand, "https://hooks.example.com/redcat")[0]


def add(client, url=URL, *kinds):
    return client.post(f"{HOME}new/", {"url": url, "kinds": kinds or ["link.rejected"]})


def only_endpoint() -> WebhookEndpoint:
    with scope(Hat.NIGHT):
        return WebhookEndpoint.objects.get()


def test_the_secret_is_shown_once_and_kept_sealed(owner):
    shown = add(owner).text
    made = only_endpoint()
    [secret] = made.secrets_at(timezone.now())

    assert secret in shown
    assert secret.encode() not in bytes(made.secret_sealed)
    assert secret not in owner.get(f"{HOME}{made.pk}/").text
    assert made.kinds == ["link.rejected"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://169.254.169.254/", "private network"),
        ("http://192.168.1.1/", "begin with https"),
        ("https://user@example.com/", "without a user name"),
        ("javascript:alert(1)", "whole address"),
        ("https://0x7f.1/", "be read"),
    ],
)
def test_an_address_that_is_never_called_is_not_taken(owner, url, words):
    answer = add(owner, url)

    assert answer.status_code == 422
    assert words in answer.text.replace("&#x27;", "'")


def test_the_same_address_twice_is_refused_until_the_first_is_deleted(owner):
    add(owner)
    assert add(owner).status_code == 422

    owner.post(f"{HOME}{only_endpoint().pk}/delete/")

    assert add(owner).status_code == 200


def test_an_unknown_event_is_refused(owner):
    assert add(owner, URL, "everything").status_code == 422


def test_a_brand_has_ten_at_most(owner, brand):
    for number in range(10):
        make_endpoint(brand, f"https://hooks.example.com/{number}")
    assert "at most 10" in add(owner).text


def test_a_deleted_webhook_is_gone_with_its_secret_and_sends_nothing(owner, brand, endpoint):
    owe(brand)

    owner.post(f"{HOME}{endpoint.pk}/delete/")

    assert bytes(endpoint_now(endpoint).secret_sealed) == b""
    assert (delivery().status, delivery().problem) == ("failed", "deleted")
    assert owner.get(f"{HOME}{endpoint.pk}/").status_code == 404
    assert owner.post(f"{HOME}log/{delivery().pk}/replay/").status_code == 422


def test_a_second_test_waits_for_the_first(owner, endpoint):
    owner.post(f"{HOME}{endpoint.pk}/test/")

    assert owner.post(f"{HOME}{endpoint.pk}/test/").status_code == 422
    assert delivery().kind == "webhook.test"


def test_two_rotations_at_once_are_refused(owner, endpoint):
    assert "whsec_" in owner.post(f"{HOME}{endpoint.pk}/rotate/").text
    assert owner.post(f"{HOME}{endpoint.pk}/rotate/").status_code == 422
    assert len(endpoint_now(endpoint).secrets_at(timezone.now())) == 2


@pytest.mark.parametrize("status", ["sent", "failed"])
def test_a_delivery_is_sent_again_with_its_old_ids(owner, brand, endpoint, status):
    owe(brand)
    change(status=status, attempts=9)
    before = delivery()

    owner.post(f"{HOME}log/{before.pk}/replay/")

    assert (delivery().status, delivery().attempts) == ("owed", 0)
    assert delivery().event_id == before.event_id


def test_what_failed_since_a_moment_is_sent_again(owner, brand, endpoint):
    owe(brand)
    owe(brand)
    change(status="failed")
    old, _young = deliveries()
    with scope(Hat.NIGHT):
        rows = type(old).objects.filter(pk=old.pk)
        rows.update(created_at="2025-01-01T00:00:00Z")

    owner.post(f"{HOME}{endpoint.pk}/replay/", {"since": "2025-06-01T00:00"})

    assert [each.status for each in deliveries()] == ["failed", "owed"]


@pytest.mark.parametrize("since", ["", "yesterday", "0001-01-01T00:00", "99999-01-01T00:00"])
def test_a_moment_that_cannot_be_read_sends_nothing(owner, endpoint, since):
    answer = owner.post(f"{HOME}{endpoint.pk}/replay/", {"since": since})
    assert answer.status_code == 422


def test_what_is_switched_off_is_not_replayed(owner, brand, endpoint):
    owe(brand)
    change(status="failed")
    change_endpoint(endpoint, status="disabled", reason="gone")

    assert owner.post(f"{HOME}log/{delivery().pk}/replay/").status_code == 422


def test_a_marketer_sees_the_host_and_the_log_and_no_address(client_as, brand, endpoint):
    owe(brand)
    marketer = client_as(Role.MARKETER)

    pages = [marketer.get(f"{HOME}{page}").text for page in ("", "log/", f"log/{delivery().pk}/")]

    assert all("hooks.example.com" in page for page in pages)
    assert not any("hooks.example.com/redcat" in page for page in pages)


def test_an_answer_is_shown_as_text(owner, brand, endpoint):
    owe(brand)
    change(answer="<script>alert(1)</script>")

    page = owner.get(f"{HOME}log/{delivery().pk}/").text

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.fixture
def narrowed(brand):
    store, other = make_store(brand, 1), make_store(brand, 2)
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.OWNER, stores=(store,))
    client = Client()
    client.force_login(user)
    return client, store, other


def test_an_owner_of_some_stores_adds_none_and_sees_none(narrowed, endpoint):
    client, _store, _other = narrowed

    assert add(client).status_code == 403
    assert client.get(f"{HOME}{endpoint.pk}/").status_code == 404
    assert "hooks.example.com" not in client.get(HOME).text


def test_what_an_owner_of_some_stores_causes_is_told_all_the_same(brand, narrowed, endpoint):
    _client, store, _other = narrowed
    with scope(Hat.WEB, brand=brand.pk, stores=[store.pk]):
        announce_of_store("application.approved", store, application=1)

    assert delivery().store_id == store.pk


def test_they_see_in_the_log_what_was_told_of_their_stores(brand, narrowed, endpoint):
    client, store, other = narrowed
    for each in (store, other):
        owe(brand, kind="link.live", store=each)
    mine, theirs = deliveries()

    assert client.get(f"{HOME}log/{mine.pk}/").status_code == 200
    assert client.get(f"{HOME}log/{theirs.pk}/").status_code == 404


def test_no_event_can_be_owed_to_another_brand(brand, endpoint):
    other = make_brand("yejing", "野径")
    refused = pytest.raises(ProgrammingError, match="Not of this brand")
    with refused, scope(Hat.WEB, brand=other.pk):
        announce_of_store("link.live", make_store(brand))


def test_what_is_undone_is_owed_to_nobody(brand, endpoint):
    class Undone(Exception):
        pass

    def announce_and_fail():
        with scope(Hat.WEB, brand=brand.pk):
            announce_of_store("link.live", make_store(brand))
            raise Undone

    with pytest.raises(Undone):
        announce_and_fail()
    assert deliveries() == []


def test_the_history_of_a_webhook_holds_no_secret(owner, endpoint):
    owner.post(f"{HOME}{endpoint.pk}/rotate/")
    with scope(Hat.ADMIN):
        kept = [str(each.kept) for each in Change.objects.filter(subject="webhookendpoint")]

    assert kept
    assert not any("sealed" in each for each in kept)


@pytest.mark.parametrize("page", ["", "log/"])
def test_ten_cost_as_many_queries_as_one(owner, brand, endpoint, page):
    owe(brand)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(f"{HOME}{page}")
        return len(captured)

    for_one = queries()
    for number in range(8):
        make_endpoint(brand, f"https://hooks.example.com/{number}")
        owe(brand)
    assert queries() == for_one


def test_the_guide_shows_each_kind_with_an_example(owner):
    page = owner.get(f"{HOME}guide/").text

    told = [kind.key for kind in ALL if f"&quot;kind&quot;: &quot;{kind.key}&quot;" in page]
    assert told == [kind.key for kind in ALL]
    assert "def is_from_redcat" in page
