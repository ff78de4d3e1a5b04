"""Attaching a link: the rules, Tmall's word, and two at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from campaigns.links.ground import NotAttachable
from campaigns.links.rules import Ground, Wish, objections
from campaigns.links.seed import seed_links
from campaigns.links.services import attach_link, items_on_sale
from campaigns.models import Link, LinkEvent, LinkStatus, LinkText, Note, NoteSource
from campaigns.tests.factories import make_link, note_of
from campaigns.tests.plans import named_note
from merchants.models import Connection, ParticipationStatus, Store, StoreStatus
from merchants.tests.factories import make_brand, make_participation, make_store, make_user
from portal.lib.days import known_now
from portal.lib.destinations import ITEM, STORE, Destination
from portal.lib.scope import Hat, scope
from portal.partners.top import TopClient

CREAM, IN_STOCK, NOT_OURS, NOBODYS = "710500483093", "710500813277", "710611840003", "999999999999"


def wish(item_id=CREAM, *, shop="", ad=True, vouches=False) -> Wish:
    return Wish(
        destination=Destination(STORE, shop=shop) if shop else Destination(ITEM, item_id=item_id),
        text=LinkText.BUY_THE_SAME,
        is_marked_as_ad=ad,
        vouches_for_domain=vouches,
    )


def refusal(note, asked) -> str:
    with pytest.raises(NotAttachable) as refused:
        attach_link(note, asked, by=make_user("m@example.test"))
    assert links() == []
    return " ".join(refused.value.reasons)


def links() -> list[Link]:
    with scope(Hat.NIGHT):
        return list(Link.objects.order_by("pk"))


def change(model, **fields):
    with scope(Hat.NIGHT):
        model.objects.update(**fields)


def test_a_released_store_gets_no_new_links(note, in_english):
    with scope(Hat.ADMIN):
        Store.objects.update(released_at=timezone.now())

    assert "was released to another brand" in refusal(note, wish())


def test_an_item_of_the_store_is_attached_and_handed_in(note):
    user = make_user()

    link = attach_link(note, wish(), by=user)

    assert links() == [link]
    assert (link.item_id, link.item_title, link.created_by) == (
        CREAM,
        "山茶温和卸妆膏 90g 眼唇可卸",
        user,
    )
    with scope(Hat.NIGHT):
        event = LinkEvent.objects.get()
        assert (event.source, event.target, event.actor) == ("draft", "in_review", user)
    assert (link.marked_as_ad_by, link.marked_as_ad_at) == (user, known_now())


@pytest.mark.parametrize(
    ("item_id", "words"),
    [(NOT_OURS, "isv.item-not-exist"), (NOBODYS, "isv.item-not-exist"), (IN_STOCK, "on sale")],
)
@pytest.mark.usefixtures("in_english")
def test_only_items_that_this_store_sells_are_attached(note, item_id, words):
    assert words in refusal(note, wish(item_id))


@pytest.mark.usefixtures("in_english")
def test_when_tmall_does_not_answer_nothing_is_saved(store, note, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}

    assert "does not answer" in refusal(note, wish())
    assert "does not answer" in items_on_sale(store).problem


@pytest.mark.usefixtures("in_english")
def test_without_consent_tmall_is_not_asked(store, note):
    change(Connection, status="needs_consent")

    assert "no valid consent" in refusal(note, wish())
    assert "no valid consent" in items_on_sale(store).problem


@pytest.mark.usefixtures("in_english")
def test_every_objection_is_told_at_once():
    store = Store(title="山茶官方旗舰店", status=StoreStatus.REGISTERED)
    ground = Ground(store=store, participation=ParticipationStatus.GOOD, policy=None)
    note = Note(source=NoteSource.OWN)

    found = objections(wish(shop="shancha", ad=False), note, ground, has_open_link=True)

    assert [
        words in line
        for words, line in zip(
            ["not been approved", "already has a link", "广告", "not known yet"], found, strict=True
        )
    ] == [True] * 4


@pytest.mark.usefixtures("in_english")
def test_a_store_that_is_not_approved_gets_no_link(note):
    change(Store, status=StoreStatus.REGISTERED)

    assert "not been approved" in refusal(note, wish())


@pytest.mark.parametrize(
    ("status", "words"), [("restricted", "Restricted"), ("suspended", "Participation suspended")]
)
@pytest.mark.usefixtures("in_english")
def test_a_restricted_or_suspended_store_gets_no_new_link(store, note, status, words):
    make_participation(store, status)

    told = refusal(note, wish())
    assert words in told
    assert "what to fix" in told


def test_a_store_at_risk_still_gets_links(store, note):
    make_participation(store, "at_risk")
    assert attach_link(note, wish(), by=make_user()).status == LinkStatus.IN_REVIEW


@pytest.mark.usefixtures("in_english")
def test_a_store_that_is_restricted_while_tmall_answers_gets_no_link(store, note, monkeypatch):
    ask = TopClient.item

    def answer(client, item_id):
        make_participation(store, "restricted")
        return ask(client, item_id)

    monkeypatch.setattr(TopClient, "item", answer)
    assert "Restricted" in refusal(note, wish())


@pytest.mark.usefixtures("in_english")
def test_a_note_has_one_open_link_and_may_get_another_when_it_ended(note):
    user = make_user()
    first = attach_link(note, wish(), by=user)

    with pytest.raises(NotAttachable, match="already has a link"):
        attach_link(note, wish(), by=user)
    with scope(Hat.NIGHT):
        first.move_to(LinkStatus.ENDED, by=user)
    assert attach_link(note, wish(), by=user) != first


def test_the_store_page_needs_an_owners_word_once(note):
    link = attach_link(note, wish(shop="shancha", vouches=True), by=make_user())

    assert link.destination.h5_url == "https://shancha.m.tmall.com/"
    with scope(Hat.NIGHT):
        assert Store.objects.get().domain == "shancha"


@pytest.mark.usefixtures("in_english")
def test_after_that_no_other_address_is_accepted(note):
    change(Store, domain="shancha")

    assert "no other is accepted" in refusal(note, wish(shop="rival", vouches=True))


@pytest.mark.usefixtures("in_english")
def test_an_address_counts_for_one_store_only(note):
    make_store(make_brand("yejing", "野径"), domain="yejing")

    assert "another store" in refusal(note, wish(shop="yejing", vouches=True))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_attaching_at_once_one_does_and_the_other_is_told(note):
    user, together = make_user(), Barrier(2)

    def attach(_) -> str:
        together.wait()
        try:
            return attach_link(note, wish(), by=user).status
        except NotAttachable:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(attach, range(2)))

    assert told == [LinkStatus.IN_REVIEW, "refused"]
    assert len(links()) == 1


def test_the_seed_attaches_six_links_and_no_more_when_run_again(store):
    make_link(note_of(store, 1))
    for number in range(2, 9):
        note_of(store, number)
    user = make_user()

    assert len(seed_links(store, user)) == 5
    assert seed_links(store, user) == []
    assert len({link.note_id for link in links()}) == 6


def test_the_seed_leaves_a_note_alone_that_juguang_does_not_list(store):
    listed = note_of(store, 1)
    named_note(store)

    assert [link.note_id for link in seed_links(store, make_user())] == [listed.pk]
