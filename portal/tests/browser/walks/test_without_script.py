"""The main pages in a browser that runs no scripts."""

import pytest
from playwright.sync_api import Page, expect

from merchants.tests.factories import PIXEL
from portal.tests.browser.steps import hand_in, register, start_attaching, wait_until_live
from portal.tests.browser.walks.sheets import note_id, on_screen, row, upload

pytestmark = [pytest.mark.browser, pytest.mark.processes]
STORE = "野径户外旗舰店"
LICENCE = {"name": "licence.png", "mimeType": "image/png", "buffer": PIXEL}


@pytest.fixture
def owner(sign_in):
    return sign_in("owner.yejing", java_script_enabled=False)


def test_a_store_is_registered_shown_by_evidence_and_handed_in(owner):
    page = register(owner, "yejing", STORE)
    expect(page.locator("#hand-in button")).to_be_disabled()
    page.get_by_label("Main category", exact=True).select_option("sports")
    page.get_by_label("Overall score", exact=True).fill("5.5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Overall score", exact=True)).to_have_value("5.5")
    expect(page.locator("main")).to_contain_text("Enter a number from 0 to 5")

    page.get_by_label("Overall score", exact=True).fill("4.7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Stated. The check below is up to date.")
    upload_licence(page)
    page.get_by_role("button", name="Hand in the application").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Submitted")


def upload_licence(page: Page) -> None:
    folder = page.get_by_role("region", name="Business licence", exact=True)
    folder.get_by_text("Upload the file").click()
    folder.get_by_label("File").set_input_files([LICENCE])
    folder.get_by_role("button", name="Upload").click()
    expect(folder.get_by_role("link", name="licence.png")).to_be_visible()


def test_people_and_agencies_are_let_in_and_out(owner):
    page = owner.open("/b/yejing/settings/members/")
    page.get_by_label("E-mail").fill("he@example.test")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("row", name="he@example.test")).to_contain_text("Waiting")
    page.get_by_role("button", name="Revoke he@example.test").click()
    expect(page.get_by_role("row", name="he@example.test")).to_have_count(0)

    page.get_by_role("link", name="Agencies").click()
    page.get_by_label("Short name of the agency").fill("xiaoman")
    page.get_by_role("button", name="Offer access").click()
    expect(page.locator("main")).to_contain_text("Choose at least one store.")
    page.get_by_label(STORE).check()
    page.get_by_role("button", name="Offer access").click()
    page.get_by_role("button", name="Withdraw the offer xiaoman").click()
    expect(page.locator("main")).to_contain_text("The offer to xiaoman is withdrawn.")


def test_the_audit_is_narrowed(owner):
    page = owner.open("/b/yejing/settings/audit/")
    everything = page.locator("#rows tbody tr").count()
    page.locator("[name=kind]").select_option(label="Invitation")
    page.get_by_role("button", name="Show").click()
    assert 0 < page.locator("#rows tbody tr").count() < everything
    page.locator("[name=day]").fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#rows")).to_contain_text("Nothing matches")
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator("#rows tbody tr")).to_have_count(everything)


def test_a_link_is_attached(sign_in):
    page = start_attaching(sign_in("marketer", java_script_enabled=False), "面霜要搓热再上脸")
    page.get_by_role("searchbox", name="Search the items of the store").fill("山茶多肽乳霜")
    page.locator("#shelf").locator("..").get_by_role("button", name="Search").click()
    expect(page.locator("#shelf tbody tr")).to_have_count(1)
    page.get_by_label("山茶多肽乳霜").check()
    page.get_by_role("button", name="Check and preview").click()
    expect(page.locator("#preview")).to_contain_text("The law asks for it")
    hand_in(page)
    wait_until_live(page)


def test_links_are_attached_by_sheet(sign_in, running):
    marketer = sign_in("marketer", java_script_enabled=False)
    page = upload(marketer, row(note_id(running, "一滴精华油滴进水里")), row("0" * 24))
    page.get_by_role("button", name="Attach 1 link").click()
    expect(page.locator("main")).to_contain_text("1 link was attached.")
    assert [told.verdict for told in on_screen(page).values()] == ["Link attached", "Refused"]
