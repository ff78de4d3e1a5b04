"""Files of figures: recognised, checked before anything is written, applied once."""

from datetime import date, datetime
from typing import Any

import httpx
import pytest
from django.db.models import F
from django.utils.translation import override

from campaigns.imports import work
from campaigns.imports.formats import FORMATS
from campaigns.imports.intake import AlreadyHere, unpack
from campaigns.models import (
    FileImport,
    FilePart,
    ImportStatus,
    PulledPage,
    StarDay,
    StoreOrder,
)
from campaigns.models.file_import import KEPT
from campaigns.tests import files
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.files import SPAN, applied, checked, export, fresh, kept, lines_of, refusals
from merchants.tests.factories import make_store
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.sandbox.file_rows import Money, Share, Span
from portal.sandbox.old_excel import xls
from portal.tests.hostile_sheets import HOSTILE

KINDS = list(FORMATS)
QUIRKS = [
    ["gb18030"],
    ["utf16"],
    ["no_mark"],
    ["brackets"],
    ["total_first"],
    ["total_last"],
    ["head_again"],
    ["above"],
    ["percent"],
    ["thousands"],
    ["blank_rows"],
    ["more_columns"],
    ["order"],
    ["slashes"],
    ["packed"],
    ["serial"],
    ["gb18030", "brackets", "total_first", "head_again", "percent", "thousands", "order"],
]


@pytest.fixture
def store(brand):
    with override("en"):  # what is refused is refused in the language of who brings the file
        yield make_store(brand)


def ledger(kind: str) -> list[dict[str, Any]]:
    facts = FORMATS[kind].facts
    names = [name for name, _type in (*facts.ledger().key, *facts.ledger().values)]
    with scope(Hat.NIGHT):
        rows = facts.objects.filter(known_to=None).order_by(*facts.KEY)
        return list(rows.values(*names))


def truth(kind: str, span: Span = SPAN) -> list[dict[str, Any]]:
    """What the world's rows are in the ledger, read without the portal's readers."""
    format_ = FORMATS[kind]
    labels = {label: column.name for column in format_.columns for label in column.labels}
    told = []
    for line in lines_of(kind, span):
        row = dict(format_.blank)
        for label, value in line.items():
            if label in labels and value is not None:
                row[labels[label]] = _stored(value)
        if kind == "star_task":
            row["task_id"] = row["object_id"]
        if "window_days" in row:
            row["window_days"] = span.window
        if kind == "store_order":
            row["day"] = days.business_day(row["ordered_at"])
        told.append(row)
    return sorted(told, key=lambda row: [row[name] for name in format_.facts.KEY])


def _stored(value: Any) -> Any:
    if isinstance(value, Money):
        return value.fen
    return int(value.percent * 100) if isinstance(value, Share) else value


