"""The hourly check: what breaks a link, what pauses it, and what alone brings it back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.links import health, seed
from campaigns.links.catalogue import consent_of
from campaigns.links.replace import replacements
from campaigns.models import (
    Item,
    Link,
    LinkCheck,
    LinkEvent,
    LinkHealth,
    LinkStatus,
    LinkTrouble,
    Note,
)
from campaigns.tests.conftest import consent
from campaigns.tests.factories import make_item, make_link, note_of
from campaigns.tests.factories_health import make_catalogue
from merchants.models import Notice, Role, Store
from merchants.tests.factories import (
    make_brand,
    make_membership,
    make_participation,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

OIL, CREAM, BOX = "710500318001", "710500483093", "710500689458"


@pytest.fixture
def store(brand, sandbox):
    sandbox.control(forget_items=True)
    make_membership(brand, make_user("told@example.test"), Role.OWNER)
    store = make_store(brand, seller_id="2200657001", title="山茶官方旗舰店")
    consent(store)
    return store


@pytest.fixture
def link(store):
    return make_link(note_of(store), item_id=OIL)


def state(link) -> tuple[str, str]:
    """Return the link's status and what the last check found."""
    with scope(Hat.NIGHT):
        link.refresh_from_db()
        return link.status, LinkHealth.objects.get(link=link).trouble


def move(link, target, by="林一"):
    user = make_user(f"{target}-{link.pk}@example.test", name=by)
    with scope(Hat.WEB, brand=link.brand_id, user=user.pk):
        Link.objects.get(pk=link.pk).move_to(target, by=user)


def history() -> list[str]:
    with scope(Hat.NIGHT):
        return list(LinkCheck.objects.order_by("pk").values_list("trouble", flat=True))


def notices() -> list[tuple[str, str]]:
    with scope(Hat.NIGHT):
        return list(Notice.objects.order_by("pk").values_list("kind", "link"))


def test_a_link_to_an_item_on_sale_is_in_order_and_stays_live(store, link):
    health.check_store(store.pk)

    assert state(link) == ("live", "fine")
    assert notices() == []


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"state": "instock"}, "off_shelf"),
        ({"state": "deleted"}, "deleted"),
        ({"price_fen": 0}, "price_zero"),
    ],
    ids=["off the shelf", "deleted", "for nothing"],
)
def test_an_item_that_cannot_be_bought_breaks_the_link(store, link, sandbox, change, trouble):
    sandbox.control(item={"num_iid": OIL, **change})
    health.check_store(store.pk)

    assert state(link) == ("broken", trouble)
    assert notices() == [("link_broken", f"/b/shancha/links/{link.pk}/")]
    with scope(Hat.NIGHT):
        event = LinkEvent.objects.get()
    assert (event.source, event.actor, event.said) == (
        "live",
        None,
        LinkTrouble(trouble).label,
    )


def test_a_cured_link_is_live_again_and_the_brand_is_told(store, link, sandbox):
    sandbox.control(item={"num_iid": OIL, "state": "instock"})
    health.check_store(store.pk)
    sandbox.control(item={"num_iid": OIL, "state": "onsale"})
    health.check_store(store.pk)

    assert state(link) == ("live", "fine")
    assert [kind for kind, _link in notices()] == ["link_broken", "link_restored"]
    assert history() == ["off_shelf", "fine"]


def test_a_link_that_a_person_paused_is_broken_and_comes_back_paused(store, link, sandbox):
    move(link, LinkStatus.PAUSED)
    sandbox.control(item={"num_iid": OIL, "state": "instock"})
    health.check_store(store.pk)
    assert state(link)[0] == "broken"

    sandbox.control(item={"num_iid": OIL, "state": "onsale"})
    health.check_store(store.pk)

    assert state(link) == ("paused", "fine")


def test_a_broken_link_that_a_person_paused_stays_paused_when_cured(store, link, sandbox):
    sandbox.control(item={"num_iid": OIL, "state": "instock"})
    health.check_store(store.pk)
    move(link, LinkStatus.PAUSED)
    sandbox.control(item={"num_iid": OIL, "state": "onsale"})
    health.check_store(store.pk)

    assert state(link) == ("paused", "fine")


def test_what_has_not_changed_is_checked_again_without_a_word(store, link, sandbox):
    sandbox.control(item={"num_iid": OIL, "state": "instock"})
    for _hour in range(3):
        health.check_store(store.pk)

    assert history() == ["off_shelf"]
    assert len(notices()) == 1


def test_without_an_answer_a_link_is_not_in_order_but_unknown(store, link, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}
    health.check_store(store.pk)

    assert state(link) == ("live", "unknown")
    with scope(Hat.NIGHT):
        row = LinkHealth.objects.get()
    assert (row.checked_at, row.unanswered_since) == (None, days.known_now())


