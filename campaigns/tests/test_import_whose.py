"""A file of one store is not applied to another."""

import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from campaigns.imports import folder
from campaigns.models import ImportStatus, StarDay
from campaigns.tests.factories import make_item, note_of
from campaigns.tests.files import SELLER, applied, checked, export, kept, lines_of
from merchants.models import Role
from merchants.tests.factories import (
    make_connection,
    make_membership,
    make_participation,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

ENGLISH = {"Accept-Language": "en"}
IMPORTS = "/b/shancha/data/imports/"
TWIN = "The same file was uploaded for another store"


@pytest.fixture(autouse=True)
def english(in_english):
    pass


@pytest.fixture
def stores(brand):
    both = make_store(brand, title="甲店"), make_store(brand, 2, title="乙店")
    for store in both:
        make_participation(store)
    return both


def rows(model, store) -> int:
    with scope(Hat.NIGHT):
        return model.objects.filter(store=store).count()


def upload(client, store, path):
    posted = {"store": store.pk, "file": SimpleUploadedFile("x.csv", path.read_bytes())}
    return client.post(f"{IMPORTS}upload/", posted, headers=ENGLISH, follow=True)


def apply(client, page, **posted):
    return client.post(f"{page.request['PATH_INFO']}apply/", posted, headers=ENGLISH, follow=True)


def test_a_console_file_of_another_stores_account_is_refused(stores, tmp_path):
    mine, other = stores
    make_connection(mine, subject_name="别的账户")
    make_connection(other, subject="a2", subject_name=SELLER.advertiser_name)

    found = kept(mine, export(tmp_path, "console"))

    assert found.status == ImportStatus.REFUSED
    assert SELLER.advertiser_name in found.error


def test_orders_of_another_stores_items_are_refused(stores, tmp_path):
    mine, other = stores
    make_item(other, num_iid=lines_of("store_order")[0]["商品ID"])

    assert "which is of another store" in kept(mine, export(tmp_path, "store_order")).error


def test_an_account_and_items_of_ones_own_are_in_order(stores, tmp_path):
    mine, other = stores
    make_connection(mine, subject_name=SELLER.advertiser_name)
    make_connection(other, subject="a2", subject_name=SELLER.advertiser_name)
    make_item(mine, num_iid=lines_of("store_order")[0]["商品ID"])

    assert not checked(mine, export(tmp_path, "console")).doubt
    assert not checked(mine, export(tmp_path, "store_order")).doubt


def test_notes_that_are_all_another_stores_need_a_word(stores, tmp_path):
    mine, other = stores
    named = lines_of("star_content")[0]["内容ID"]
    note_of(other, note_id=named)
    assert checked(mine, export(tmp_path, "star_content")).doubt == "notes"

    note_of(mine, note_id=named)
    assert not checked(mine, export(tmp_path, "star_content", "gb18030")).doubt


def test_the_same_file_for_another_store_is_not_applied_without_a_word(stores, client_as, tmp_path):
    mine, other = stores
    path = export(tmp_path, "star_task")
    applied(other, path)
    marketer = client_as(Role.MARKETER)

    page = upload(marketer, mine, path)

    assert TWIN in page.text
    assert "It was applied for 乙店 on 2025-06-23" in page.text
    assert "Say that it is this store" in apply(marketer, page).text
    assert rows(StarDay, mine) == 0


def test_a_persons_word_applies_it_and_is_asked_for_once(stores, client_as, tmp_path):
    mine, other = stores
    path = export(tmp_path, "star_task", "bad_rows")
    applied(other, path)
    marketer = client_as(Role.MARKETER)
    page = upload(marketer, mine, path)

    page = apply(marketer, page, sure="on")

    assert rows(StarDay, mine) == rows(StarDay, other) > 0
    again = marketer.post(f"{page.request['PATH_INFO']}check/", headers=ENGLISH, follow=True)
    assert TWIN not in again.text


def test_a_member_of_one_store_is_warned_and_not_told_of_the_other(stores, tmp_path):
    mine, other = stores
    path = export(tmp_path, "star_task")
    applied(other, path)
    user = make_user("one@example.test")
    make_membership(mine.brand, user, Role.MARKETER, stores=[mine])
    client = Client()
    client.force_login(user)

    page = upload(client, mine, path)

    assert TWIN in page.text
    assert "乙店" not in page.text


def test_a_file_that_another_store_discarded_is_no_twin(stores, tmp_path):
    mine, other = stores
    path = export(tmp_path, "star_task")
    first = checked(other, path)
    with scope(Hat.NIGHT, brand=mine.brand_id):
        first.discard(by=None)

    assert not checked(mine, path).doubt


def test_a_dropped_file_waits_for_a_persons_word(stores, settings, tmp_path):
    mine, other = stores
    (tmp_path / "files").mkdir()
    path = export(tmp_path / "files", "star_task")
    applied(other, path)
    settings.IMPORT_FOLDER = str(tmp_path / "drop")
    place = tmp_path / "drop" / "shancha" / mine.sid
    place.mkdir(parents=True)
    dropped = path.rename(place / "x.csv")
    os.utime(dropped, (time.time() - 60,) * 2)

    assert folder.take_in() == 1

    assert TWIN in (place / "refused" / "x.csv.txt").read_text()
    assert rows(StarDay, mine) == 0


def test_the_command_asks_for_a_word_of_its_own(stores, tmp_path, capsys):
    mine, other = stores
    path = export(tmp_path, "star_task")
    applied(other, path)
    asked = ["import_report", str(path), "--brand", "shancha", "--store", mine.sid, "--apply"]

    with pytest.raises(SystemExit):
        call_command(*asked)
    assert "--sure" in capsys.readouterr().err
    call_command(*asked, "--sure")

    assert rows(StarDay, mine) > 0