@pytest.mark.parametrize("kind", KINDS)
def test_the_ledger_holds_what_the_file_tells_field_by_field(store, tmp_path, kind):
    found = applied(store, export(tmp_path, kind))

    assert (found.kind, found.status, found.refused_count) == (kind, "applied", 0)
    assert ledger(kind) == truth(kind)
    assert found.applied_count == found.row_count == len(truth(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_spreadsheet_tells_the_same(store, tmp_path, kind):
    applied(store, export(tmp_path, kind, kind="xlsx"))
    assert ledger(kind) == truth(kind)


@pytest.mark.parametrize("quirks", QUIRKS, ids="+".join)
@pytest.mark.parametrize("kind", ["star_content", "console"])
def test_no_quirk_changes_a_figure(store, tmp_path, kind, quirks):
    found = applied(store, export(tmp_path, kind, *quirks))

    assert refusals(found) == []
    assert ledger(kind) == truth(kind)


@pytest.mark.parametrize("days_", [15, 30])
def test_the_window_may_stand_in_the_names_of_the_columns(store, tmp_path, days_):
    span = Span(SPAN.first, SPAN.last, SPAN.as_of, days_)

    found = applied(store, export(tmp_path, "star_task", "window_in_head", "brackets", span=span))

    assert found.windows == [days_]
    assert ledger("star_task") == truth("star_task", span)


def test_a_check_writes_nothing(store, tmp_path):
    found = checked(store, export(tmp_path, "console"))

    assert (found.status, found.new_count) == (ImportStatus.CHECKED, found.row_count)
    assert (found.first_day, found.last_day) == (SPAN.first, SPAN.last)
    assert ledger("console") == []


def test_an_old_workbook_tells_the_same(store, tmp_path):
    """The console's own .xls: figures as numbers, days as text."""
    rows = [
        ["合计1条记录"],
        ["日期", "任务ID", "阅读/播放UV(15日）", "商家GMV（15日)"],
        ["2025/6/18", "T1", 1234.0, 118200.5],
    ]

    applied(store, files.put(tmp_path, xls(rows), "xls"))

    (row,) = ledger("star_task")
    assert (row["read_uv"], row["store_gmv_fen"]) == (1234, 11_820_050)
    assert (row["day"], row["window_days"]) == (date(2025, 6, 18), 15)


@pytest.mark.parametrize("name", KINDS)
def test_each_export_as_an_old_workbook_tells_the_same(store, sandbox, tmp_path, name):
    asked = f"seller_id={files.SELLER.user_id}&as_of={SPAN.as_of}&from={SPAN.first}&to={SPAN.last}"
    url = f"{sandbox.url}/world/files/{name}.xls?{asked}&quirks=above,total_last,brackets"
    content = httpx.get(url).content
    assert content.startswith(b"\xd0\xcf\x11\xe0")

    applied(store, files.put(tmp_path, content, "xls"))

    assert ledger(name) == truth(name)


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_a_hostile_file_is_refused_and_nothing_of_it_is_kept(store, tmp_path, case):
    content, _word = HOSTILE[case]

    found = kept(store, files.put(tmp_path, content, "xlsx"))

    assert (found.status, bool(found.error)) == (ImportStatus.REFUSED, True)
    with scope(Hat.NIGHT):
        assert not FilePart.objects.exists()


def test_a_later_file_overrides_what_overlaps(store, tmp_path):
    """Four days later orders have been cancelled and visits have come."""
    early = Span(date(2025, 6, 5), date(2025, 6, 14), date(2025, 6, 16), 30)
    first = applied(store, export(tmp_path, "star_task", span=early))

    second = applied(store, export(tmp_path, "star_task"))

    known = {(row["object_id"], row["day"]) for row in truth("star_task", early)}
    both = [row for row in truth("star_task") if (row["object_id"], row["day"]) in known]
    assert second.new_count == second.row_count - len(both)
    assert second.changed_count + second.same_count == len(both)
    assert first.row_count == len(known)
    newest = [row for row in ledger("star_task") if row["day"] >= SPAN.first]
    assert newest == truth("star_task")


def test_the_same_file_twice_writes_nothing(store, tmp_path):
    path = export(tmp_path, "console")
    applied(store, path)

    with pytest.raises(AlreadyHere) as raised:
        kept(store, path)

    assert raised.value.found.status == ImportStatus.APPLIED


def test_the_same_rows_in_another_file_write_nothing(store, tmp_path):
    applied(store, export(tmp_path, "console"))

    found = applied(store, export(tmp_path, "console", "thousands", "order"))

    assert (found.new_count, found.changed_count, found.applied_count) == (0, 0, 0)


def test_rows_that_cannot_be_believed_are_refused_with_their_reasons(store, tmp_path):
    found = applied(store, export(tmp_path, "console", "bad_rows"))

    (below, below_why), (day, day_why), (other, other_why) = refusals(found)
    assert (below, day, other) == (3, 4, 5)
    assert "“-5” is not a whole number" in below_why
    assert "“2025-02-30” is not a day" in day_why
    assert other_why == "Row 2 tells other figures of the same."
    assert ledger("console") == truth("console")


def test_a_worker_that_dies_half_way_loses_nothing(store, tmp_path, monkeypatch):
    monkeypatch.setattr("campaigns.imports.intake.PART", 40)
    found = checked(store, export(tmp_path, "console"))
    with scope(Hat.NIGHT, brand=store.brand_id):
        found.ask_to_apply(by=None)
    found = fresh(found)
    assert found.part_count > 2
    work._apply_part(found, FORMATS[found.kind])  # and then the worker is gone

    work.work_on(found.pk)
    work.work_on(found.pk)

    assert fresh(found).status == ImportStatus.APPLIED
    assert ledger("console") == truth("console")
    with scope(Hat.NIGHT):
        pages = PulledPage.objects.filter(file_import=found)
        assert sorted(pages.values_list("number", flat=True)) == [*range(1, found.part_count + 1)]


def test_each_row_names_the_part_of_the_file_as_its_receipt(store, tmp_path):
    found = applied(store, export(tmp_path, "star_task"))

    with scope(Hat.NIGHT):
        pages = set(StarDay.objects.values_list("page_id", flat=True))
        assert pages == set(found.pages.values_list("pk", flat=True))
        assert {row.source for row in StarDay.objects.all()} == {"file"}


def test_an_order_that_the_api_told_of_is_not_restated_by_a_file(store, tmp_path):
    """Nobody can say whether the file is older."""
    line = lines_of("store_order")[0]
    told = datetime(2025, 6, 12, 9, tzinfo=days.SHANGHAI)
    own = {"sub_order_id": line["子订单编号"], "modified_at": told, "status": "TRADE_FINISHED"}
    day = days.business_day(line["订单创建时间"])
    make_fact(StoreOrder, store, day, **own)

    found = applied(store, export(tmp_path, "store_order"))

    rows = {row["sub_order_id"]: row for row in ledger("store_order")}
    assert rows[own["sub_order_id"]]["modified_at"] == told
    assert rows[own["sub_order_id"]]["status"] == "TRADE_FINISHED"
    assert found.applied_count == found.row_count - 1


def test_nothing_of_a_buyer_is_kept(store, tmp_path):
    found = checked(store, export(tmp_path, "store_order", "bad_rows"))

    assert found.left_out == ["买家会员名", "收货人姓名", "联系手机"]

    with scope(Hat.NIGHT):
        cells = [unpack(part) for part in FilePart.objects.all()]
        raw = [row.raw for row in found.quarantined.all()]
    assert "13800000000" not in str(cells) + str(raw)
    assert "王某某" not in str(cells) + str(raw)


def test_figures_that_contradict_each_other_are_doubted_and_not_refused(store, tmp_path):
    head = "日期,任务ID,归因周期,阅读UV,商家GMV,订单商品成交GMV,非订单商品成交GMV"
    text = f"{head}\n2025-06-18,T1,15天,10,100.00,60.00,30.00\n"

    found = checked(store, files.put(tmp_path, text.encode()))

    assert (found.doubted_count, found.refused_count) == (1, 0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "names the columns of a file that is known"),
        ("日期,任务ID,阅读UV\n2025-06-18,T1,5\n", "15 or 30 days"),
        ("日期,任务ID,阅读UV7日\n2025-06-18,T1,5\n", "15 or 30 days"),
        ("日期,任务ID,阅读UV15日,进店UV30日\n2025-06-18,T1,5,5\n", "15 or 30 days"),
        ("日期,任务ID,阅读UV15日\n", "no rows"),
        ("日期,任务ID,阅读UV15日\n合计,,5\n", "no rows"),
    ],
)
def test_a_file_that_is_not_known_is_refused_with_the_reason(store, tmp_path, text, why):
    found = kept(store, files.put(tmp_path, text.encode()))

    assert found.status == ImportStatus.REFUSED
    assert why in found.error


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2025-06-24,T1,5", "not a day that can be known"),
        ("2017-12-31,T1,5", "not a day that can be known"),
        (",T1,5", "日期 is blank"),
        ("2025-06-18,-,5", "任务ID is blank"),
        ("2025-06-18,T 1,5", "is not an id"),
        ("2025-06-18,T1,1.5", "is not a whole number"),
        ("2025-06-18,T1,1e5", "is not a whole number"),
        ("2025-06-18,T1,NaN", "is not a whole number"),
        ("2025-06-18,T1,99999999999999999999", "is not a whole number"),
    ],
)
def test_a_row_is_refused_with_its_reason(store, tmp_path, row, why):
    text = f"日期,任务ID,阅读UV15日\n{row}\n2025-06-18,T2,5\n"

    found = checked(store, files.put(tmp_path, text.encode()))

    assert found.row_count == 2
    ((number, reason),) = refusals(found)
    assert (number, why in reason) == (2, True)


