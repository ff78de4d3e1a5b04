"""Long receipts, lists of the missing, of what is in quarantine and of what an import refused."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.exports import files, work
from campaigns.imports import refused
from campaigns.models import Campaign, Export, ExportKind, PulledPage, QuarantinedRow
from campaigns.results import origins
from campaigns.sync import quarantine
from campaigns.tests.factories import make_note, make_note_day, make_quarantined, make_window
from campaigns.tests.files import make_import
from campaigns.tests.plans import bind, join, make_campaign, make_star_task
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.days import known_now, starts_at
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
EXPORTS = "/b/shancha/data/exports/"
ENGLISH = {"Accept-Language": "en"}
PERIOD = {"from": "2025-06-10", "to": "2025-06-20", "as_of": "2025-06-21"}
RECEIPT = PERIOD | {"metric": "spend"}
KINDS = {
    "receipt": ("results/receipt", RECEIPT),
    "missing_notes": ("data/missing/notes", {"window": "15"}),
    "missing_star": ("data/missing/star", {"window": "15"}),
    "quarantine": ("data/quarantine", {"reason": "fee is negative."}),
    "refused": ("data/imports/{file_import}/refused", {}),
}


@pytest.fixture(autouse=True)
def made_files(own_files):
    """Keep what is being made in a folder that goes with the test."""
    return own_files


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def told(store, connection):
    """Three rows in each file, a cell of them a formula; return the import."""
    campaign, task = make_campaign(store), make_star_task(store)
    for number in (1, 2, 3):
        note = make_note(connection, number, title="=1+1")
        join(campaign, note)
        bind(task, note, order_id=f"P{number}", order_kind="custom", authorisation=1)
        lacks = {"order_15": None, "gmv_15_fen": None}
        make_note_day(note, DAY - timedelta(days=number), page_id=pulled(store, number).pk, **lacks)
    windows = [make_window(store, DAY - timedelta(days=ago)) for ago in (20, 21)]
    for number in (1, 2, 3):
        make_quarantined(windows[number % 2], f"=row {number}", row_hash=f"{number}")
    found = make_import(store, refused_count=3)
    own = {"brand_id": store.brand_id, "store_id": store.pk, "file_import": found}
    with scope(Hat.NIGHT):
        for number in (2, 4, 9):
            told = {"number": number, "row_hash": f"{number}", "raw": "=1+1", "reason": "no"}
            QuarantinedRow.objects.create(**own, **told)
    return found


def pulled(store, number):
    window = make_window(store, DAY - timedelta(days=number))
    own = {"brand_id": store.brand_id, "store_id": store.pk, "window": window}
    with scope(Hat.NIGHT):
        return PulledPage.objects.create(
            **own,
            owed_on=DAY,
            pull=1,
            number=number,
            sha256="a" * 64,
            keys=[],
            known_at=starts_at(DAY),
        )


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def short(monkeypatch):
    """Make three rows a long file."""
    monkeypatch.setattr(files, "AT_ONCE", 2)


def page_of(told, name, ending="csv"):
    path, asked = KINDS[name]
    return f"/b/shancha/{path.format(file_import=told.pk)}.{ending}", asked


def offered(client, told, name, ending="csv"):
    path, asked = page_of(told, name, ending)
    return client.get(path, asked, headers=ENGLISH)


def asked_by(page):
    """Return what the offer's form sends."""
    offer = {"what": page.context["kind"], "ending": page.context["ending"]}
    return offer | page.context["asked"]


def made(client, page):
    """Have the offered file made, and take it."""
    assert client.post(f"{EXPORTS}new/", asked_by(page)).status_code == 302
    (owed,) = work.hand_out()
    work.make(owed)
    return client.get(f"{EXPORTS}{owed}/file/")


def whole(answer):
    return b"".join(answer.streaming_content)


def exports():
    with scope(Hat.NIGHT):
        return list(Export.objects.order_by("pk"))


def endings(name):
    return ["csv"] if name == "refused" else ["csv", "xlsx"]


@pytest.mark.parametrize(("name", "ending"), [(n, e) for n in KINDS for e in endings(n)])
def test_what_is_made_is_to_the_byte_what_would_come_at_once(
    viewer, told, name, ending, monkeypatch
):
    at_once = offered(viewer, told, name, ending).content
    monkeypatch.setattr(files, "AT_ONCE", 2)
    page = offered(viewer, told, name, ending)

    assert "It has 3 rows" in page.text
    assert exports() == []  # nothing is made of a question alone
    viewer.cookies["django_language"] = "en"
    assert whole(made(viewer, page)) == at_once
    assert exports()[0].name == f"{page.context['name']}"


