"""Sheets of links, as a marketer fills them in and reads what became of them."""

import re
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from portal.lib.sheets import XLSX_TYPE, read_sheet, xlsx_file

SHEETS = "/b/shancha/notes/sheets/"
HEAD = ["note", "target", "button text", "marked 广告"]
OIL, NOBODYS = "710500318001", "710599999999"
NOTE = "SELECT note_id FROM campaigns_note WHERE title LIKE %s || '%%'"


class Told(NamedTuple):
    """What is said of a row, on the page or in the file."""

    verdict: str
    reasons: str
    code: str


def note_id(running, words: str) -> str:
    return running.one(NOTE, words)


def row(note: str, item: str = OIL, text: str = "Buy the same", marked: str = "yes") -> list[str]:
    return [note, item, text, marked]


def upload(visitor, *rows: list[str]) -> Page:
    page = visitor.open(SHEETS)
    sheet = xlsx_file([HEAD, *rows])
    file = {"name": "links.xlsx", "mimeType": XLSX_TYPE, "buffer": sheet}
    page.get_by_label("File", exact=True).set_input_files([file])
    page.get_by_role("button", name="Check the rows").click()
    page.wait_for_url(re.compile(rf"{SHEETS}\d+/$"))
    return page


def on_screen(page: Page) -> dict[str, Told]:
    rows = {}
    for each in page.get_by_role("region", name="Verdicts").locator("tbody tr").all():
        number, verdict = (each.get_by_role("cell").nth(place) for place in (0, 1))
        link = verdict.get_by_role("link")
        rows[number.inner_text()] = Told(
            verdict.inner_text().splitlines()[0],
            "\n".join(verdict.locator(".why").all_inner_texts()),
            link.inner_text().removeprefix("/j/") if link.count() else "",
        )
    return rows


def in_file(page: Page, name: str, folder: Path) -> dict[str, Told]:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    head, *rows = read_sheet(path)
    cells = [dict(zip_longest(head, each, fillvalue="")) for each in rows]
    return {
        each["Row"]: Told(each["Verdict"], each["Reasons"], each["Short link"].rpartition("/")[2])
        for each in cells
    }
