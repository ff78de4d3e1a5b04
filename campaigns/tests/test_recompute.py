"""A figure recomputed from raw: equal after any night, and never called so when it can't be."""

from datetime import date, timedelta
from io import StringIO

import pytest
from backports.zstd import compress, decompress
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import NoteDay, RawPage
from campaigns.results import recompute
from campaigns.tests.answering import DAY, Answering, note_id, told
from campaigns.tests.factories import make_note, make_window
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

PAGE = "/b/shancha/results/receipt/recompute/"
ENGLISH = {"Accept-Language": "en"}
PERIOD = {"from": "2025-06-01", "to": "2025-06-18"}


@pytest.fixture
def answering(own_files, monkeypatch):
    return Answering(monkeypatch)


@pytest.fixture
def window(brand):
    return window_of(brand)


@pytest.fixture
def small_pages(settings):
    settings.XHS = settings.XHS | {"report_page_size": 2}


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def window_of(brand, number=1):
    store = make_store(brand, number)
    make_connection(store)
    return make_window(store, DAY)


def again(client, metric="spend", *, status=200, **asked):
    """Recompute as a reader does; return what the page was given."""
    query = "&".join(f"{name}={value}" for name, value in {**PERIOD, **asked}.items())
    answer = client.post(f"{PAGE}?metric={metric}&{query}", headers=ENGLISH)
    assert answer.status_code == status, answer.text
    return answer


def found_by(client, metric="spend", **asked):
    return again(client, metric, **asked).context["recomputed"]


def change_fact(note, **values):
    with scope(Hat.NIGHT):
        assert NoteDay.objects.filter(note_id=note, known_to=None).update(**values) == 1


def change_packed(change):
    """Put other bytes in the place of the only body that is kept."""
    with scope(Hat.NIGHT):
        raw = RawPage.objects.get()
        RawPage.objects.all().delete()
        raw.packed = change(raw.packed)
        raw.save(force_insert=True)


def lose_raw(**wanted):
    with scope(Hat.NIGHT):
        assert RawPage.objects.filter(**wanted).delete()[0]


def test_a_night_with_restatements_up_and_down_is_equal(viewer, answering, window):
    answering.night(window, [told(1, "10.00"), told(2, "20.00"), told(3, "30.00")])
    answering.night(window, [told(1, "12.50"), told(2, "5.00"), told(3, "30.00")])
    answering.night(window, [told(1, "12.50"), told(2, "5.00"), told(3, "30.00")])

    found = found_by(viewer)

    assert (found.verdict, found.value) == ("equal", 4_750)
    assert (found.recount.page_count, found.recount.fitting) == (2, 2)  # the third changed nothing
    assert found.recount.compared == 3


@pytest.mark.parametrize("metric", ["gmv", "order", "roi", "ctr", "cost_per_jump"])
def test_sums_and_ratios_follow_the_registrys_formulas(viewer, answering, window, metric):
    answering.night(window, [told(1, "10.00"), told(2, "20.00", gmv="-"), told(3, "0.00")])

    found = found_by(viewer, metric, window=15)

    assert found.verdict == "equal"
    assert found.value == found.receipted.figure.value is not None


def test_an_earlier_moment_is_recomputed_as_it_was(viewer, answering, window):
    answering.night(window, [told(1, "10.00")])
    answering.night(window, [told(1, "12.50"), told(2, "1.00")])

    found = found_by(viewer, as_of="2025-06-19")

    assert (found.verdict, found.value, found.recount.page_count) == ("equal", 1_000, 1)


def test_pages_that_are_sent_again_with_one_changed_stay_equal(
    viewer, answering, window, small_pages
):
    answering.night(window, [told(1), told(2)], [told(3), told(4)], [told(5)])
    answering.night(window, [told(1), told(2)], [told(3), told(4, "99.00")], [told(5)])

    found = found_by(viewer)

    assert (found.verdict, found.value) == ("equal", 13_900)
    assert found.recount.page_count == 4


def test_a_row_in_quarantine_leaves_what_was_known_before(viewer, answering, window):
    answering.night(window, [told(1), told(2), told(3)])
    answering.night(window, [told(1, "-4.00"), told(2, "7.00"), told(3)])

    found = found_by(viewer)

    assert (found.verdict, found.value, found.recount.refused) == ("equal", 2_700, 1)


def test_a_row_that_two_pulls_no_longer_name_is_gone_from_both(viewer, answering, window):
    answering.night(window, [told(1), told(2)])
    answering.night(window, [told(1)])
    assert answering.pull(window).status == "closed"

    found = found_by(viewer)

    assert (found.verdict, found.value) == ("equal", 1_000)
    assert found_by(viewer, as_of="2025-06-19").value == 2_000
    answering.night(window, [told(1), told(2)])
    assert (found_by(viewer).verdict, found_by(viewer).value) == ("equal", 2_000)


def test_one_note_is_recomputed_alone(viewer, answering, window):
    answering.night(window, [told(1, "10.00"), told(2, "20.00")])
    found = found_by(viewer, place=note_id(2))
    assert (found.verdict, found.value, found.recount.compared) == ("equal", 2_000, 1)


def test_chosen_notes_are_recomputed_alone(viewer, answering, window):
    with scope(Hat.NIGHT):
        joined = window.connection
    make_note(joined, 2, note_id=note_id(2), creator="阿禾")
    answering.night(window, [told(1, "10.00"), told(2, "20.00")])
    found = found_by(viewer, creator="阿禾")
    assert (found.verdict, found.value, found.recount.compared) == ("equal", 2_000, 1)


