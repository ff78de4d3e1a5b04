"""What a brand uploads for its facts: refused or kept, and shown to few."""

import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError

from merchants import applications, evidence
from merchants.admin_evidence import frozen
from merchants.models import AccessEvent, ApplicationStatus, Evidence, Role, Store
from merchants.services import Refused
from merchants.tests.factories import (
    PIXEL,
    give_second_factor,
    make_application,
    make_brand,
    make_evidence,
    make_membership,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.tests.hostile_files import HOSTILE, pdf, picture

pytestmark = pytest.mark.usefixtures("own_files")
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def page(store):
    return f"/b/shancha/stores/{store.pk}/"


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def upload(client, page, content=PIXEL, name="执照.png", kind="licence", **stated):
    file = SimpleUploadedFile(name, content, "text/html")
    url = f"{page}evidence/{kind}/"
    return client.post(url, {"file": file, **stated}, follow=True, headers=ENGLISH)


def on_record() -> list[Evidence]:
    with scope(Hat.ADMIN):
        return list(Evidence.objects.newest_first())


def on_disk(folder) -> list[str]:
    return [file.name for file in folder.glob("evidence/*/*")]


def test_a_file_is_kept_by_its_hash_for_us_alone(marketer, page, own_files):
    text = upload(marketer, page).text

    (piece,) = on_record()
    (file,) = own_files.glob("evidence/*/*")
    assert (file.name, file.read_bytes()) == (piece.sha256, PIXEL)
    assert [p.stat().st_mode & 0o777 for p in (file, file.parent)] == [0o600, 0o700]
    assert (piece.name, piece.content_type, piece.size) == ("执照.png", "image/png", len(PIXEL))
    assert "执照.png is on file." in text


@pytest.mark.parametrize("case", [case for case in HOSTILE if case != "nothing at all"])
def test_a_hostile_file_leaves_neither_row_nor_file(marketer, page, own_files, case):
    response = upload(marketer, page, HOSTILE[case][0], "file.pdf")

    assert (response.status_code, on_record(), on_disk(own_files)) == (422, [], [])
    assert 'class="err"' in response.text


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.png", "The file is empty: it has 0 bytes."),
        (PIXEL, "a.pdf", "The file is a PNG but is named .pdf."),
        (PIXEL, "a.png.exe", "The file is a PNG but is named .exe."),
        (PIXEL, "a.exe.png", "The name has two endings."),
        (PIXEL, "a.pdf.png", "The name has two endings."),
        (PIXEL, "a", "The file is a PNG but is named .a."),
        (bytes(20 * 1024**2 + 1), "a.png", "The file is larger than 20 MB."),
    ],
)
def test_a_name_or_size_that_deceives_is_refused(marketer, page, content, name, reason):
    response = upload(marketer, page, content, name)

    assert response.status_code == 422
    assert reason in response.text
    assert on_record() == []


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("执照 v1.2.png", "执照 v1.2.png"),
        ("2025.06.20.PNG", "2025.06.20.png"),
        ("../../etc/passwd.png", "etc-passwd.png"),
        ("..\\..\\evil.png", "evil.png"),
        ("C:\\x\\a\x00b\n.png", "C-x-ab.png"),
        ('"><img src=x>.png', "img src=x.png"),
        (".png", "file.png"),
        ("gnp.\u202epng", "gnp.png"),
        ("长" * 300 + ".png", "长" * 95 + ".png"),
    ],
)
def test_a_name_is_cleaned_of_what_may_mislead(name, cleaned):
    assert evidence.clean_name(name, "image/png") == cleaned


def test_a_path_for_a_name_leads_nowhere(marketer, page, own_files):
    upload(marketer, page, name="../../../../tmp/evil.png")

    assert [file.name for file in on_record()] == ["evil.png"]
    assert list(own_files.rglob("*evil*")) == []


