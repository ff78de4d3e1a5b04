"""The rough way in: what is lacking, a question, a rejection, an appeal, a second reviewer."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.tests.browser.steps import register, take_step

pytestmark = [pytest.mark.browser, pytest.mark.processes]
STORE = "小满家居旗舰店"
REASON = "The store scores we see differ from those stated."
REMARK = "The back end shows 4.6, not 4.7."


def test_a_rejected_store_appeals_and_another_reviewer_lets_it_in(sign_in):
    owner, reviewer, lead = map(sign_in, ("owner.xiaoman", "reviewer", "lead"))
    page = register(owner, "xiaoman", STORE)
    fix_what_is_lacking(page)
    page.get_by_role("button", name="Hand in the application").click()
    expect(heading(page)).to_contain_text("Submitted")

    case = open_case(reviewer)
    take_step(case, "Claim")
    take_step(case, "Ask the brand", question="Which month are the scores of?")
    answer(page, "Of May.")
    reject(case)
    expect(said(page)).to_contain_text(REASON)
    expect(said(page)).to_contain_text(REMARK)

    judge_blindly(lead, case.url)
    appeal(page, "The back end shows 4.7 since Monday.")
    take_step(lead.open(path_of(case)), "Claim")
    take_step(lead.page, "Approve on appeal", note="Seen: 4.7.")
    page.reload()
    expect(heading(page)).to_contain_text("Approved on appeal")
    assert owner.complaints == reviewer.complaints == lead.complaints == []


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def said(page: Page):
    """What the platform said stands at the top, once the page is loaded again."""
    page.reload()
    return page.locator("main")


def fix_what_is_lacking(page: Page) -> None:
    """Type what falls short, read what is enough, type that: nothing is sent by hand."""
    hand_in, lacking = page.locator("#hand-in button"), page.locator("#lacking")
    page.get_by_label("Main category", exact=True).select_option("home")
    for score in ("Overall", "Description", "Service", "Logistics"):
        page.get_by_label(f"{score} score", exact=True).fill("4.2")
    expect(lacking).to_contain_text("Store score: overall 4.2")
    expect(lacking).to_contain_text("Raise the overall score from 4.2 to 4.5")
    expect(hand_in).to_be_disabled()

    page.get_by_label("Overall score", exact=True).fill("4.7")
    expect(lacking).to_contain_text("Every rule is met")
    expect(hand_in).to_be_enabled()


def open_case(reviewer) -> Page:
    page = reviewer.open("/admin/merchants/application/")
    page.get_by_role("row", name=STORE).get_by_role("link").first.click()
    expect(page.locator(".desk-case")).to_contain_text("4.7")
    return page


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


def answer(page: Page, text: str) -> None:
    expect(said(page)).to_contain_text("Which month are the scores of?")
    page.fill("[name=answer]", text)
    page.get_by_role("button", name="Answer and hand in again").click()
    expect(heading(page)).to_contain_text("Submitted")


def reject(case: Page) -> None:
    case.reload()
    expect(case.locator("main, body").first).to_contain_text("Of May.")
    take_step(case, "Claim")
    case.get_by_role("link", name=re.compile("Reject$")).first.click()
    case.get_by_label(re.compile(re.escape(REASON))).check()
    case.fill("[name=note]", REMARK)
    case.get_by_role("button", name="Reject", exact=True).click()
    expect(case.locator("body")).to_contain_text("Rejected")


def judge_blindly(lead, address: str) -> None:
    """Whoever follows the application's address learns nothing before having judged."""
    page = lead.page
    page.goto(address)
    expect(page).to_have_url(re.compile("/secondreview/"))
    seen = page.content()
    assert REASON not in seen
    assert REMARK not in seen
    assert "林审核" not in seen
    page.get_by_role("link", name=re.compile("Give the second judgement$")).first.click()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Give the second judgement").click()
    expect(page.locator("body")).to_contain_text("The first decision stands as it is.")
    expect(page.locator("body")).to_contain_text(REMARK)


def appeal(page: Page, text: str) -> None:
    page.get_by_text("Appeal against this decision").click()
    page.fill("[name=text]", text)
    page.get_by_role("button", name="Appeal", exact=True).click()
    expect(heading(page)).to_contain_text("Appealed")