def test_a_fact_that_was_tampered_with_is_named(viewer, answering, window):
    answering.night(window, [told(1, "10.00"), told(2, "20.00")])
    change_fact(note_id(2), fee_fen=2_100)

    read = again(viewer)

    found = read.context["recomputed"]
    assert found.verdict == "differs"
    (each,) = found.recount.differences
    assert (each.key.note_id, each.key.day, each.shown, each.raw) == (note_id(2), DAY, 2_100, 2_000)
    assert note_id(2) in read.text
    assert "21.00" in read.text


def test_a_fact_that_was_closed_behind_our_back_is_named(viewer, answering, window):
    for _night in range(2):
        answering.night(window, [told(1), told(2)])
    change_fact(note_id(2), known_to=known_now())

    (each,) = found_by(viewer).recount.differences

    assert (each.key.note_id, each.is_shown, each.is_told) == (note_id(2), False, True)


def test_a_body_that_was_tampered_with_fails_its_hash_and_is_not_believed(
    viewer, answering, window
):
    answering.night(window, [told(1, "10.00")])
    change_packed(lambda packed: compress(decompress(packed).replace(b"10.00", b"11.00")))

    read = again(viewer)

    found = read.context["recomputed"]
    assert (found.verdict, found.value, found.recount.fitting) == ("partly", None, 0)
    assert found.behind_unfit == 1
    assert "hash fits for 0 of 1" in read.text


def test_a_body_that_cannot_be_unpacked_fails_its_hash(viewer, answering, window):
    answering.night(window, [told(1)])
    change_packed(lambda packed: packed[:20])
    assert found_by(viewer).verdict == "partly"


def test_rows_without_raw_are_counted_and_never_called_equal(viewer, answering, window):
    answering.night(window, [told(1, "10.00")])
    lose_raw()
    answering.night(window, [told(1, "10.00"), told(2, "5.00")])
    assert found_by(viewer).verdict == "equal"  # the second page told both of them
    lose_raw()

    read = again(viewer)

    found = read.context["recomputed"]
    assert (found.verdict, found.not_kept, found.recount.compared) == ("partly", 2, 0)
    assert "2 rows whose raw answers are not kept" in read.text


def test_of_a_newer_word_that_was_not_kept_the_older_one_does_not_count(viewer, answering, window):
    answering.night(window, [told(1, "10.00")])
    answering.night(window, [told(1, "12.00")])
    lose_raw(page__pull=3)

    found = found_by(viewer)

    assert (found.verdict, found.not_kept, found.recount.differences) == ("partly", 1, [])


def test_nothing_returned_is_nothing_to_recompute(viewer, window):
    assert found_by(viewer).verdict == "nothing"


def test_star_figures_say_that_their_files_are_not_kept(viewer, window):
    assert "two weeks" in again(viewer, "store_gmv", status=422).text


def test_too_many_answers_are_refused_with_the_reason(viewer, answering, window, monkeypatch):
    answering.night(window, [told(1)])
    monkeypatch.setattr(recompute, "MOST_PACKED", 100)
    assert "ask for fewer days" in again(viewer, status=422).text


def test_htmx_gets_the_result_alone_and_the_receipt_has_the_button(viewer, answering, window):
    answering.night(window, [told(1)])
    fragment = viewer.post(f"{PAGE}?metric=spend", headers={"HX-Request": "true"}).text
    assert fragment.strip().startswith("<section")
    assert f'action="{PAGE}?metric=spend"' in viewer.get(PAGE[:-10], {"metric": "spend"}).text


def test_another_brands_raw_is_neither_read_nor_counted(viewer, answering, window):
    answering.night(window, [told(1)])
    other = window_of(make_brand("wai", "外"), 2)
    answering.night(other, [told(1, "70.00")])

    assert found_by(viewer).recount.page_count == 1
    with scope(Hat.WEB, brand=window.brand_id):
        assert {page.brand_id for page in RawPage.objects.all()} == {window.brand_id}


def test_ten_pages_take_as_many_queries_as_one(viewer, answering, window, small_pages):
    def queries():
        with CaptureQueriesContext(database) as captured:
            again(viewer)
        return len(captured)

    answering.night(window, [told(1)])
    for_one = queries()
    pages = [[told(n), told(n + 1)] for n in range(1, 20, 2)]
    answering.night(window, *pages, [])
    assert queries() == for_one


def ask_the_command(first=DAY, last=DAY, brand="shancha"):
    said = StringIO()
    try:
        call_command("recompute", brand=brand, first=str(first), last=str(last), stdout=said)
    except SystemExit as end:
        return end.code, said.getvalue()
    return 0, said.getvalue()


def test_the_command_says_that_all_is_equal(answering, window):
    answering.night(window, [told(1), told(2)])
    code, said = ask_the_command()
    assert code == 0
    assert "2 of 2 rows compared" in said


def test_the_command_ends_badly_and_names_what_differs(answering, window):
    answering.night(window, [told(1), told(2)])
    change_fact(note_id(2), order_30=7)

    code, said = ask_the_command(DAY - timedelta(days=3), date(2025, 6, 20))

    assert code == 1
    assert "1 pages read, the hashes of 1 fit; 2 of 2 rows compared, 1 differences" in said
    assert f"{DAY} {note_id(2)} order_30: 7 shown, none from raw" in said


def test_the_command_ends_badly_when_a_part_is_missing(answering, window):
    answering.night(window, [told(1)])
    lose_raw()
    code, said = ask_the_command()
    assert code == 2
    assert "1 row without raw" in said
