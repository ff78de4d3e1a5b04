"""A campaign is planned and gets its notes, and readers' requests lead to a link."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from portal.tests.browser.steps import hand_in, pick_item

pytestmark = [pytest.mark.browser, pytest.mark.processes]
ADVERTISER = 880001
BY_RULE, BY_HAND = "油皮小林", "梅雨季皮肤总是不稳"


@pytest.fixture
def marketer(sign_in):
    return sign_in("marketer")


def test_notes_join_a_campaign_by_rule_and_by_hand(marketer):
    page = plan(marketer)
    page.get_by_label("Rule", exact=True).select_option(label="Creator is")
    page.get_by_label("Value", exact=True).fill(BY_RULE)
    page.get_by_role("button", name="Add the rule").click()
    notes = page.get_by_role("region", name="Notes", exact=True)
    expect(notes.get_by_role("row", name="大油皮夏天用精华油")).to_contain_text("Creator is")

    page = marketer.open(f"/b/shancha/notes/?q={BY_HAND}")
    page.get_by_role("checkbox", name=BY_HAND).check()
    page.get_by_label("Put the picked notes into").select_option(label="618 返场")
    page.get_by_role("button", name="Into the campaign").click()
    page.wait_for_url("**/campaigns/*/")
    expect(notes.get_by_role("row", name=BY_HAND)).to_contain_text("By hand")
    expect(notes).to_contain_text("2 notes")
    assert marketer.complaints == []


def plan(marketer) -> Page:
    page = marketer.open("/b/shancha/campaigns/")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Campaign name").fill("618 返场")
    page.get_by_label("山茶官方旗舰店").check()
    page.get_by_label("Goal").select_option(label="Store visits")
    page.get_by_label("First day", exact=True).fill("2025-06-20")
    page.get_by_label("Last day", exact=True).fill("2025-07-05")
    page.get_by_label("Expected notes").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("618 返场")
    return page


def test_comments_that_ask_for_a_link_lead_to_one(marketer, running):
    page = marketer.open("/b/shancha/notes/requests/")
    answer = httpx.get(
        f"{running.sandbox_url}/world/comments.xlsx?advertiser_id={ADVERTISER}"
    ).raise_for_status()
    file = {"name": "评论.xlsx", "mimeType": "", "buffer": answer.content}
    page.get_by_label("File", exact=True).set_input_files([file])
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("main")).to_contain_text("rows were taken over")

    demand = page.get_by_role("region", name="Notes by unanswered demand")
    unanswered = [int(text) for text in demand.locator("tbody td:nth-of-type(1)").all_inner_texts()]
    assert len(unanswered) > 5
    assert unanswered == sorted(unanswered, reverse=True)
    wanted = demand.get_by_role("row").filter(has=page.get_by_role("link", name="Attach a link"))
    title = wanted.first.get_by_role("rowheader").get_by_role("link").inner_text()
    wanted.first.get_by_role("link", name="Attach a link").click()
    pick_item(page, "山茶多肽乳霜")
    hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    marketer.open("/b/shancha/notes/requests/")
    row = demand.get_by_role("row").filter(has_text=title)
    expect(row.get_by_role("link", name="Attach a link")).to_have_count(0)
    assert marketer.complaints == []