@pytest.mark.parametrize("name", KINDS)
def test_the_offer_says_what_is_asked_and_keeps_its_filters(viewer, told, short, name):
    page = offered(viewer, told, name)

    words = dict(page.context["form"].in_words())
    for field, value in KINDS[name][1].items():
        assert page.context["asked"][field] == value
    assert all(word in page.text for word in words)
    assert words


@pytest.mark.parametrize(
    ("name", "module"), [("receipt", origins), ("quarantine", quarantine), ("refused", refused)]
)
def test_rows_are_read_some_at_a_time_each_once(viewer, told, name, module, monkeypatch):
    at_once = offered(viewer, told, name).content
    monkeypatch.setattr(module, "AT_ONCE", 1)

    assert offered(viewer, told, name).content == at_once
    assert len(at_once.splitlines()) >= 4


def test_a_receipt_of_many_pages_takes_no_query_for_each(viewer, told, store, connection):
    def queries():
        with CaptureQueriesContext(database) as captured:
            assert offered(viewer, told, "receipt").status_code == 200
        return len(captured)

    for_three = queries()
    note = make_note(connection, 9)
    for number in range(9):
        on = date(2025, 6, 10) + timedelta(days=number)
        make_note_day(note, on, page_id=pulled(store, 40 + number).pk)

    assert queries() == for_three


def test_what_is_gone_by_then_is_not_made(viewer, told, short, brand):
    page = offered(viewer, told, "missing_notes")
    viewer.post(f"{EXPORTS}new/", asked_by(page))
    with scope(Hat.NIGHT):
        Export.objects.update(asked={"campaign": "0", "window": "15", "line": "notes"})

    (owed,) = work.hand_out()
    work.make(owed)

    assert (exports()[0].status, exports()[0].trouble) == ("failed", "gone")


@pytest.mark.parametrize(
    "said",
    [
        {"what": "receipt", "metric": "nothing"},
        {"what": "receipt", "metric": "spend", "place": "nobody"},
        {"what": "missing", "line": "notes", "campaign": "0"},
        {"what": "missing", "line": "nothing"},
        {"what": "quarantine", "store": "0"},
        {"what": "refused", "file_import": "0"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(viewer, told, said):
    answer = viewer.post(f"{EXPORTS}new/", {"ending": "csv"} | said, headers=ENGLISH)

    assert answer.status_code == 422
    assert "Part of what it asks for is gone" in answer.text
    assert exports() == []


def test_another_brands_rows_cannot_be_asked_for(viewer, told):
    theirs = make_store(make_brand("other", "别家"), 5)
    found, campaign = make_import(theirs), make_campaign(theirs, "别家的活动")

    for said in (
        {"what": "refused", "file_import": found.pk},
        {"what": "missing", "line": "notes", "campaign": campaign.pk},
    ):
        answer = viewer.post(f"{EXPORTS}new/", {"ending": "csv"} | said, headers=ENGLISH)
        assert answer.status_code == 422
        assert "别家" not in answer.text


def test_a_narrowed_reader_is_made_a_file_of_their_stores(brand, told, store, short):
    other = make_store(brand, 2, title="别店")
    make_connection(other, subject="a2")
    window = make_window(other)
    for number in range(3):
        make_quarantined(window, f"mine {number}")
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.VIEWER, (other,))
    client = Client()
    client.force_login(user)

    page = client.get("/b/shancha/data/quarantine.csv", headers=ENGLISH)
    content = whole(made(client, page)).decode()

    assert "mine 2" in content
    assert "=row" not in content


def test_a_list_is_of_the_moment_it_was_asked_for(brand, told, store):
    user = make_user("reader@example.test")
    member = make_membership(brand, user, Role.VIEWER)
    member.narrowed_to = ()
    own = {"brand": brand.pk, "user": user.pk}
    with scope(Hat.WEB, **own):
        form = files.form_of(ExportKind.MISSING, member, {"line": "notes"})
        asked = {"line": "notes", "campaign": f"{Campaign.objects.get().pk}", "window": "15"}
        assert form.is_valid()
        assert form.address() == asked
        now = files.file_of(ExportKind.MISSING, member, form)
        before = files.file_of(
            ExportKind.MISSING, member, form, known_at=starts_at(date(2025, 6, 10))
        )

    assert (now.rows, before.rows) == (3, 0)
    assert now.moment == known_now()
