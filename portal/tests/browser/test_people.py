"""People on their own: signing up, opening a brand, and asking a colleague in."""

import re

import pytest
from playwright.sync_api import expect

from portal.tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WORDS = "a-long-passphrase"


def printed(running, pattern: str) -> str:
    """Read an address from the mails that the demo prints where `make run` runs."""

    def newest() -> str:
        found = re.findall(running.url + pattern, running.output.read_text())
        return found[-1] if found else ""

    return wait_for(newest)


def sign_up(visitor, running, name: str, email: str) -> None:
    page = visitor.page
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=password1]", WORDS)
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("main")).to_contain_text("printed in the terminal")
    page.goto(running.url + printed(running, r"(/account/confirm-email/\S+/)"))
    expect(page.locator("main")).to_contain_text(email)
    page.get_by_role("button", name="Yes, it is mine").click()


def test_a_person_signs_up_opens_a_brand_and_a_colleague_joins_it(visit, running):
    founder = visit()
    founder.open("/account/signup/")
    sign_up(founder, running, "Ma", "ma@example.test")
    page = founder.page
    page.get_by_role("link", name="Create a brand").click()
    page.get_by_label("Brand name").fill("Mountain Tea")
    page.get_by_role("button", name="Create the brand").click()
    expect(page.get_by_label("Address")).to_have_value("mountain-tea")
    page.get_by_role("button", name="Create the brand").click()
    expect(page.locator("main")).to_contain_text("Register its first store")

    founder.open("/b/mountain-tea/settings/members/")
    page.get_by_label("E-mail").fill("wu@example.test")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("main")).to_contain_text("on its way to wu@example.test")

    colleague = visit()
    colleague.open(printed(running, r"(/invitations/[^/\s]+/)"))
    colleague.page.get_by_role("link", name="Sign up").click()
    sign_up(colleague, running, "Wu", "wu@example.test")
    colleague.page.get_by_role("button", name="Join").click()
    expect(colleague.page.locator("main")).to_contain_text("member of Mountain Tea now")
    page.reload()
    expect(page.get_by_role("row", name=re.compile("Wu.*Marketer.*Active"))).to_be_visible()
    assert founder.complaints == colleague.complaints == []
