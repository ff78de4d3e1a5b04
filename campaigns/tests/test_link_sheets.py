"""Links by the sheet: verdicts before anything is written, then all good rows in one go."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.links import bulk
from campaigns.models import Item, ItemStatus, LinkEvent, LinkSheet, LinkText, SheetRow
from campaigns.models.sheet import KEPT
from campaigns.tasks import hand_out_sheets, purge_sheets, work_on_sheet
from campaigns.tests.factories import make_item, make_link, make_sheet, note_id_of, note_of
from campaigns.tests.test_attach import links
from merchants.models import Role, User
from merchants.tests.factories import make_participation, make_store, make_user
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.lib.sheets import csv_file, xlsx_file

ENGLISH = {"Accept-Language": "en"}
HEAD = ["note", "target", "button text", "marked 广告"]
UPLOAD = "/b/shancha/notes/sheets/upload/"
UPLOADER = "uploader@example.test"
ITEM = "710500318001"


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_item(store)
    return store


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def good(number=1, **cells) -> dict[str, str]:
    row = {"note": note_id_of(number), "target": ITEM, "text": "buy the same", "ad": "yes"}
    return row | cells


def upload(client, store, rows, write=xlsx_file, name="links.xlsx"):
    file = SimpleUploadedFile(name, write([HEAD, *[list(row.values()) for row in rows]]))
    posted = {"store": store.pk, "file": file}
    return client.post(UPLOAD, posted, headers=ENGLISH, follow=True)


def checked(store, *cells) -> LinkSheet:
    user = User.objects.filter(email=UPLOADER).first() or make_user(UPLOADER)
    sheet = make_sheet(store, *cells, uploaded_by=user, language="en")
    bulk.check_sheet(sheet.pk)
    return sheet


def attached(store, *cells) -> LinkSheet:
    sheet = checked(store, *cells)
    attach(sheet)
    return sheet


def attach(sheet) -> None:
    with scope(Hat.WEB, brand=sheet.brand_id):
        LinkSheet.objects.get(pk=sheet.pk).ask_to_attach(by=sheet.uploaded_by)
    bulk.attach_sheet(sheet.pk)


def verdicts(sheet) -> list[tuple[str, str]]:
    with scope(Hat.NIGHT):
        rows = SheetRow.objects.filter(sheet=sheet).in_order()
        return [(row.verdict, " ".join(row.reasons)) for row in rows]


@pytest.mark.parametrize(("write", "name"), [(csv_file, "a.csv"), (xlsx_file, "a.xlsx")])
def test_a_sheet_is_judged_before_anything_is_written(store, marketer, write, name):
    note_of(store)

    page = upload(marketer, store, [good(), good(2)], write, name)

    assert "1 row can be attached. Nothing has been attached yet." in page.text
    assert "has no such note" in page.text
    assert links() == []


def test_the_good_rows_are_attached_and_the_others_are_told(store, marketer):
    note_of(store)
    page = upload(marketer, store, [good(), good(2)])

    page = marketer.post(page.request["PATH_INFO"] + "attach/", headers=ENGLISH, follow=True)

    (link,) = links()
    assert (link.status, link.item_id, link.text) == ("in_review", ITEM, LinkText.BUY_THE_SAME)
    assert link.item_title == "山茶花修护精华油 1"
    assert "1 link was attached." in page.text
    assert f"/j/{link.code}" in page.text


def test_each_link_has_its_event_as_one_attached_by_hand(store):
    note_of(store)

    sheet = attached(store, good())

    with scope(Hat.NIGHT):
        event = LinkEvent.objects.get()
    assert (event.source, event.target, event.actor_id) == (
        "draft",
        "in_review",
        sheet.uploaded_by_id,
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"note": "x"}, "Enter a note's id"),
        ({"note": "680000000000000000009999"}, "has no such note"),
        ({"target": "https://evil.com\\@detail.tmall.com/"}, "characters that a Tmall address"),
        ({"target": "710500318009"}, "not in the catalogue yet"),
        ({"target": "https://shancha.tmall.com/"}, "is not known yet"),
        ({"text": "Click here"}, "must be one of"),
        ({"ad": ""}, "Mark the note 广告 first"),
    ],
)
def test_a_row_is_refused_with_its_reason(store, cells, reason):
    note_of(store)
    ((verdict, said),) = verdicts(checked(store, good(**cells)))
    assert verdict == "refused"
    assert reason in said


def test_every_reason_is_told_at_once(store):
    ((_verdict, said),) = verdicts(checked(store, {"note": "x", "target": "y", "text": "z"}))
    assert ["note's id" in said, "https://" in said, "must be one of" in said] == [True] * 3


def test_an_item_off_the_shelf_is_refused(store):
    note_of(store)
    with scope(Hat.NIGHT):
        Item.objects.update(status=ItemStatus.IN_STOCK)

    assert "not on sale" in verdicts(checked(store, good()))[0][1]


def test_a_note_with_another_link_is_refused_and_one_with_the_same_is_told_apart(store):
    make_link(note_of(store, 1), item_id=ITEM)
    make_link(note_of(store, 2), item_id="710500318002")

    told = verdicts(checked(store, good(1), good(2)))

    assert told[0] == ("same", "")
    assert told[1][0] == "refused"
    assert "already has a link" in told[1][1]


def test_a_note_named_twice_gets_the_first_rows_link(store):
    note_of(store)
    told = verdicts(checked(store, good(), good(text="learn more")))
    assert told[0] == ("ready", "")
    assert "Row 2 names this note already" in told[1][1]


def test_a_restricted_store_gets_no_links_by_sheet_either(store):
    note_of(store)
    make_participation(store, status="restricted")
    assert "can't get new links" in verdicts(checked(store, good()))[0][1]


def test_a_note_of_another_store_of_the_brand_is_not_found(store, brand):
    note_of(make_store(brand, 2))
    assert "has no such note" in verdicts(checked(store, good()))[0][1]


def test_a_note_that_got_a_link_meanwhile_is_told_and_the_others_go(store):
    first = note_of(store, 1)
    note_of(store, 2)
    sheet = checked(store, good(1), good(2))
    make_link(first, item_id="710500318002")

    attach(sheet)

    told = verdicts(sheet)
    assert told[0][0] == "refused"
    assert "already has a link" in told[0][1]
    assert told[1] == ("attached", "")


def test_an_item_that_left_the_shelf_meanwhile_is_not_attached(store):
    note_of(store)
    sheet = checked(store, good())
    with scope(Hat.NIGHT):
        Item.objects.update(status=ItemStatus.DELETED)

    attach(sheet)

    assert links() == []
    assert "not on sale" in verdicts(sheet)[0][1]


def test_the_same_sheet_twice_attaches_nothing_new(store):
    note_of(store)
    attached(store, good())

    again = attached(store, good())

    assert len(links()) == 1
    assert verdicts(again) == [("same", "")]


def test_every_step_may_run_twice(store):
    note_of(store)
    sheet = attached(store, good())

    work_on_sheet(sheet.pk)
    bulk.attach_sheet(sheet.pk)

    assert len(links()) == 1
    assert verdicts(sheet) == [("attached", "")]


def test_a_sheet_that_was_left_half_way_is_found_by_the_tick(store, monkeypatch):
    note_of(store)
    sheet = make_sheet(store, good(), uploaded_by=make_user("m@example.test"))
    told = []
    monkeypatch.setattr(work_on_sheet, "delay", told.append)

    hand_out_sheets()
    work_on_sheet(sheet.pk)
    hand_out_sheets()

    assert told == [sheet.pk]


def test_a_long_sheet_is_left_to_a_worker_and_shows_how_far_it_is(store, marketer, monkeypatch):
    told = []
    monkeypatch.setattr(work_on_sheet, "delay", told.append)

    page = upload(marketer, store, [good(number) for number in range(301)])

    assert len(told) == 1
    assert "0 of 301 rows are checked." in page.text
    assert 'hx-trigger="every 2s"' in page.text


def test_who_asks_second_is_told_so(store, marketer):
    note_of(store)
    page = upload(marketer, store, [good()])
    ask = page.request["PATH_INFO"] + "attach/"
    marketer.post(ask)

    page = marketer.post(ask, headers=ENGLISH, follow=True)

    assert "is being attached already, or was before" in page.text
    assert len(links()) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_a_sheet_that_can_be_uploaded(store, marketer, kind):
    template = marketer.get(f"/b/shancha/notes/sheets/template.{kind}").content

    file = SimpleUploadedFile(f"t.{kind}", template)
    page = marketer.post(UPLOAD, {"store": store.pk, "file": file}, headers=ENGLISH, follow=True)

    assert "has no such note" in page.text


def test_the_result_file_has_verdict_reasons_and_short_link(store, marketer):
    note_of(store)
    page = upload(marketer, store, [good(), good(2, note="=cmd()")])
    here = page.request["PATH_INFO"]
    marketer.post(here + "attach/")

    answer = marketer.get(here + "result.csv", headers=ENGLISH)

    first, second = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (first["Verdict"], first["Short link"]) == ("Link attached", links()[0].short_url)
    assert (first["position"], first["buying mode"]) == ("capsule", "CID")
    assert (second["note"], second["Verdict"]) == ("'=cmd()", "Refused")
    assert "note's id" in second["Reasons"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"note,target\n1,2", "Missing: 按钮文案 / button text"),
        (b"", "The file is empty"),
        (b"note,note,target,text,ad", "stands there twice"),
        (b"note,target,text,ad\n", "holds no rows"),
        (b"\x00\x01", "neither a CSV nor an XLSX"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_beside_the_field(store, marketer, content, reason):
    posted = {"store": store.pk, "file": SimpleUploadedFile("a.csv", content)}

    answer = marketer.post(UPLOAD, posted, headers=ENGLISH)

    assert answer.status_code == 422
    assert reason in answer.text


@pytest.mark.parametrize("name", ["\u202ecsv.exe", "a\nb.csv", "x" * 300, "../../etc/passwd"])
def test_the_files_name_is_only_shown(store, marketer, name):
    note_of(store)
    assert upload(marketer, store, [good()], name=name).status_code == 200
    assert "\u202e" not in bulk.plain_name(name)


def test_a_sheet_for_a_foreign_store_is_refused(store, marketer):
    posted = {"store": store.pk + 99, "file": SimpleUploadedFile("a.csv", b"x")}
    assert marketer.post(UPLOAD, posted).status_code == 422


def test_only_refused_rows_are_shown_when_asked(store, marketer):
    note_of(store)
    page = upload(marketer, store, [good(), good(2)])

    page = marketer.get(page.request["PATH_INFO"] + "?show=refused", headers=ENGLISH)

    assert "has no such note" in page.text
    assert note_id_of(1) not in page.text


def queries_of(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_ten_rows_cost_the_queries_of_one(store):
    for number in range(1, 12):
        note_of(store, number)
    one = make_sheet(store, good(1), uploaded_by=make_user("m@example.test"))
    ten = make_sheet(store, *[good(n) for n in range(2, 12)], uploaded_by=one.uploaded_by)

    for_one = queries_of(lambda: bulk.check_sheet(one.pk)), queries_of(lambda: attach(one))
    for_ten = queries_of(lambda: bulk.check_sheet(ten.pk)), queries_of(lambda: attach(ten))

    assert len(links()) == 11
    assert for_one == for_ten


def test_the_page_of_ten_rows_costs_the_queries_of_one(store, marketer):
    for number in range(1, 12):
        note_of(store, number)
    one, ten = attached(store, good(1)), checked(store, *[good(n) for n in range(2, 12)])
    attach(ten)

    pages = [f"/b/shancha/notes/sheets/{sheet.pk}/" for sheet in (one, ten)]

    assert len({queries_of(lambda page=page: marketer.get(page)) for page in pages}) == 1


def test_sheets_are_forgotten_after_thirty_days_and_their_links_stay(store):
    note_of(store)
    sheet = attached(store, good())
    with scope(Hat.WEB, brand=store.brand_id):
        LinkSheet.objects.update(uploaded_at=known_now() - 2 * KEPT)

    purge_sheets()
    purge_sheets()

    assert verdicts(sheet) == []
    assert len(links()) == 1


def test_a_sheet_that_a_worker_fails_on_is_tried_three_times_and_then_told(store, marketer):
    note_of(store)
    sheet = make_sheet(store, good(), uploaded_by=make_user(UPLOADER), language="nowhere")
    with scope(Hat.WEB, brand=store.brand_id):
        LinkSheet.objects.filter(pk=sheet.pk).update(cells=[["no number", {}]])

    for _ in range(3):
        with pytest.raises(KeyError):
            bulk.work_on(sheet.pk)

    with scope(Hat.NIGHT):
        assert not LinkSheet.objects.owing().exists()
    page = marketer.get(f"/b/shancha/notes/sheets/{sheet.pk}/", headers=ENGLISH).text
    assert "could not be worked on" in page
