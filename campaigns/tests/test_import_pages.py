"""数据 › 导入: upload, verdict, refused rows, apply; and who sees it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import ConsoleDay, FileImport
from campaigns.tests.files import export, make_import
from merchants.models import Role
from merchants.tests.factories import make_participation, make_store
from portal.lib.scope import Hat, scope

ENGLISH = {"Accept-Language": "en"}
IMPORTS = "/b/shancha/data/imports/"


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_participation(store)
    return store


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def upload(client, store, path, name="juguang.csv"):
    posted = {"store": store.pk, "file": SimpleUploadedFile(name, path.read_bytes())}
    return client.post(f"{IMPORTS}upload/", posted, headers=ENGLISH, follow=True)


def press(client, page, move):
    return client.post(f"{page.request['PATH_INFO']}{move}/", headers=ENGLISH, follow=True)


def written() -> int:
    with scope(Hat.NIGHT):
        return ConsoleDay.objects.count()


def test_a_file_is_checked_before_anything_is_written(store, marketer, tmp_path):
    page = upload(marketer, store, export(tmp_path, "console", "bad_rows"))

    assert "Juguang console" in page.text
    assert "2025-06-10 to 2025-06-20" in page.text
    assert "3 refused rows stay out" in page.text
    assert "“2025-02-30” is not a day" in page.text
    assert written() == 0


def test_applying_writes_what_the_page_said(store, marketer, tmp_path):
    page = upload(marketer, store, export(tmp_path, "console"))
    with scope(Hat.NIGHT):
        to_write = FileImport.objects.get().to_write
    assert f"Write {to_write} rows" in page.text

    page = press(marketer, page, "apply")

    assert f"{to_write} rows were written" in page.text
    assert written() == to_write


def test_the_same_file_again_says_so_and_does_nothing(store, marketer, tmp_path):
    path = export(tmp_path, "console")
    press(marketer, upload(marketer, store, path), "apply")

    page = upload(marketer, store, path)

    assert "applied already: there is nothing to do" in page.text
    with scope(Hat.NIGHT):
        assert FileImport.objects.count() == 1


def test_a_file_nobody_knows_is_refused_with_the_way_out(store, marketer, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")

    page = upload(marketer, store, path)

    assert "None of the first 20 lines names the columns" in page.text
    assert "Nothing of the file was written." in page.text


def test_a_discarded_file_may_come_again(store, marketer, tmp_path):
    path = export(tmp_path, "console")
    page = press(marketer, upload(marketer, store, path), "discard")
    assert "The file was discarded." in page.text

    assert "would be written" in upload(marketer, store, path).text


def test_the_refused_rows_are_a_file(store, marketer, tmp_path):
    page = upload(marketer, store, export(tmp_path, "console", "bad_rows"))

    answer = marketer.get(f"{page.request['PATH_INFO']}refused.csv", headers=ENGLISH)

    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head == ["Row", "Reason", "What the row says"]
    assert [row[0] for row in rows] == ["3", "4", "5"]


def test_applying_twice_is_told(store, marketer, tmp_path):
    page = press(marketer, upload(marketer, store, export(tmp_path, "console")), "apply")

    assert "cannot become" in press(marketer, page, "apply").text


def test_what_workers_failed_on_can_be_tried_again(store, marketer, tmp_path):
    page = upload(marketer, store, export(tmp_path, "console"))
    with scope(Hat.NIGHT):
        FileImport.objects.update(status="applying", attempts=3, pull=1, done_parts=0)
    page = marketer.get(page.request["PATH_INFO"], headers=ENGLISH)
    assert "could not be worked on to its end" in page.text

    assert "rows were written" in press(marketer, page, "retry").text


def test_a_page_of_work_in_progress_asks_again_by_itself(store, client_as):
    found = make_import(store, status="applying", part_count=9, done_parts=4)

    page = client_as(Role.VIEWER).get(f"{IMPORTS}{found.pk}/", headers=ENGLISH)

    assert "4 of 9 parts" in page.text
    assert 'hx-trigger="every 2s"' in page.text


def test_a_viewer_sees_and_cannot_apply(store, client_as):
    found = make_import(store)

    page = client_as(Role.VIEWER).get(f"{IMPORTS}{found.pk}/", headers=ENGLISH)

    assert "apply/" not in page.text


def test_an_empty_list_says_what_to_do(store, marketer):
    page = marketer.get(IMPORTS, headers=ENGLISH)
    assert "No file yet" in page.text
    assert "upload it here as it is" in page.text


def test_ten_files_cost_no_more_queries_than_one(store, marketer):
    make_import(store)
    marketer.get(IMPORTS)
    one = queries(marketer)
    for number in range(1, 10):
        make_import(store, sha256=f"{number:064x}")

    assert queries(marketer) == one


def queries(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(IMPORTS)
    return len(captured)
