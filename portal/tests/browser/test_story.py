"""The main job, walked by people: from signing in to a result that can be believed."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from portal.tests.browser.steps import (
    IPHONE,
    SAFARI,
    agree,
    attach_link,
    consent,
    start_registration,
    take_step,
)
from portal.tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_brand_joins_links_a_note_and_reads_its_results(visit, running):
    owner = visit()
    page = owner.page
    owner.sign_in("owner.xiaoman")
    page.get_by_role("navigation").get_by_role("link", name="Stores").click()
    register(owner, "小满家居旗舰店")
    apply(page)
    page.get_by_role("link", name=re.compile("Connect.*Juguang")).click()
    agree(page)
    consent(page, "小满家居旗舰店")

    approve(visit(), "小满家居旗舰店")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approved")

    note_title = attach_link(owner, "xiaoman")
    short_link = page.get_by_text(f"{running.jump_url}/j/").first.inner_text()
    tap(visit(user_agent=IPHONE, width=390), short_link)
    tap_elsewhere(visit(user_agent=SAFARI, width=390), short_link)
    wait_for(lambda: people_who_tapped(page) == "2")  # the clicks are shipped meanwhile

    read_results(owner, note_title)
    assert owner.complaints == []


def register(owner, store: str) -> None:
    """Refuse at the partner, try a C-shop, then the store: the first two end in words alone."""
    page = owner.page
    start_registration(page)
    page.get_by_role("button", name="拒绝").click()
    expect(page.locator("main")).to_contain_text("refused", ignore_case=True)
    start_registration(page)
    consent(page, "小满手作铺")
    expect(page.locator("body")).to_contain_text("C-shop")
    owner.open("/b/xiaoman/stores/")
    start_registration(page)
    consent(page, store)
    expect(page.get_by_role("heading", level=1)).to_contain_text(store)


def apply(page: Page) -> None:
    """State what no partner tells, see the rules met, hand the application in."""
    page.get_by_label("Main category", exact=True).select_option("home")
    page.get_by_label("Overall score", exact=True).fill("4.7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#eligibility").locator("..").locator("..")).not_to_contain_text("Not met")
    page.get_by_role("button", name="Hand in the application").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Submitted")


def approve(reviewer, store: str) -> None:
    reviewer.sign_in("reviewer")
    page = reviewer.open("/admin/merchants/application/")
    page.get_by_role("row", name=store).get_by_role("link").first.click()
    take_step(page, "Claim")
    take_step(page, "Approve")
    expect(page.locator("body")).to_contain_text("Approved")


def tap(reader, short_link: str) -> None:
    """A reader taps within Xiaohongshu: Taobao is tried, and without it Tmall's page comes."""
    # A live link sends a browser on; one that the jump has not heard of being live has a page.
    wait_for(lambda: httpx.head(short_link, headers={"User-Agent": SAFARI}).status_code == 302)
    reader.page.clock.install(time=0)
    reader.page.clock.pause_at(1)
    reader.page.goto(f"{short_link}?click_id=abc123", wait_until="commit")
    expect(reader.page.get_by_role("link", name="Open in the app")).to_have_attribute(
        "href", re.compile("^tbopen://m.taobao.com/")
    )
    reader.page.clock.run_for(1500)
    reader.page.wait_for_url(re.compile(r"^https://detail\.m\.tmall\.com/item\.htm\?id=\d+$"))
    expect(reader.page.get_by_role("heading")).to_have_text("Tmall")


def tap_elsewhere(reader, short_link: str) -> None:
    """Another taps in a browser: one hop, and where the app is not installed Tmall's page."""
    reader.page.goto(short_link)
    expect(reader.page.get_by_role("heading")).to_have_text("Tmall")
    assert re.fullmatch(r"https://detail\.tmall\.com/item\.htm\?id=\d+", reader.page.url)


def people_who_tapped(page: Page) -> str:
    page.reload()
    taps = page.get_by_role("region", name="Who taps, on which system")
    return taps.locator("dt:text-is('People sent on') + dd").inner_text()


def read_results(owner, note_title: str) -> None:
    page = owner.open("/b/xiaoman/results/")
    for _attempt in range(60):
        if page.locator("[data-metric=roi][data-note=total]").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("main")).to_contain_text("as of 2025-06-23 09:40")
    expect(page.locator("#results, main").first).to_contain_text(note_title[:6])
    page.get_by_role("link", name=re.compile("^30 d")).click()
    page.wait_for_url(re.compile("window=30"))
    expect(page.locator("[data-metric=gmv][data-note=total]").first).to_be_visible()
