"""Sheets as people and attackers make them, built byte by byte."""

import io
import struct
import zipfile

from portal.lib.sheets import csv_file, xlsx_file

WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
ROOT = (
    '<?xml version="1.0"?><Relationships'
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships'
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = (
    '<?xml version="1.0"?>{head}<worksheet'
    ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}'
    "</sheetData></worksheet>"
)


def xlsx(rows: str = "", *, head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A package whose one sheet holds this XML."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", ROOT)
        package.writestr("xl/workbook.xml", WORKBOOK)
        package.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        package.writestr("xl/worksheets/sheet1.xml", SHEET.format(head=head, rows=rows))
        for name, content in (more or {}).items():
            package.writestr(name, content)
    return file.getvalue()


def cell(value: str, place: str = "A1", kind: str = "") -> str:
    typed = f' t="{kind}"' if kind else ""
    return f'<row><c r="{place}"{typed}><v>{value}</v></c></row>'


def lying(size: int) -> bytes:
    """A package whose directory says that its sheet is small."""
    raw = bytearray(xlsx(cell("1"), more={"xl/a.xml": bytes(2_000_000)}))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(raw)


FAR_APART = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}"><v>1</v></c></row>'
ENTITIES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MANY = {f"xl/{number}.xml": b"" for number in range(600)}

HOSTILE = {
    "a page of HTML in bytes that are no text": (b"\x00<html>", "kind"),
    "a zip that is no workbook": (xlsx().replace(b"xl/workbook.xml", b"xl/wurkbook.xml"), "kind"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
    "half a workbook": (xlsx_file([["a"] * 9] * 99)[:2000], "damaged"),
    "the first bytes of a zip": (b"PK\x03\x04" + bytes(90), "damaged"),
    "two cells at the far ends of a sheet": (xlsx(FAR_APART.format("XFD1048576")), "large"),
    "two cells far apart in a narrow sheet": (xlsx(FAR_APART.format("GR1048576")), "large"),
    "a million columns": (xlsx(cell("1", "ZZZZ1")), "columns"),
    "a bomb": (xlsx(more={"xl/a.xml": bytes(200_000_000)}), "large"),
    "more than may be unpacked": (xlsx(more={"xl/a.xml": bytes(300_000_000)}), "large"),
    "a directory that lies": (lying(10), "damaged"),
    "too many entries": (xlsx(more=MANY), "damaged"),
    "an entity from outside": (xlsx(cell("&a;"), head=ENTITIES), "active"),
    "a NUL written as an escape": (xlsx(cell("a_x0000_b", kind="str")), "characters"),
    "a lone surrogate in XML": (xlsx(cell("&#xD800;", kind="str")), "damaged"),
    "an id that a spreadsheet rounded": (csv_file([["7.3920441885E+11"]]), "digits"),
    "an id of more digits than a number keeps": (xlsx(cell("7392044188521234567")), "digits"),
    "text in no encoding": (b"a,b\n\xff\xff,1", "encoding"),
    "half of a UTF-16 character": (b"\xff\xfea\x00\x00", "encoding"),
    "a NUL in text": (b"a,\x00,b", "kind"),
    "a bell in text": (b"a,\x07,b", "characters"),
    "a quotation mark left open": (b'a,"b\n' * 3 + b"c" * 40_000, "csv"),
    "a cell without end": (b"a," + b"b" * 40_000, "csv"),
    "two hundred and one columns": (b"a," * 200 + b"a", "columns"),
    "more rows than are wanted": (b"a\n" * 1001, "rows"),
}
