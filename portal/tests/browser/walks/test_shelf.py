"""An item leaves the shelf: the link breaks, readers are told, another item stands in for it."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.tests.browser.steps import (
    SAFARI,
    hand_in,
    pick_item,
    start_attaching,
    wait_until,
    wait_until_live,
)
from portal.tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MASK = 710500565639
# the hour between two checks is real time
CHECK = "from campaigns import tasks; tasks.check_store.delay(1)"


@pytest.fixture
def shelf(running):
    yield running
    running.control(forget_items=True)


def test_a_link_whose_item_left_the_shelf_is_replaced_with_one_click(sign_in, visit, shelf):
    marketer, reader = sign_in("marketer"), visit(user_agent=SAFARI, width=390)
    page = start_attaching(marketer, "第二波开始前")
    pick_item(page, "山茶舒缓修护面膜")
    hand_in(page)
    wait_until_live(page)
    link = page.get_by_text(f"{shelf.jump_url}/j/").first.inner_text()
    wait_for(lambda: tapped(reader, link) == f"https://detail.tmall.com/item.htm?id={MASK}")

    shelf.control(item={"num_iid": MASK, "state": "instock"})
    shelf.must("shell", "-c", CHECK)
    wait_until(page, "Broken")
    wait_for(lambda: tapped(reader, link) == link)
    expect(reader.page.get_by_role("heading")).to_have_text("This link is paused")
    expect(reader.page.locator("main")).to_contain_text("山茶官方旗舰店")
    is_told_to(sign_in("owner"), "Broken links of 山茶官方旗舰店: 1")

    page.get_by_role("button", name="Replace the item").click()
    wait_until_live(page)
    wait_for(lambda: re.search(rf"item\.htm\?id=(?!{MASK})\d+$", tapped(reader, link)))
    assert marketer.complaints == reader.complaints == []


def tapped(reader, link: str) -> str:
    reader.page.goto(link)
    return reader.page.url


def is_told_to(person, title: str) -> None:
    page: Page = person.open("/b/shancha/notices/")
    expect(page.locator("main")).to_contain_text(title)