def test_a_request_of_a_gigabyte_is_answered_by_its_head_alone(marketer, page):
    answer = marketer.generic(
        "POST", f"{page}evidence/licence/", b"", headers=ENGLISH, CONTENT_LENGTH=str(1024**3)
    )

    assert answer.status_code == 413
    assert "A file may have 20 MB. Nothing was stored." in answer.text


def test_a_newer_file_takes_the_place_of_an_older_one(marketer, page, store):
    older = make_evidence(store)

    text = upload(marketer, page, picture("PNG"), replaces=older.pk).text

    newer, older = on_record()
    assert (newer.replaces_id, older.replaced_by) == (older.pk, newer)
    assert "Replaced" in text


def test_a_file_is_replaced_once(marketer, page, store):
    older = make_evidence(store)
    make_evidence(store, picture("PNG"), replaces=older)

    assert upload(marketer, page, picture("JPEG"), "a.jpg", replaces=older.pk).status_code == 422
    kept = evidence.Kept("0" * 64, 1, "image/png", "a.png")
    stated = evidence.Stated(older.kind, None, older)
    with scope(Hat.WEB, brand=store.brand_id), pytest.raises(Refused):
        evidence.add(store, kept, stated, by=make_user())


def test_the_same_file_twice_is_told(marketer, page, store):
    make_evidence(store)

    response = upload(marketer, page)

    assert response.status_code == 422
    assert "This very file is here already." in response.text


def test_a_paper_that_ran_out_is_no_evidence(marketer, page):
    yesterday = days.today() - timedelta(days=1)

    response = upload(marketer, page, valid_until=yesterday)

    assert response.status_code == 422
    assert "This day has passed." in response.text


def test_no_file_changes_under_a_reviewers_eyes(marketer, page, store):
    make_application(store, status=ApplicationStatus.SUBMITTED)

    assert upload(marketer, page).status_code == 422
    assert on_record() == []
    assert "evidence/licence/" not in marketer.get(page).text


def test_a_store_has_no_endless_shelf(marketer, page, store, monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 1)
    make_evidence(store)

    response = upload(marketer, page, picture("PNG"))

    assert "The store has 1 files already" in response.text


@pytest.mark.parametrize(
    ("content", "name", "shown"),
    [(PIXEL, "执照.png", "inline"), (pdf(), "执照.pdf", "attachment")],
)
def test_a_file_is_served_so_that_nothing_in_it_runs(marketer, page, content, name, shown):
    upload(marketer, page, content, name)

    answer = marketer.get(f"{page}evidence/{on_record()[0].pk}/file/")

    assert answer.content == content
    assert answer["Content-Disposition"].startswith(f"{shown}; filename*=utf-8''%E6%89%A7")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_member_narrowed_to_another_store_is_served_nothing(client, brand, store, page):
    piece, other = make_evidence(store), make_store(brand, 2)
    user = make_user()
    make_membership(brand, user, Role.OWNER, stores=(other,))
    client.force_login(user)

    for place in (store, other):
        url = f"/b/shancha/stores/{place.pk}/evidence/{piece.pk}/file/"
        assert client.get(url).status_code == 404


def test_two_brands_with_the_same_file_share_nothing(store, own_files):
    make_evidence(store)
    make_evidence(make_store(make_brand("other", "别家")))

    assert len(set(own_files.glob("evidence/*/*"))) == 2


@pytest.mark.parametrize("hat", Hat)
def test_no_row_is_ever_changed_or_deleted(store, hat):
    rows = Evidence.objects.filter(pk=make_evidence(store).pk)

    with pytest.raises(DatabaseError), scope(hat, brand=store.brand_id):
        rows.update(name="x")
    with pytest.raises(DatabaseError), scope(hat, brand=store.brand_id):
        rows._raw_delete("default")


