"""Links by the sheet: verdicts before anything is written, then all good rows in one go."""

import pytest
from playwright.sync_api import expect

from portal.tests.browser.walks.sheets import NOBODYS, in_file, note_id, on_screen, row, upload

pytestmark = [pytest.mark.browser, pytest.mark.processes]
LINKS = "SELECT count(*) FROM campaigns_link"
ATTACHED, SAME, REFUSED = "Link attached", "Has this link already", "Refused"


def test_good_rows_are_attached_bad_ones_told_and_the_same_sheet_changes_nothing(
    sign_in, running, tmp_path
):
    marketer = sign_in("marketer")
    rows, before = two_good_and_three_bad(running), running.one(LINKS)
    page = upload(marketer, *rows)
    expect(page.get_by_role("main")).to_contain_text("2 rows can be attached. Nothing has been")
    assert running.one(LINKS) == before

    page.get_by_role("button", name="Attach 2 links").click()
    expect(page.get_by_role("main")).to_contain_text("2 links were attached.")
    assert running.one(LINKS) == before + 2
    shown = on_screen(page)
    assert verdicts(shown) == [ATTACHED, ATTACHED, REFUSED, REFUSED, REFUSED]
    assert in_file(page, "Result, XLSX", tmp_path) == shown
    assert in_file(page, "Result, CSV", tmp_path) == shown

    page = upload(marketer, *rows)
    expect(page.get_by_role("main")).to_contain_text("No row can be attached.")
    assert verdicts(on_screen(page)) == [SAME, SAME, REFUSED, REFUSED, REFUSED]
    assert running.one(LINKS) == before + 2
    assert marketer.complaints == []


def two_good_and_three_bad(running) -> list[list[str]]:
    shared = f"https://www.xiaohongshu.com/explore/{note_id(running, '卸妆膏横评')}?xsec_token=x"
    free = note_id(running, "空瓶 12 支")
    return [
        row(note_id(running, "敏感肌 90 天")),
        row(shared, text="了解详情", marked="是"),
        row("0" * 24),
        row(free, item=NOBODYS),
        row(free, marked=""),
    ]


def verdicts(rows) -> list[str]:
    return [each.verdict for each in rows.values()]