def test_without_an_answer_a_broken_link_stays_broken(store, link, sandbox, settings):
    sandbox.control(item={"num_iid": OIL, "state": "deleted"})
    health.check_store(store.pk)
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}
    health.check_store(store.pk)

    assert state(link) == ("broken", "deleted")
    with scope(Hat.NIGHT):
        assert LinkHealth.objects.get().unanswered_since == days.known_now()


def test_what_was_said_of_another_item_is_no_answer(store, link, settings):
    health.check_store(store.pk)
    with scope(Hat.NIGHT):
        Link.objects.update(item_id=CREAM)
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}
    health.check_store(store.pk)

    assert state(link) == ("live", "unknown")
    assert history() == ["fine", "unknown"]


def test_a_policy_that_forbids_the_note_pauses_the_link_until_it_allows_it(store, link):
    make_policy(note_sources=[1])
    health.check_store(store.pk)
    assert state(link) == ("paused", "policy")
    with scope(Hat.NIGHT):
        Note.objects.update(source=1)

    health.check_store(store.pk)

    assert state(link) == ("live", "fine")
    assert [kind for kind, _link in notices()] == ["link_paused", "link_restored"]


def test_a_link_with_two_troubles_comes_home_when_both_are_cured(store, link, sandbox):
    make_policy(note_sources=[1])
    health.check_store(store.pk)
    sandbox.control(item={"num_iid": OIL, "state": "instock"})
    health.check_store(store.pk)
    assert state(link)[0] == "broken"
    sandbox.control(item={"num_iid": OIL, "state": "onsale"})
    health.check_store(store.pk)
    assert state(link) == ("paused", "policy")
    with scope(Hat.NIGHT):
        Note.objects.update(source=1)

    health.check_store(store.pk)

    assert state(link) == ("live", "fine")


def test_a_suspension_moves_no_link_but_stands_in_the_history(store, link):
    make_participation(store, "suspended")

    health.check_store(store.pk)

    assert state(link) == ("live", "store")
    assert history() == ["store"]


def test_a_private_note_stands_in_the_history_and_moves_nothing(store, link):
    with scope(Hat.NIGHT):
        Note.objects.update(status=10)

    health.check_store(store.pk)

    assert state(link) == ("live", "note")


def test_an_item_that_a_faulty_list_leaves_out_breaks_nothing(store, link, sandbox):
    sandbox.control(item={"num_iid": OIL, "state": "hidden"})

    health.check_store(store.pk)

    assert state(link) == ("live", "fine")


def test_a_link_to_the_store_page_needs_no_answer(store, settings):
    link = make_link(note_of(store), target="store", item_id="", item_title="", shop="shancha")
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}

    health.check_store(store.pk)

    assert state(link) == ("live", "fine")


def test_an_ended_link_is_not_looked_at(store):
    make_link(note_of(store), LinkStatus.ENDED, item_id=BOX)

    health.check_store(store.pk)

    assert history() == []


def test_another_stores_links_are_left_alone(store, link, sandbox):
    other = make_link(note_of(make_store(make_brand("yejing", "野径"), 2)), item_id=OIL)
    sandbox.control(item={"num_iid": OIL, "state": "instock"})

    health.check_store(store.pk)

    with scope(Hat.NIGHT):
        assert Link.objects.get(pk=other.pk).status == "live"
        assert not LinkHealth.objects.filter(link=other).exists()


def test_many_links_break_with_one_notice_and_as_many_statements_as_few(store, sandbox):
    def statements(first, count):
        for number in range(first, first + count):
            make_link(note_of(store, number), item_id=OIL)
        sandbox.control(item={"num_iid": OIL, "state": "instock"})
        with CaptureQueriesContext(connection) as queries:
            health.check_store(store.pk)
        return len(queries)

    few = statements(1, 2)
    assert statements(10, 60) <= few
    assert [kind for kind, _link in notices()] == ["link_broken"] * 2


def test_a_check_that_runs_twice_at_once_writes_once(store, link, sandbox):
    answers = health.ask(*_work(store))
    for _time in range(2):
        with scope(Hat.NIGHT):
            health.judge(Store.objects.select_related("brand").get(pk=store.pk), answers)

    assert history() == ["fine"]


def _work(store):
    catalogue = make_catalogue(store)
    with scope(Hat.NIGHT):
        assert Item.objects.count() == 0
        return catalogue, consent_of(store.pk), [OIL]


def test_the_demo_has_one_broken_link_with_a_proposal(store, sandbox):
    note_of(store)
    user = make_user("m@example.test")
    sandbox.set_day(seed.GIFT_DAY)
    seed.seed_gift_link(store, user)
    seed.seed_gift_link(store, user)
    with scope(Hat.NIGHT):
        Link.objects.update(status="live")
    sandbox.set_day(days.DEMO_NOW.date())

    health.check_store(store.pk)

    with scope(Hat.NIGHT):
        (link,) = Link.objects.all()
        make_item(store, title="山茶花修护精华油 礼盒装", price_fen=35_800)
        assert state(link) == ("broken", "off_shelf")
        assert replacements(link)