def test_a_blank_is_not_told_and_not_nothing(store, tmp_path):
    text = "日期,任务ID,阅读UV15日,进店UV15日\n2025-06-18,T1,-,0\n"

    applied(store, files.put(tmp_path, text.encode()))

    (row,) = ledger("star_task")
    assert (row["read_uv"], row["store_visit_uv"]) == (None, 0)


def test_two_stores_may_bring_the_same_file_when_a_person_says_so(brand, store, tmp_path):
    path = export(tmp_path, "console")
    applied(store, path)

    other = applied(make_store(brand, 2), path, is_sure=True)
    assert other.applied_count == len(truth("console"))


def test_one_that_fails_three_times_is_left_to_a_person(store, tmp_path):
    found = kept(store, export(tmp_path, "console"))
    with scope(Hat.NIGHT):
        FileImport.objects.update(attempts=F("attempts") + 3)

    work.work_on(found.pk)

    assert fresh(found).is_given_up


def test_rows_are_forgotten_after_two_weeks_and_what_was_applied_stays(store, tmp_path):
    found = applied(store, export(tmp_path, "console"))

    with scope(Hat.NIGHT):
        assert work.forget(days.known_now()) == 0
        assert work.forget(days.known_now() + KEPT) == found.part_count
        assert FilePart.objects.count() == 0
    assert ledger("console") == truth("console")
