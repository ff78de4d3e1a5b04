"""数据, as a marketer walks through it: a day, the quarantine, missing notes, a file."""

import re

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.processes]
EXPORT = "/world/files/console.csv?seller_id=2200657001&from=2025-04-10&to=2025-04-20"


@pytest.fixture
def marketer(visit):
    visitor = visit()
    visitor.sign_in("marketer")
    yield visitor
    assert visitor.complaints == []


def test_a_day_of_the_calendar_opens_below_it(marketer):
    page = marketer.open("/b/shancha/data/")
    expect(page.get_by_role("rowheader", name=re.compile("^Juguang "))).not_to_have_count(0)

    page.get_by_role("link", name="06-19 complete", exact=True).first.click()

    expect(page.locator("#day")).to_contain_text("2025-06-19")
    expect(page.locator("#day")).to_contain_text("Last complete")


def test_quarantine_is_filtered_and_missing_notes_are_looked_at(marketer):
    page = marketer.open("/b/shancha/data/quarantine/")
    page.locator("[name=settled]").check()
    expect(page.locator("#quarantine")).to_contain_text("No row fits this filter")

    page.get_by_role("link", name="Missing notes").click()
    page.get_by_label("Attribution window").select_option("30")
    expect(page.locator("#missing")).to_contain_text("30 d")
    expect(page.locator("#missing")).to_contain_text("Note days returned")


def test_a_file_is_checked_applied_and_seen(marketer, running, tmp_path):
    path = tmp_path / "console.csv"
    path.write_bytes(httpx.get(f"{running.sandbox_url}{EXPORT}&quirks=gb18030,bad_rows").content)
    page = marketer.open("/b/shancha/data/imports/")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing has been written yet.")
    expect(page.get_by_role("main")).to_contain_text("3 refused rows stay out.")

    page.get_by_role("button", name=re.compile(r"^Write [\d,]+ rows$")).click()

    expect(page.locator("#verdict")).to_contain_text("rows were written.")
    page.get_by_role("link", name="Import files").click()
    expect(page.get_by_role("row", name=re.compile(r"console\.csv.*Applied"))).to_be_visible()
