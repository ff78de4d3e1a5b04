from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import NoteDay, QuarantinedRow, SyncWindow
from campaigns.reports.base import FetchedPage
from campaigns.sync.pull import pull_window
from campaigns.sync.windows import ask_again
from campaigns.tests.factories import make_quarantined, make_window
from campaigns.tests.test_note_day_rows import ROW
from merchants.models import AccessEvent, Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.partners.juguang import JuguangClient

PAGE = "/b/shancha/data/quarantine/"
FILE = "/b/shancha/data/quarantine.csv"
AGAIN = "/b/shancha/data/quarantine/again/"
ENGLISH = {"accept-language": "en"}


def window_of(brand, number=1, **fields):
    store = make_store(brand, number)
    make_connection(store, subject=f"a{number}")
    return make_window(store, **fields)


def statuses():
    with scope(Hat.NIGHT):
        return dict(SyncWindow.objects.values_list("pk", "status"))


def test_rows_are_counted_by_report_and_reason(client_as, brand):
    window = window_of(brand)
    make_quarantined(window, "one")
    make_quarantined(window, "two")
    make_quarantined(window, "three", reason="click is NaN.")

    found = client_as(Role.VIEWER).get(PAGE).context["reasons"]

    assert [(each.words, each.rows) for each in found] == [
        ("fee is negative.", 2),
        ("click is NaN.", 1),
    ]


def test_a_reason_is_told_in_the_readers_language(client_as, brand):
    window = window_of(brand)
    make_quarantined(window, "one", reason="The field fee is missing.")
    make_quarantined(window, "two", reason="odd <words> of a kind")

    read = client_as(Role.VIEWER).get(PAGE, headers={"accept-language": "zh-hans"}).text

    assert "缺少字段 fee" in read
    assert "odd &lt;words&gt; of a kind" in read


def test_rows_are_filtered_by_store_report_reason_and_day(client_as, brand):
    make_quarantined(window_of(brand, 1), "mine")
    other = window_of(brand, 2, day=days.yesterday() - timedelta(days=3))
    make_quarantined(other, "theirs", reason="click is NaN.")
    client = client_as(Role.VIEWER)

    def shown(**asked):
        return [row.raw for row, _label, _reason in client.get(PAGE, asked).context["rows"]]

    assert shown(store=other.store_id) == ["theirs"]
    assert shown(reason="click is NaN.") == ["theirs"]
    assert shown(day=days.yesterday().isoformat()) == ["mine"]
    assert shown(report="juguang.note_list") == []
    assert shown(report="nonsense", day="never") == ["mine", "theirs"]


def test_a_row_is_shown_as_text_whatever_it_holds(client_as, brand):
    make_quarantined(window_of(brand), "<script>alert(1)</script>")
    read = client_as(Role.VIEWER).get(PAGE).text
    assert "<script>alert" not in read
    assert "&lt;script&gt;alert" in read


def test_the_file_holds_the_filtered_rows_and_runs_no_formula(client_as, brand):
    make_quarantined(window_of(brand), "=cmd|' /C calc'!A0")
    client = client_as(Role.VIEWER)

    read = client.get(FILE).content.decode("utf-8-sig")

    assert "'=cmd|" in read
    assert "=cmd" not in client.get(FILE, {"reason": "another"}).text
    with scope(Hat.WEB, brand=brand.pk):
        assert AccessEvent.objects.filter(kind="export").count() == 2


def test_trying_again_owes_the_days_of_the_filtered_rows_anew(client_as, brand):
    asked, other = window_of(brand, 1), window_of(brand, 2)
    make_quarantined(asked)
    make_quarantined(other)

    answer = client_as(Role.MARKETER).post(
        AGAIN, {"store": asked.store_id}, follow=True, headers=ENGLISH
    )

    assert statuses() == {asked.pk: "owed", other.pk: "closed"}
    assert "1 day is asked for again." in answer.text


def test_trying_again_leaves_alone_what_is_owed_already(client_as, brand):
    window = window_of(brand, status="leased")
    make_quarantined(window)

    answer = client_as(Role.MARKETER).post(AGAIN, follow=True, headers=ENGLISH)

    assert statuses() == {window.pk: "leased"}
    assert "Nothing was asked for" in answer.text


def test_a_narrowed_marketer_asks_again_for_their_stores_alone(client, brand):
    mine, other = window_of(brand, 1), window_of(brand, 2)
    make_quarantined(mine)
    make_quarantined(other)
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(mine.store,))
    client.force_login(user)

    client.post(AGAIN)

    assert statuses() == {mine.pk: "owed", other.pk: "closed"}


def test_a_viewer_sees_no_button_to_try_again(client_as, brand):
    make_quarantined(window_of(brand))
    assert AGAIN not in client_as(Role.VIEWER).get(PAGE).text
    assert AGAIN in client_as(Role.MARKETER).get(PAGE).text


def test_an_empty_quarantine_says_whether_it_ever_held_anything(client_as, brand):
    client = client_as(Role.VIEWER)
    assert "could be believed" in client.get(PAGE, headers=ENGLISH).text

    make_quarantined(window_of(brand), settled_at=timezone.now())

    assert "settled by a later pull" in client.get(PAGE, headers=ENGLISH).text
    assert client.get(PAGE, {"settled": "on"}).context["page"].paginator.count == 1


def test_the_quarantine_takes_as_many_queries_for_ten_rows_as_for_one(client_as, brand):
    client, window = client_as(Role.MARKETER), window_of(brand)

    def queries(raws):
        for raw in raws:
            make_quarantined(window, raw, reason=f"{raw} is negative.")
        with CaptureQueriesContext(database) as captured:
            client.get(PAGE)
        return len(captured)

    assert queries(["first"]) == queries(f"more {n}" for n in range(9))


@pytest.fixture
def pulled(brand, monkeypatch):
    """Pull one window anew with the rows that the partner is made to answer."""
    window = window_of(brand)
    with scope(Hat.NIGHT):
        ensure_months(NoteDay.ledger(), [window.day])

    def pull_again(*rows):
        told = ROW | {"time": window.day.isoformat()}
        good = [told | {"note_id": f"{n:024x}"} for n in range(5)]
        bad = [{"note_id": each} for each in rows]
        page = FetchedPage([*good, *bad], sha256="0" * 64, more=False)
        monkeypatch.setattr(JuguangClient, "day_report", lambda *asked: page)
        with scope(Hat.NIGHT):
            ask_again(SyncWindow.objects.filter(pk=window.pk))
        pull_window(window.pk, owner="w1")
        with scope(Hat.NIGHT):
            return list(QuarantinedRow.objects.unsettled().values_list("raw", "last_pull"))

    return pull_again


def test_a_row_that_is_refused_again_stays_one_row(pulled):
    assert pulled("bad") == [("{'note_id': 'bad'}", 2)]
    assert pulled("bad") == [("{'note_id': 'bad'}", 3)]


def test_a_row_is_settled_by_a_later_complete_pull_that_does_not_refuse_it(pulled):
    pulled("bad", "worse")
    assert pulled("worse") == [("{'note_id': 'worse'}", 3)]
    assert pulled() == []


def test_a_row_that_comes_back_is_no_longer_settled(pulled):
    pulled("bad")
    pulled()
    assert pulled("bad") == [("{'note_id': 'bad'}", 4)]
