import io
import re
import resource
import zipfile
from decimal import Decimal

import psutil
import pytest

from portal.lib import sheets
from portal.lib.sheets import REASONS, BadSheet, csv_file, read_sheet, safe_text, xlsx_file
from portal.tests.hostile_sheets import HOSTILE, cell, xlsx


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " ="]
)
def test_text_that_could_run_is_kept_as_text(start):
    assert safe_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "山茶", "1-2", "a=b", "'quoted"])
def test_plain_text_is_left_alone(text):
    assert safe_text(text) == text


def test_numbers_stay_numbers_even_below_zero():
    assert csv_file([[-5, Decimal("-1.50"), Decimal("1E+3"), None]]) == (
        b"\xef\xbb\xbf-5,-1.50,1000,\r\n"
    )


def test_what_utf8_cannot_hold_does_not_break_the_file():
    assert csv_file([["\ud800"]]).endswith(b"?\r\n")


def test_separators_and_quotes_are_quoted():
    assert csv_file([['a,"b"', "c\nd"]]).decode("utf-8-sig") == '"a,""b""","c\nd"\r\n'


def read(tmp_path, content: bytes, most: int = 1000) -> list[list[str]]:
    file = tmp_path / "file"
    file.write_bytes(content)
    return list(read_sheet(file, most=most))


PLACE = re.compile(r"%\(\w+\)s")
ROWS = [["笔记", "item"], ["680a1b2c000000001203e4f5", "739204418852"], ["二\n行", 'a,"b"']]


@pytest.mark.parametrize(
    "content",
    [
        csv_file(ROWS),
        csv_file(ROWS).removeprefix(b"\xef\xbb\xbf"),
        csv_file(ROWS).decode("utf-8-sig").encode("gb18030"),
        csv_file(ROWS).decode("utf-8-sig").encode("utf-16"),
        xlsx_file(ROWS),
    ],
    ids=["UTF-8 with its mark", "UTF-8", "GB18030", "UTF-16", "XLSX"],
)
def test_a_sheet_is_read_whatever_wrote_it(tmp_path, content):
    assert read(tmp_path, content) == ROWS


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_first_line_tells_how_cells_are_separated(tmp_path, separator):
    text = f'note{separator}"a,b;c"{separator}text\n1{separator}2{separator}3'
    assert read(tmp_path, text.encode()) == [["note", "a,b;c", "text"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("739204418852", "739204418852"),
        ("7.39204418852E11", "739204418852"),
        ("29.9", "29.9"),
        ("0.30000000000000004", "0.3"),
        ("1e-7", "0.0000001"),
        ("-5", "-5"),
    ],
)
def test_a_number_is_read_as_it_was_typed(tmp_path, number, text):
    assert read(tmp_path, xlsx(cell(number))) == [[text]]


def test_a_formula_is_read_as_what_it_came_to(tmp_path):
    formula = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'
    assert read(tmp_path, xlsx(formula)) == [["2"]]


def test_text_in_a_workbook_is_no_formula_and_no_link(tmp_path):
    raw = xlsx_file([["=1+1", "https://example.com", "+86", "００１"]])
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert read(tmp_path, raw) == [["=1+1", "https://example.com", "+86", "００１"]]


def test_numbers_in_a_workbook_are_numbers_as_long_as_none_is_rounded(tmp_path):
    raw = xlsx_file([[3, Decimal("1.50"), 739204418852, 7392044188521234567, None]])
    assert read(tmp_path, raw) == [["3", "1.5", "739204418852", "7392044188521234567"]]


def test_what_no_workbook_can_hold_does_not_break_it(tmp_path):
    assert read(tmp_path, xlsx_file([["\ud800", "x" * 40_000]]))[0][0] == "?"


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_sheet_is_refused_with_its_reason(tmp_path, case):
    content, reason = HOSTILE[case]

    with pytest.raises(BadSheet) as refusal:
        read(tmp_path, content)

    parts = PLACE.split(str(REASONS[reason]))
    assert re.fullmatch("[0-9,]+".join(map(re.escape, parts)), str(refusal.value))


def test_a_deep_nest_of_xml_harms_nobody(tmp_path):
    deep = "<a>" * 100_000 + "</a>" * 100_000
    assert read(tmp_path, xlsx(deep + cell("1"))) == [["1"]]


def test_a_bomb_takes_no_memory_of_ours(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BadSheet):
        read(tmp_path, HOSTILE["a bomb"][0])

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_a_sheet_that_takes_forever_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "PATIENCE", 0.01)

    with pytest.raises(BadSheet):
        read(tmp_path, csv_file(ROWS))


def test_a_reader_that_is_left_half_way_leaves_no_program_behind(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"a\n" * 200_000)
    before = len(psutil.Process().children())

    rows = read_sheet(file)
    next(rows)
    rows.close()

    assert len(psutil.Process().children()) == before
