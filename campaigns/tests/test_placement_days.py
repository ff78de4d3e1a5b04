"""聚光's note report by placement, from the brand's wish to the ledger."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from campaigns.models import FieldDrift, NoteDay, NotePlacementDay, ReportWish, SyncWindow
from campaigns.reports import note_placement_day
from campaigns.reports.ad_figures import FIGURES
from campaigns.reports.base import BadRow, PageContext
from campaigns.sync.estimate import estimate
from campaigns.sync.windows import open_night
from campaigns.tests.factories import make_window
from campaigns.tests.test_note_day_rows import ROW as OF_NOTE
from campaigns.tests.wishes import ask_for_placements
from merchants.consent_texts import WITH_DIRECT_LINKS
from merchants.models import Role
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.sandbox.tests.calls import report, xhs_token
from portal.tests.faulty import join

DAY = date(2025, 6, 18)
KEY, NOTES = "juguang.note_placement_day", "juguang.note_day"
ROW = OF_NOTE | {"placement": "2"}
USERS = ("i_user", "ti_user")
ADDITIVE = [column.name for column in FIGURES if column.name not in USERS]


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def faulty(brand, sandbox):
    faulty = join(sandbox, brand)
    ask_for_placements(faulty.store)
    open_night(brand=brand.pk)
    return faulty


def facts(**chosen):
    with scope(Hat.NIGHT):
        rows = NotePlacementDay.objects.filter(**{"known_to": None, "day": DAY} | chosen)
        return {(row["note_id"], row["placement"]): row for row in rows.values()}


def told(faulty):
    """Return what the healthy sandbox tells of the day, asked for without our client."""
    faulty.sandbox.plan()
    token = xhs_token(faulty.sandbox, 880001)["access_token"]
    rows = report(faulty.sandbox, token, DAY, DAY, split_columns=["placement"])
    parsed = [note_placement_day.parse(row, DAY) for row in rows]
    return {(row["note_id"], row["placement"]): row for row in parsed}


def is_true(faulty):
    truth, kept = told(faulty), facts()
    return truth.keys() == kept.keys() and all(
        kept[key][name] == value for key, row in truth.items() for name, value in row.items()
    )


def sums(model):
    with scope(Hat.NIGHT):
        rows = model.objects.filter(known_to=None, day=DAY).values("note_id").order_by("note_id")
        return {
            row.pop("note_id"): row for row in rows.annotate(**{f"{n}_": Sum(n) for n in ADDITIVE})
        }


def asked():
    with scope(Hat.NIGHT):
        return set(SyncWindow.objects.values_list("report", flat=True))


def test_a_night_puts_the_world_into_the_ledger_field_by_field(faulty):
    window = faulty.pull(key=KEY)

    assert (window.status, window.expected_rows, window.error) == ("closed", len(facts()), "")
    assert len(facts()) > 20
    assert is_true(faulty)


def test_the_placements_of_each_note_come_to_its_row_in_the_note_report(faulty):
    faulty.pull(key=KEY)
    faulty.pull(key=NOTES)

    assert sums(NotePlacementDay) == sums(NoteDay)
    assert len(sums(NoteDay)) > 10


def test_a_second_pull_writes_nothing_and_a_later_night_restates(faulty):
    faulty.pull(key=KEY)
    before = facts()
    faulty.pull(key=KEY)
    assert facts() == before

    faulty.sandbox.set_day(days.today() + timedelta(days=9))
    faulty.pull(key=KEY)

    assert is_true(faulty)
    assert facts() != before
    with scope(Hat.NIGHT):
        assert NotePlacementDay.objects.exclude(known_to=None).count() > 0


def test_it_is_read_of_those_stores_alone_whose_brand_asked(brand, store):
    make_consent(make_connection(store).store)
    other = make_store(brand, 2)
    make_consent(make_connection(other, subject="880002").store)
    open_night()
    assert KEY not in asked()

    ask_for_placements(other)
    open_night()

    with scope(Hat.NIGHT):
        windows = SyncWindow.objects.filter(report=KEY)
        assert set(windows.values_list("store", flat=True)) == {other.pk}
        assert windows.count() == 34


def test_an_older_consent_does_not_cover_it(store):
    make_connection(store)
    make_consent(store, text_version=WITH_DIRECT_LINKS)
    ask_for_placements(store)
    open_night()

    assert asked() == {"juguang.note_list", "juguang.creatives", NOTES}


def test_the_estimate_of_a_night_counts_it_where_it_was_asked_for(store):
    make_consent(make_connection(store).store)

    def windows():
        with scope(Hat.NIGHT):
            return next(each.windows for each in estimate() if each.partner == "juguang")

    before = windows()
    ask_for_placements(store)
    assert windows() == before + 34


def test_a_brand_asks_for_it_on_the_data_page_and_leaves_it(client_as, store):
    make_consent(make_connection(store).store)
    client, url = client_as(Role.MARKETER), f"/b/shancha/data/placements/{store.pk}/"
    page = client.get("/b/shancha/data/", headers={"Accept-Language": "en"}).text
    assert "Not pulled by placement" in page

    for _twice in range(2):
        client.post(url, {"wanted": "1"})
    with scope(Hat.NIGHT):
        (wish,) = ReportWish.objects.values_list("report", "asked_by__email")
    assert wish[0] == KEY
    assert wish[1]
    page = client.get("/b/shancha/data/", headers={"Accept-Language": "en"}).text
    assert "Pulled by placement too" in page

    client.post(url)
    with scope(Hat.NIGHT):
        assert not ReportWish.objects.exists()


def test_what_an_older_consent_does_not_cover_is_said_beside_the_wish(client_as, store):
    make_connection(store)
    make_consent(store, text_version=WITH_DIRECT_LINKS)
    ask_for_placements(store)
    page = client_as(Role.VIEWER).get("/b/shancha/data/", headers={"Accept-Language": "en"}).text

    assert "it waits for an owner's consent to the newer text" in page
    assert "Pulled by placement too" not in page


def test_what_is_wanted_no_more_holds_back_no_data_up_to(client_as, brand, store):
    make_connection(store)
    make_window(store, days.yesterday())
    make_window(store, days.yesterday() - timedelta(days=9), report=KEY)
    wish, viewer = ask_for_placements(store), client_as(Role.VIEWER)

    def told():
        page = viewer.get("/b/shancha/data/", headers={"Accept-Language": "en"})
        (health,) = page.context["connections"]
        (reach,) = page.context["reach"]
        return [str(each.label) for each in health.reaches], reach.is_up_to_date

    assert told() == (["Note level", "By placement"], True)
    with scope(Hat.WEB, brand=brand.pk):
        wish.delete()
    assert told() == (["Note level"], True)


def test_a_reader_sees_whether_it_is_pulled_and_no_button(client_as, store):
    make_connection(store)
    page = client_as(Role.VIEWER).get("/b/shancha/data/", headers={"Accept-Language": "en"}).text

    assert "Not pulled by placement" in page
    assert "Pull placements too" not in page


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"placement": None}, "placement is no code"),
        ({"placement": "feed"}, "placement is no code"),
        ({"placement": "-1"}, "placement is no code"),
        ({"placement": "01"}, "placement is no code"),
        ({"placement": "99999"}, "placement is no code"),
        ({"note_id": "66A1"}, "24 hexadecimal"),
        ({"fee": "-1.00"}, "fee is"),
        ({"time": "2025-06-17"}, "another day"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused(changes, reason):
    with pytest.raises(BadRow, match=reason):
        note_placement_day.parse(ROW | changes, DAY)


@pytest.mark.parametrize("code", ["9", 9])
def test_a_placement_without_a_word_is_kept_and_counted(store, code):
    row = ROW | {"placement": code}

    assert note_placement_day.parse(row, DAY)["placement"] == 9
    assert note_placement_day.unknown(row) == [("placement", "9")]
    assert note_placement_day.unknown(ROW) == []


def test_each_note_and_placement_has_a_name_of_its_own_as_long_as_an_id():
    places = [("6831c4480000000021017e53", "1"), ("6831c4480000000021017e53", "11")]
    places += [("6831c4480000000021017e54", "1"), ("no id", "1"), ("no id", "x" * 60)]
    names = note_placement_day.keys([{"note_id": n, "placement": p} for n, p in places])

    assert len(set(names)) == len(places)
    assert max(map(len, names)) <= 24


def test_a_placement_told_twice_is_kept_once(store):
    joined = make_connection(store, subject="880001")
    own = {"brand_id": store.brand_id, "store_id": store.pk, "connection": joined}
    context = PageContext(
        SyncWindow(**own, report=KEY, day=DAY, owed_on=DAY), 1, datetime(2025, 6, 19, tzinfo=UTC)
    )
    rows = [ROW, ROW | {"fee": "9.00"}, ROW | {"placement": "1"}]

    with scope(Hat.NIGHT):
        ensure_months(NotePlacementDay.ledger(), [DAY])
        (kept,) = note_placement_day.NOTE_PLACEMENT_DAY.keep([(context, rows)])

    assert {place for _note, place in facts()} == {1, 2}
    assert [reason for _row, reason in kept.refused] == [note_placement_day.TWICE]


def test_a_bad_row_stands_in_quarantine_and_is_settled_by_the_next_pull(faulty):
    faulty.plan("odd", field="fee", value="NaN", rows=[0])
    faulty.pull_once(KEY)
    assert [row.reason for row in faulty.quarantined()] == [
        "fee is not an unsigned number in ASCII digits."
    ]

    faulty.sandbox.plan()
    faulty.pull(key=KEY)

    assert is_true(faulty)
    assert [row.settled_at is not None for row in faulty.quarantined()] == [True]


def test_a_placement_that_is_taken_back_is_closed_once_two_pulls_agree(faulty):
    faulty.pull(key=KEY)
    before = len(facts())
    faulty.plan("late_rows", count=1)

    assert faulty.pull_once(KEY).status == "owed"
    assert len(facts()) == before
    faulty.pull(key=KEY, again=False)
    assert len(facts()) == before - 1


def test_figures_of_another_size_wait_for_a_person(faulty):
    for ago in (3, 2, 1):
        faulty.pull(DAY - timedelta(days=ago), key=KEY)
    faulty.plan("fen_for_yuan")

    assert faulty.pull(key=KEY).status == "held"
    assert facts() == {}


@pytest.mark.parametrize("fault", ["row_lost", "page_again", "rows_move", "server_error"])
def test_a_fault_while_paging_costs_no_row(faulty, fault, settings):
    settings.XHS = settings.XHS | {"report_page_size": 20}
    faulty.plan(fault, times=2)

    assert faulty.pull(key=KEY).status == "closed"
    assert is_true(faulty)


def test_a_fault_of_the_split_report_leaves_the_other_alone(faulty):
    faulty.sandbox.plan({"match": {"split": "placement"}, "fault": "emptied", "args": {}})

    assert faulty.pull(key=NOTES).expected_rows > 10


def test_a_new_placement_is_counted_as_drift(faulty):
    faulty.plan("odd", field="placement", value="9", rows=[0])
    faulty.pull_once(KEY)

    with scope(Hat.NIGHT):
        drift = FieldDrift.objects.values_list("report", "field", "value")
        assert list(drift) == [(KEY, "placement", "9")]
