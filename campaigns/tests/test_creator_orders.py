"""蒲公英's orders: read from the sandbox, bound to notes and star tasks, shown on their pages."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns import tasks
from campaigns.models import CreatorOrder, Note, NoteFound, StarTaskNote, SyncWindow, WindowStatus
from campaigns.reports import creator_orders, note_list
from campaigns.reports.base import PageContext
from campaigns.sync.windows import open_night
from campaigns.tests.factories import note_id_of, note_of
from campaigns.tests.plans import bind, make_star_task, named_note
from campaigns.tests.test_note_list import card
from merchants import seed
from merchants.consent_texts import FIRST, WITH_CREATOR_ORDERS
from merchants.models import Role
from merchants.tests.factories import make_connection, make_consent, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.pugongying import OrderedNote

ENGLISH = {"Accept-Language": "en"}
TASKS = "/b/shancha/star-tasks/"
DAY = date(2025, 6, 22)


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def account(store):
    return make_connection(store, "pugongying")


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def ordered(note_id, order_id="PGY1", kind="定制合作", task_id="", price="1,200.00", **fields):
    fields = {
        "title": "一支油走天下",
        "creator": "北边的阿柚",
        "ordered_on": "2025-06-01 10:00:00",
        "published_on": "2025-06-08 10:00:00",
    } | fields
    return OrderedNote(
        note_id=note_id,
        order_id=order_id,
        kind=kind,
        price=price,
        star_task_id=task_id,
        **fields,
    )


def context_of(joined):
    own = {"brand": joined.brand, "store": joined.store, "connection": joined}
    window = SyncWindow(**own, report="x", day=DAY, owed_on=DAY)
    return PageContext(window, 1, datetime(2025, 6, 23, tzinfo=UTC))


def tell(account, *rows):
    with scope(Hat.NIGHT):
        return creator_orders.keep(context_of(account), rows)


def every(model):
    with scope(Hat.ADMIN):
        return list(model.objects.order_by("pk"))


def page_of(client, note) -> str:
    return client.get(f"/b/shancha/notes/{note.pk}/", headers=ENGLISH).text


def test_a_night_brings_every_order_of_ninety_days(store, sandbox):
    seed.consent_pugongying(store, make_user(), 660001)
    open_night()
    (window,) = (each for each in every(SyncWindow) if each.report == "pugongying.notes")

    tasks.pull_window(window.pk)
    tasks.pull_window(window.pk)

    (window,) = (each for each in every(SyncWindow) if each.pk == window.pk)
    assert window.status == WindowStatus.CLOSED
    orders = every(CreatorOrder)
    assert len(orders) == window.expected_rows == len({order.order_id for order in orders}) >= 10
    since = days.starts_at(DAY - timedelta(days=89))
    assert min(order.ordered_at for order in orders) >= since
    assert {order.kind for order in orders} == {"custom", "recruit", "other"}


def test_a_consent_to_the_older_text_is_not_stretched(store, account):
    make_consent(store, "pugongying", text_version=FIRST)
    open_night()
    assert every(SyncWindow) == []

    make_consent(store, "pugongying", text_version=WITH_CREATOR_ORDERS)
    open_night()
    assert [window.report for window in every(SyncWindow)] == ["pugongying.notes"]

    make_consent(store, "pugongying")
    open_night()
    newer = {"pugongying.notes": 1, "pugongying.note_day": 3}  # the three snapshots that are kept
    assert Counter(window.report for window in every(SyncWindow)) == newer


def test_an_order_binds_to_the_note_that_juguang_lists(store, account):
    note = note_of(store, 1)

    tell(account, ordered(note.note_id))

    (order,) = every(CreatorOrder)
    assert (order.note_id, order.kind, order.fee_fen) == (note.pk, "custom", 120_000)
    assert len(every(Note)) == 1


def test_a_note_that_only_an_order_knows_is_kept_and_takes_no_link(store, account, marketer):
    tell(account, ordered("a" * 24))

    (note,) = every(Note)
    assert (note.found_by, note.creator, note.connection_id) == ("order", "北边的阿柚", None)
    assert "ordered in Pugongying, but Juguang does not list it" in page_of(marketer, note)


def test_a_pasted_note_learns_what_its_order_says(store, account):
    named = named_note(store)

    tell(account, ordered(named.note_id))

    (note,) = every(Note)
    assert (note.pk, note.found_by, note.title) == (named.pk, NoteFound.ORDER, "一支油走天下")


def test_an_ordered_note_stays_the_same_row_once_juguang_lists_it(store, account):
    tell(account, ordered("0" * 24))
    (kept,) = every(Note)

    with scope(Hat.NIGHT):
        note_list.keep(context_of(make_connection(store)), [card()])
    tell(account, ordered("0" * 24))

    (note,) = every(Note)
    assert (note.pk, note.found_by, note.title) == (kept.pk, NoteFound.JUGUANG, "笔记")


def test_what_a_later_answer_says_of_an_order_holds(store, account):
    tell(account, ordered("a" * 24, price="-"))
    tell(account, ordered("a" * 24, price="800", kind="共创合作"))

    (order,) = every(CreatorOrder)
    assert (order.fee_fen, order.kind, order.kind_word) == (80_000, "other", "共创合作")


@pytest.mark.parametrize(
    "bad",
    [
        {"note_id": "G" * 24},
        {"order_id": "P" * 40},
        {"task_id": "x"},
        {"price": "-3"},
        {"ordered_on": "1.6."},
        {"published_on": ""},
    ],
    ids=["note", "order", "task", "price", "ordered", "published"],
)
def test_an_order_that_cannot_be_believed_is_refused_and_the_others_are_kept(account, bad):
    kept = tell(account, ordered("b" * 24), ordered(**{"note_id": "a" * 24, **bad}))

    assert len(kept.refused) == 1
    assert [order.note.note_id for order in orders_with_notes()] == ["b" * 24]


def orders_with_notes():
    with scope(Hat.ADMIN):
        return list(CreatorOrder.objects.select_related("note"))


def test_the_star_task_on_an_order_binds_its_note(store, account, marketer):
    task = make_star_task(store, task_id="ST-1")
    note = note_of(store, 1)

    tell(account, ordered(note.note_id, task_id="ST-1"))
    tell(account, ordered(note.note_id, task_id="ST-1"))

    (row,) = every(StarTaskNote)
    assert (row.star_task_id, row.note_id, row.by_order) == (task.pk, note.pk, True)
    assert (row.order_id, row.order_kind) == ("PGY1", "custom")
    page = marketer.get(f"{TASKS}{task.pk}/", headers=ENGLISH)
    assert "bound by its order" in page.text
    (on_orders,) = [c for c in page.context["checks"] if c.title == "On Pugongying orders"]
    assert on_orders.colour == "ok"


def test_what_a_person_bound_stays_and_a_blank_order_is_filled_in(store, account):
    mine, theirs = make_star_task(store, 1), make_star_task(store, 2, task_id="ST-2")
    bind(mine, note_of(store, 1), order_id="HAND", order_kind="recruit")
    bind(mine, note_of(store, 2))

    tell(account, *(ordered(note_id_of(n), f"PGY{n}", task_id=theirs.task_id) for n in (1, 2)))

    rows = every(StarTaskNote)
    assert {row.star_task_id for row in rows} == {mine.pk}
    assert [row.order_id for row in rows] == ["HAND", "PGY2"]


def test_a_note_leaves_the_star_task_that_its_order_names_no_more(store, account):
    make_star_task(store, 1, task_id="ST-1")
    other = make_star_task(store, 2, task_id="ST-2")
    tell(account, ordered("a" * 24, task_id="ST-1"), ordered("b" * 24, "PGY2", task_id="ST-1"))

    tell(account, ordered("a" * 24, task_id="ST-2"), ordered("b" * 24, "PGY2"))

    (row,) = every(StarTaskNote)
    (moved, _freed) = every(Note)
    assert (row.star_task_id, row.note_id) == (other.pk, moved.pk)


def test_of_two_orders_for_a_note_the_newer_holds(store, account):
    make_star_task(store, 1, task_id="ST-1")
    newer = make_star_task(store, 2, task_id="ST-2")
    earlier = {"ordered_on": "2025-05-01 10:00:00"}

    tell(
        account,
        ordered("a" * 24, "PGY2", task_id="ST-2"),
        ordered("a" * 24, "PGY1", task_id="ST-1", **earlier),
    )

    assert [row.star_task_id for row in every(StarTaskNote)] == [newer.pk]


def test_a_task_of_another_store_is_not_the_one_on_the_order(brand, store, account):
    make_star_task(make_store(brand, 2), task_id="ST-1")

    tell(account, ordered("a" * 24, task_id="ST-1"))

    assert every(StarTaskNote) == []


def test_a_task_that_is_not_entered_is_named_and_binds_once_it_is(store, account, marketer):
    tell(account, ordered("a" * 24, task_id="ST-1"))
    page = marketer.get(TASKS, headers=ENGLISH).text
    assert "ST-1" in page
    assert "Enter a star task" in page
    form = marketer.get(f"{TASKS}new/?task_id=ST-1&store={store.pk}", headers=ENGLISH)
    assert 'value="ST-1"' in form.text

    sent = {"name": "六月", "task_id": "ST-1", "starts_on": "2025-06-01", "ends_on": "2025-06-30"}
    marketer.post(f"{TASKS}new/", sent | {"store": store.pk})

    assert [row.by_order for row in every(StarTaskNote)] == [True]
    assert "Pugongying orders name star tasks" not in marketer.get(TASKS, headers=ENGLISH).text


def test_an_order_that_a_person_corrects_is_theirs_from_then_on(store, account, marketer):
    task = make_star_task(store, task_id="ST-1")
    tell(account, ordered("a" * 24, task_id="ST-1"))
    (row,) = every(StarTaskNote)
    url = f"{TASKS}{task.pk}/notes/{row.pk}/"
    sent = {"order_id": row.order_id, "order_kind": row.order_kind, "authorisation": "1"}

    marketer.post(url, sent)
    assert [each.by_order for each in every(StarTaskNote)] == [True]
    marketer.post(url, sent | {"order_id": "HAND"})
    tell(account, ordered("a" * 24, task_id="ST-1"))

    (row,) = every(StarTaskNote)
    assert (row.order_id, row.by_order, row.authorisation) == ("HAND", False, 1)


def test_the_notes_page_shows_its_order(store, account, marketer):
    note = note_of(store, 1)
    assert "No order names this note." in page_of(marketer, note)
    tell(account, ordered(note.note_id, task_id="ST-1", kind="招募合作"))

    page = page_of(marketer, note)

    for shown in ("PGY1", "招募合作", "1,200.00", "北边的阿柚", "ST-1", "2025-06-01"):
        assert shown in page


def test_the_stores_page_says_whether_orders_are_read(store, account, marketer):
    make_consent(store, "pugongying", text_version=FIRST)
    url = f"/b/shancha/stores/{store.pk}/"
    assert "Creator orders are not read before" in marketer.get(url, headers=ENGLISH).text

    make_consent(store, "pugongying", text_version=WITH_CREATOR_ORDERS)
    page = marketer.get(url, headers=ENGLISH).text
    assert "Creator orders are not read before" not in page
    assert "What ordered notes reached is not read before" in page

    make_consent(store, "pugongying")

    assert "not read before" not in marketer.get(url, headers=ENGLISH).text