def test_a_member_who_opens_a_file_is_on_record_with_its_name(client_as, store):
    piece = make_evidence(store, name="licence")

    client_as(Role.VIEWER).get(f"/b/shancha/stores/{store.pk}/evidence/{piece.pk}/file/")

    with scope(Hat.WEB, brand=store.brand_id):
        [event] = AccessEvent.objects.all()
    assert (event.kind, event.store_id, event.what) == ("opened", store.pk, piece.name)
    assert event.actor is not None


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {}])
def test_staff_with_the_right_see_the_file_and_each_look_is_recorded(client, store, rights):
    piece = make_evidence(store)
    user = make_user("staff@example.test", is_staff=True, **rights)
    client.force_login(user)
    give_second_factor(client, user)

    answer = client.get(f"/admin/merchants/evidence/{piece.pk}/file/")

    with scope(Hat.ADMIN):
        looks = [(event.actor, event.evidence) for event in AccessEvent.objects.newest_first()]
    assert answer.status_code == (200 if rights else 403)
    assert looks == ([(user, piece)] if rights else [])


def test_an_application_lists_its_evidence_for_the_reviewer(client, store):
    piece = make_evidence(store)
    application = make_application(store, status=ApplicationStatus.SUBMITTED)
    user = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(user)
    give_second_factor(client, user)

    text = client.get(f"/admin/merchants/application/{application.pk}/change/").text

    assert f"/admin/merchants/evidence/{piece.pk}/file/" in text


@pytest.fixture
def handed_in(store):
    """An application with a file, sent back with a question, so that files may change."""
    make_policy()
    piece, user = make_evidence(store), make_user()
    with scope(Hat.ADMIN):
        Store.objects.update(status="registered")
        application = applications.submit_application(store, by=user)
        applications.claim_application(application, by=user)
        applications.ask_brand(application, question="Whose is it?", by=user)
    return application, piece


def test_the_files_are_frozen_by_hash_with_the_application_and_its_event(handed_in):
    application, piece = handed_in
    with scope(Hat.ADMIN):
        event = application.events.get(target="submitted")

    frozen = {"id": piece.pk, "kind": "licence", "sha256": piece.sha256, "day": "2025-06-23"}
    assert application.evidence == event.frozen["evidence"] == [frozen]


def test_what_had_been_replaced_is_not_frozen(store):
    make_policy()
    second = make_evidence(store, picture("PNG"), replaces=make_evidence(store))
    with scope(Hat.ADMIN):
        Store.objects.update(status="registered")
        application = applications.submit_application(store, by=make_user())

    assert [each["id"] for each in application.evidence] == [second.pk]


def test_the_reviewer_sees_what_was_handed_in_and_what_replaced_it_since(client, handed_in, store):
    application, piece = handed_in
    user = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(user)
    give_second_factor(client, user)
    url = f"/admin/merchants/application/{application.pk}/change/"

    before = client.get(url, headers=ENGLISH).text
    make_evidence(store, picture("PNG"), name="newer", replaces=piece)
    after = client.get(url, headers=ENGLISH).text

    assert piece.sha256[:12] in before
    assert "replaced since" not in before
    assert "by newer.png" in after


def test_a_file_of_another_store_is_never_shown_as_handed_in(brand, handed_in, store):
    application, _piece = handed_in
    other = make_evidence(make_store(brand, 2))
    application.evidence = [{"id": other.pk, "sha256": other.sha256, "day": "2025-06-23"}]

    with scope(Hat.ADMIN):
        assert frozen(application) == []


def test_the_page_takes_as_many_queries_for_ten_files_as_for_one(
    client_as, store, page, django_assert_max_num_queries
):
    client = client_as(Role.VIEWER)
    make_evidence(store)
    with django_assert_max_num_queries(100) as captured:
        client.get(page)
    for number in range(9):
        make_evidence(store, picture("PNG", (number + 2, 2)))

    with django_assert_max_num_queries(len(captured)):
        assert client.get(page).text.count("/file/") == 10


def test_a_disk_that_is_full_leaves_nothing(marketer, page, own_files, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        upload(marketer, page)

    assert (on_record(), on_disk(own_files)) == ([], [])
