"""数据: the days that imported files tell, in the calendar and one by one."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import FileImport
from campaigns.tests.factories import make_window
from campaigns.tests.files import SPAN, applied, checked, export, make_import, told
from merchants.models import Role
from merchants.tests.factories import make_connection, make_participation, make_store
from portal.lib import days
from portal.sandbox.file_rows import Span

DATA = "/b/shancha/data/"
ENGLISH = {"accept-language": "en"}
EARLY, LATE = "2025-06-11", "2025-06-14"


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_participation(store)
    return store


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def shown(client, address=DATA) -> list[tuple[str, dict[str, str]]]:
    """Return each row of the calendar: what it is called, and the class of each day's cell."""
    page = client.get(address, headers=ENGLISH)
    return [
        (
            f"{row.source} {row.label} {row.part}",
            {f"{cell.day}": f"{cell.look.css} {cell.look.sign}".strip() for cell in row.cells},
        )
        for row in page.context["rows"]
    ]


def only(client) -> dict[str, str]:
    ((_name, cells),) = shown(client)
    return cells


def panel(client, store, day, kind="console", window=0):
    return client.get(f"{DATA}files/{store.pk}/{kind}/{window}/{day}/", headers=ENGLISH)


def days_told(found: FileImport, window: int) -> list[str]:
    return sorted(found.by_day[f"{window}"])


def test_a_file_is_in_the_calendar_once_it_is_applied(store, viewer, tmp_path):
    checked(store, export(tmp_path, "star_content"))
    assert shown(viewer) == []

    found = applied(store, export(tmp_path, "star_content", "gb18030"))

    (name, cells), *_others = shown(viewer)
    assert name == "Zhongcao Xinghe Contents, file 30 d"
    assert days_told(found, 30) == [day for day, look in cells.items() if look == "p"]


@pytest.mark.parametrize("window", [15, 30])
def test_each_window_of_a_file_has_a_line_of_its_own(store, viewer, tmp_path, window):
    span = Span(SPAN.first, SPAN.last, SPAN.as_of, window)
    applied(store, export(tmp_path, "star_task", span=span))

    assert [name for name, _cells in shown(viewer)] == [
        f"Zhongcao Xinghe Star tasks, file {window} d"
    ]


def test_a_day_is_complete_when_its_window_had_closed_before_the_file_came(store, viewer):
    final = f"{days.today() - timedelta(days=17)}"
    growing = f"{days.today() - timedelta(days=16)}"
    make_import(store, kind="star_task", **told(final, growing, window=15))

    cells = only(viewer)

    assert (cells[final], cells[growing]) == ("k", "p")


def test_a_window_that_closed_after_the_file_came_waits_for_another_file(store, viewer):
    day = days.today() - timedelta(days=17)
    early = days.starts_at(day + timedelta(days=3))
    fields = told(f"{day}", window=15) | {"uploaded_at": early}
    make_import(store, kind="star_task", **fields)

    assert only(viewer)[f"{day}"] == "p"
    read = panel(viewer, store, day, "star_task", 15).text
    assert f"Its figures grew until {day + timedelta(days=17)}" in read


def test_days_between_two_files_are_missing_and_those_after_the_last_are_not(store, viewer):
    make_import(store, kind="store_order", **told(EARLY))
    make_import(store, kind="store_order", sha256="1" * 64, **told(LATE))

    cells = only(viewer)

    assert [cells[f"2025-06-{day}"] for day in range(10, 16)] == ["w", "k", "m ×", "m ×", "k", "w"]


def test_a_day_without_a_row_in_a_file_that_spans_it_is_no_gap(store, viewer):
    make_import(store, kind="store_order", **told(EARLY, LATE))

    assert only(viewer)["2025-06-12"] == "k –"


def test_refused_rows_mark_their_day_until_a_newer_file_tells_it(store, viewer):
    make_import(store, kind="store_order", **told(EARLY, refused=2))
    assert only(viewer)[EARLY] == "q !"

    make_import(store, kind="store_order", sha256="1" * 64, **told(EARLY))

    assert only(viewer)[EARLY] == "k"


def test_an_import_counts_the_refused_rows_whose_day_can_be_read(store, tmp_path):
    found = checked(store, export(tmp_path, "console", "bad_rows"))

    refused = {day: counts[1] for day, counts in found.by_day["0"].items() if counts[1]}
    assert refused == {"2025-06-10": 2}  # of three: one has a day that is none
    assert sum(rows for rows, _refused in found.by_day["0"].values()) == found.row_count - 3


def test_the_files_of_a_partner_stand_below_what_is_pulled_of_it(store, viewer):
    make_window(make_connection(store).store)
    make_import(store, **told(EARLY))
    make_import(store, kind="store_order", sha256="1" * 64, **told(EARLY))

    names = [name for name, _cells in shown(viewer)]

    assert names[-2:] == ["Juguang Console, file 30 d", "Tmall Orders, file T+1"]


def test_a_store_that_only_files_tell_of_owes_nothing_that_could_arrive(store, viewer):
    make_import(store, **told(EARLY))

    read = viewer.get(DATA, headers=ENGLISH).text

    assert "Nothing has been asked for yet." in read
    assert "every day asked for has arrived" not in read


def test_the_months_go_back_as_far_as_files_tell(store, viewer):
    make_import(store, kind="store_order", **told("2025-04-03"))

    assert (
        dict(shown(viewer, f"{DATA}?month=2025-04"))["Tmall Orders, file T+1"]["2025-04-03"] == "k"
    )


def test_a_day_names_the_file_that_tells_it_and_where_the_next_comes_from(store, viewer):
    found = make_import(store, name="六月.csv", **told(EARLY))

    read = panel(viewer, store, EARLY).text

    assert f'href="{DATA}imports/{found.pk}/">六月.csv' in read
    assert "They are final on 2025-07-12: export the day again then." in read
    assert "A person exports it at Juguang" in read


def test_a_day_that_no_file_tells_says_so(store, viewer):
    make_import(store, kind="store_order", **told(EARLY))
    make_import(store, kind="store_order", sha256="1" * 64, **told(LATE))

    read = panel(viewer, store, "2025-06-12", "store_order").text

    assert "Files were imported of days before and after it, and none of it." in read
    assert "Export it, together with the days that follow." in read


def test_a_kind_of_file_that_never_came_has_no_page(store, viewer):
    make_import(store, **told(EARLY))

    assert panel(viewer, store, EARLY, "store_order").status_code == 404
    assert panel(viewer, store, EARLY, "console", 30).status_code == 404


def test_the_calendar_takes_as_many_queries_for_ten_files_as_for_one(brand, viewer):
    def queries(numbers):
        for number in numbers:
            day = f"{date(2025, 6, 1) + timedelta(days=number)}"
            make_import(make_store(brand, number), **told(day))
        with CaptureQueriesContext(database) as captured:
            viewer.get(DATA)
        return len(captured)

    assert queries([1]) == queries(range(2, 11))
