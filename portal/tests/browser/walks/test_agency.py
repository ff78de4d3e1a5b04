"""An agency comes and goes: offered, accepted, at work, and out with the next click."""

import pytest
from playwright.sync_api import expect

from portal.tests.browser.steps import attach_link

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_an_agency_works_for_a_store_until_it_is_revoked(sign_in):
    owner, chief = sign_in("owner"), sign_in("owner.yejing")
    marketer = sign_in("marketer.yejing", "a-long-password")
    offer(owner, "yejing")
    page = chief.open("/b/yejing/settings/agencies/")
    page.get_by_role("button", name="Accept the offer").click()
    expect(page.locator("main")).to_contain_text("You work for 山茶 now.")

    page = marketer.open("/b/shancha/stores/")
    page.get_by_role("link", name="山茶官方旗舰店").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approved")
    attach_link(marketer, "shancha")
    expect(page.locator("main")).to_contain_text("/j/")

    revoke(owner, "野径")
    with page.expect_response(lambda answer: answer.request.is_navigation_request()) as answer:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Results").click()
    assert answer.value.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing at this address")
    assert owner.complaints == chief.complaints == marketer.complaints == []


def offer(owner, agency: str) -> None:
    page = owner.open("/b/shancha/settings/agencies/")
    page.get_by_label("Short name of the agency").fill(agency)
    page.get_by_label("Role").select_option("marketer")
    page.get_by_label("山茶官方旗舰店").check()
    page.get_by_role("button", name="Offer access").click()
    expect(page.locator("main")).to_contain_text("Offered, not answered yet")


def revoke(owner, agency: str) -> None:
    page = owner.open("/b/shancha/settings/agencies/")
    page.get_by_role("link", name=f"Edit {agency}").click()
    page.get_by_text("Revoke…").click()
    page.get_by_role("button", name="Yes, revoke").click()
    expect(page.locator("main")).to_contain_text(f"{agency} no longer has access.")
