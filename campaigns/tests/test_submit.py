"""What is handed to Juguang, by whom, and how often: against the sandbox's own protocol."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.db.models.functions import Now

from campaigns.links import follow, submit
from campaigns.models import Link, LinkEvent, LinkStatus
from campaigns.tests.factories import make_link, make_note
from merchants.connections import call_juguang, juguang_app
from merchants.models import Connection, Notice
from merchants.tests.factories import make_consent, make_membership, make_store, make_user
from portal.lib.scope import Hat, scope
from portal.partners.juguang import JuguangClient
from portal.tests.processes import SandboxProcess
from portal.tests.test_partners_meet_sandbox import juguang_pair

PLAIN, EFFECT = "710500483093", "710500772004"
QUERY = "click_id=__CLICK_ID__"
OLD_TEXT = "2025-05-12"


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("juguang")
    with SandboxProcess(folder, SANDBOX_REVIEW_SECONDS="0") as process:
        yield process


@pytest.fixture
def juguang(brand, process, settings) -> Connection:
    """山茶's account with a real consent to direct links, and nothing standing there yet."""
    url = process.url
    settings.XHS = settings.XHS | {"base_url": f"{url}/api/open", "auth_url": f"{url}/auth"}
    store = make_store(brand)
    pair = juguang_pair(process, juguang_app(), 880001)
    found = Connection(brand=brand, store=store, partner="juguang", subject="880001")
    found.put_tokens(
        access=pair.access_token,
        access_until=pair.access_expires_at,
        refresh=pair.refresh_token,
        refresh_until=pair.refresh_expires_at,
    )
    with scope(Hat.NIGHT):
        found.save()
    make_consent(store, subject="880001")
    for old in standing(found):
        call_juguang(found, lambda api, gone=old: api.delete_direct_link("880001", gone))
    return found


@pytest.fixture
def approved(juguang) -> Link:
    card = call_juguang(juguang, lambda api: api.notes("880001", 1).notes[0])
    return make_link(make_note(juguang, note_id=card.note_id), LinkStatus.APPROVED, item_id=PLAIN)


def standing(connection) -> list[str]:
    found = call_juguang(connection, lambda api: api.direct_links("880001", 1).links)
    return [each.direct_link_id for each in found]


def settle(link) -> Link:
    submit.settle(link.pk, monitor_query=QUERY)
    return now(link)


def now(link) -> Link:
    with scope(Hat.NIGHT):
        return Link.objects.get(pk=link.pk)


def change(link, **fields) -> None:
    with scope(Hat.NIGHT):
        Link.objects.filter(pk=link.pk).update(**fields)


def targets(link) -> list[str]:
    with scope(Hat.NIGHT):
        events = LinkEvent.objects.filter(link=link).order_by("pk")
        return list(events.values_list("target", flat=True))


def test_an_approved_link_is_submitted_once_and_goes_live(approved, juguang):
    assert submit.due() == [approved.pk]

    settle(approved)
    settle(approved)
    assert follow.connections_to_ask() == [juguang.pk]
    follow.follow(juguang.pk)
    follow.follow(juguang.pk)

    link = now(approved)
    assert standing(juguang) == [link.direct_link_id]
    assert (link.status, link.review_state, targets(link)) == ("live", 2, ["submitted", "live"])
    assert submit.due() == follow.connections_to_ask() == []


def test_what_juguang_is_given_are_our_address_and_tmalls(approved, juguang):
    link = settle(approved)

    (made,) = call_juguang(juguang, lambda api: api.direct_links("880001", 1).links)

    ours = f"{link.short_url}?{QUERY}"
    assert (made.component.h5_url, made.component.click_url) == (ours, ours)
    assert made.component.deep_link == link.destination.deep_link
    assert (made.component.text, made.component.position) == ("购买同款", "capsule")


def test_a_crash_between_the_creation_and_our_note_of_it_makes_no_second(approved, juguang):
    settle(approved)
    change(approved, status="approved", direct_link_id="", lease_until=None)

    settle(approved)

    assert standing(juguang) == [now(approved).direct_link_id]


def test_what_juguang_rejects_is_told_with_its_words(approved, juguang):
    reader = make_user("reader@example.test")
    make_membership(juguang.brand, reader)
    change(approved, item_id=EFFECT)

    settle(approved)
    follow.follow(juguang.pk)

    link = now(approved)
    assert (link.status, link.review_state) == ("rejected", 3)
    assert "紧致" in link.review_comment
    assert "紧致" in link.rejected_because
    with scope(Hat.ADMIN):
        notice = Notice.objects.get(user=reader, kind="link_rejected")
    assert notice.link == f"/b/shancha/links/{link.pk}/"


def test_the_component_of_an_edited_link_is_taken_away_before_another_stands(approved, juguang):
    first = settle(approved).direct_link_id
    change(approved, status="approved", text="learn_more")

    second = settle(approved).direct_link_id

    assert first != second
    assert standing(juguang) == [second]


@pytest.mark.parametrize("status", ["ended", "in_review", "draft", "rejected"])
def test_what_may_not_stand_there_any_more_is_taken_away(approved, juguang, status):
    settle(approved)
    change(approved, status=status)
    assert submit.due() == [approved.pk]

    settle(approved)

    assert standing(juguang) == []
    assert (now(approved).direct_link_id, submit.due()) == ("", [])


def test_a_link_withdrawn_while_it_is_submitted_is_known_and_taken_away(
    approved, juguang, monkeypatch
):
    create = JuguangClient.create_direct_link

    def withdraw(client, *asked):
        change(approved, status="in_review")
        return create(client, *asked)

    monkeypatch.setattr(JuguangClient, "create_direct_link", withdraw)
    link = settle(approved)
    assert (link.status, standing(juguang)) == ("in_review", [link.direct_link_id])

    settle(approved)
    assert standing(juguang) == []


def test_a_link_edited_and_approved_anew_while_it_is_submitted_is_submitted_as_it_now_is(
    approved, juguang, monkeypatch
):
    create = JuguangClient.create_direct_link

    def edit(client, *asked):
        change(approved, text="learn_more")
        return create(client, *asked)

    monkeypatch.setattr(JuguangClient, "create_direct_link", edit)
    old = settle(approved)
    assert (old.status, standing(juguang)) == ("approved", [old.direct_link_id])
    monkeypatch.undo()

    settle(approved)

    (made,) = call_juguang(juguang, lambda api: api.direct_links("880001", 1).links)
    assert (made.component.text, now(approved).status) == ("了解详情", "submitted")


def test_a_consent_to_an_older_text_is_not_stretched(approved, juguang):
    make_consent(juguang.store, subject="880001", text_version=OLD_TEXT)

    link = settle(approved)

    assert (link.status, link.waits_for, standing(juguang)) == ("approved", "consent", [])


def test_when_juguang_does_not_answer_it_is_tried_again_later(approved, settings):
    settings.XHS = settings.XHS | {"base_url": "http://127.0.0.1:9/api/open"}

    link = settle(approved)

    assert (link.status, link.waits_for, link.tries) == ("approved", "juguang", 1)
    assert submit.due() == []
    change(approved, not_before=Now())
    assert submit.due() == [approved.pk]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_workers_at_once_submit_a_link_once(approved, juguang):
    together = Barrier(2)

    def work(_) -> None:
        together.wait()
        try:
            settle(approved)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    assert len(standing(juguang)) == 1
    assert targets(approved) == ["submitted"]
