"""A link from the picker to live: kept as a draft, before a reviewer, sent back by Juguang."""

import httpx
import pytest
from playwright.sync_api import expect

from portal.lib.qr import qr_svg
from portal.tests.browser.steps import (
    IPHONE,
    hand_in,
    pick_item,
    start_attaching,
    take_step,
    wait_until,
    wait_until_live,
)
from portal.tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def marketer(sign_in):
    return sign_in("marketer")


def check(page, name: str):
    return page.locator("#preview .checks li").filter(has_text=name)


def people_sent_on(page) -> str:
    taps = page.get_by_role("region", name="Who taps, on which system")
    return taps.locator("dd").first.inner_text()


def test_the_checks_answer_at_once_and_a_draft_is_handed_in_later(marketer):
    page = start_attaching(marketer, "双支精华一个月")
    pick_item(page, "山茶多肽乳霜")
    expect(check(page, "Item or store page")).to_contain_text("on sale: 山茶多肽乳霜")
    expect(check(page, "Marked 广告")).to_contain_text("Not passed")
    page.get_by_label("The note is marked").check()
    expect(check(page, "Marked 广告")).to_contain_text("confirmed")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")

    page.get_by_role("button", name="Hand in").click()
    wait_until_live(page)
    expect(page.get_by_role("img", name="Buy the same")).to_contain_text("山茶多肽乳霜")
    assert marketer.complaints == []


def test_the_code_on_the_page_leads_to_a_trial_that_is_told_and_not_counted(marketer):
    page = marketer.open("/b/shancha/notes/?link=live")
    page.locator("#notes a[href*='/links/']").first.click()
    trial = page.get_by_role("link", name="Open it in this browser").get_attribute("href")
    before = people_sent_on(page)

    assert page.locator("svg.qr path").get_attribute("d") in qr_svg(trial, label="")
    assert "tbopen:" in httpx.get(trial, headers={"User-Agent": IPHONE}).text

    told = page.get_by_role("region", name="Try this jump").get_by_role("listitem")
    wait_for(lambda: page.reload() and told.count() and "iOS" in told.first.inner_text())
    assert people_sent_on(page) == before


def test_a_note_on_health_waits_for_a_reviewer_who_approves_it(marketer, sign_in):
    page = start_attaching(marketer, "大油皮夏天用精华油")
    pick_item(page, "山茶花修护精华油 30ml")
    page.get_by_label("This note shares health or wellness knowledge").check()
    expect(check(page, "Health and barred goods")).to_contain_text("a reviewer sees what")
    hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("In review")
    expect(page.locator("main")).to_contain_text("Why a person decides")

    reviewer = sign_in("reviewer")
    desk = reviewer.open("/admin/campaigns/link/?queue=waiting")
    desk.get_by_role("row", name="大油皮夏天用精华油").get_by_role("link").first.click()
    expect(desk.locator(".desk-link")).to_contain_text("The note shares health knowledge")
    take_step(desk, "Approve")
    wait_until_live(page)
    expect(page.get_by_role("region", name="What happened")).to_contain_text("林审核")
    assert marketer.complaints == reviewer.complaints == []


def test_what_juguang_rejects_is_read_edited_and_goes_live(marketer):
    page = start_attaching(marketer, "被问最多的一支眼霜")
    pick_item(page, "山茶紧致眼霜")
    hand_in(page)
    wait_until(page, "Rejected")
    expect(page.get_by_role("status")).to_contain_text("商品标题含功效用语“紧致”")

    page.get_by_role("link", name="Edit").click()
    pick_item(page, "山茶多肽乳霜")
    hand_in(page, "Save and hand in")
    wait_until_live(page)
    log = page.get_by_role("region", name="What happened")
    expect(log).to_contain_text("山茶紧致眼霜 20g → 山茶多肽乳霜 50g")
    assert marketer.complaints == []
