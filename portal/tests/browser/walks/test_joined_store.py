"""A store that joined: its consent ends and comes back, the policy rises, staff step in."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from portal.tests.browser.conftest import QUICK
from portal.tests.browser.steps import SAFARI, agree, consent, hand_in, take_step, wait_until_live
from portal.tests.nights import Nights, middle_of_a_night, store_that_joined
from portal.tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
STORE = "/b/shancha/stores/1/"
WAITING = "SELECT count(*) FROM campaigns_syncwindow WHERE status IN ('owed', 'leased')"
OF_JUGUANG = """
SELECT count(*) FROM campaigns_syncwindow
WHERE owed_on = %s AND status = 'closed' AND starts_with(report, 'juguang.')
"""
JUDGE_ALL = "from merchants import tasks; tasks.requalify_stores.delay()"
CODE = "2025-06b"
GRACE = timedelta(days=14)


@pytest.fixture(scope="module")
def running() -> Iterator[Nights]:
    """A portal of its own: here days pass."""
    with store_that_joined(**QUICK) as portal:
        yield portal


@pytest.fixture
def owner(sign_in):
    return sign_in("owner")


def test_a_withdrawn_consent_stops_the_night_and_a_new_one_ends_it(owner, running):
    page = owner.open(STORE)
    page.get_by_role("link", name="Withdraw the consent Juguang").click()
    with middle_of_a_night(running):
        page.get_by_role("button", name="Yes, withdraw it").click()
        expect(page.locator("main")).to_contain_text("Withdrawn by the brand.")
    assert running.one(WAITING) > 0
    owner.open("/b/shancha/results/")
    expect(page.get_by_role("region", name="Needs you now")).to_contain_text("Juguang")
    pulled = running.one(OF_JUGUANG, running.today)
    page.wait_for_timeout(2000)
    assert running.one(OF_JUGUANG, running.today) == pulled

    owner.open(STORE).get_by_role("link", name="Consent again Juguang").click()
    agree(page)
    consent(page, "山茶官方旗舰店")
    wait_for(running.is_complete, seconds=30)
    owner.open("/b/shancha/results/")
    expect(page.get_by_role("region", name="Needs you now")).to_have_count(0)
    assert owner.complaints == []


def test_a_higher_floor_puts_the_store_at_risk_with_a_notice_and_a_date(owner, sign_in, running):
    state_sub_scores(owner.open(STORE), "4.7")
    tomorrow = date.fromisoformat(running.today) + timedelta(days=1)
    publish_floor(sign_in("reviewer"), sign_in("admin"), tomorrow, overall="4.9", each="4.8")
    running.must("advance", "--days", "1")
    running.must("shell", "-c", JUDGE_ALL)

    page = owner.page
    wait_for(lambda: "At risk" in reloaded(page).inner_text("h1"))
    expect(page.locator("main")).to_contain_text(f"{tomorrow + GRACE}")
    expect(page.locator("#lacking")).to_contain_text("Raise the overall score from 4.8 to 4.9")
    owner.open("/b/shancha/notices/")
    expect(page.locator("main")).to_contain_text("山茶官方旗舰店 no longer meets the policy")
    owner.open("/b/shancha/results/")
    expect(page.get_by_role("region", name="Needs you now")).to_contain_text("At risk")
    assert owner.complaints == []


@pytest.mark.alone
def test_staff_suspend_the_store_and_readers_get_to_its_own_page_until_it_is_lifted(
    owner, sign_in, visit
):
    link = link_to_the_store(owner)
    reader, admin = visit(user_agent=SAFARI, width=390), sign_in("admin")
    wait_for(lambda: tapped(reader, link) == "Tmall", seconds=5)
    admin.open("/admin/merchants/store/1/change/")
    take_step(admin.page, "Suspend this store", reason="Complaints about fakes are looked into.")
    wait_for(lambda: tapped(reader, link) == "This link is paused", seconds=5)
    reader.page.get_by_role("link", name="To the store").click()
    expect(reader.page).to_have_url(re.compile(r"^https://shancha\.(m\.)?tmall\.com"))
    expect(reloaded(owner.open(STORE)).locator("main")).to_contain_text("Complaints about fakes")

    admin.open("/admin/merchants/store/1/change/")
    take_step(admin.page, "Lift the suspension", reason="There were none.")
    wait_for(lambda: tapped(reader, link) == "Tmall", seconds=5)
    expect(reloaded(owner.page).locator("main")).to_contain_text("There were none.")
    assert owner.complaints == admin.complaints == reader.complaints == []


def reloaded(page: Page) -> Page:
    page.reload()
    return page


def state_sub_scores(page: Page, score: str) -> None:
    for name in ("Description", "Service", "Logistics"):
        page.get_by_label(f"{name} score", exact=True).fill(score)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Stated. The check below is up to date.")


def publish_floor(reviewer, admin, since: date, *, overall: str, each: str) -> None:
    """One drafts and proposes it, another publishes."""
    page = reviewer.open("/admin/merchants/policyversion/add/")
    page.fill("[name=code]", CODE)
    page.fill("[name=effective_from]", f"{since}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name=CODE).first.click()
    page.get_by_role("link", name="Edit the rules").click()
    page.fill("[name=score-overall]", overall)
    page.fill("[name=score-each]", each)
    page.get_by_role("button", name="Save", exact=True).click()
    take_step(page, "Propose")
    admin.page.goto(page.url)
    take_step(admin.page, "Publish")
    expect(admin.page.locator("body")).to_contain_text(f"{CODE}: Made public")


def link_to_the_store(owner) -> str:
    """Attach a link to the store's page, whose address the owner vouches for."""
    page = owner.open("/b/shancha/notes/")
    page.get_by_role("link", name="Attach a link").first.click()
    page.get_by_label("Or paste an item or store address").fill("https://shancha.tmall.com/")
    page.get_by_label("The store address above is that of").check()
    hand_in(page)
    wait_until_live(page)
    link = page.get_by_text("/j/").first.inner_text()
    wait_for(lambda: httpx.get(link).status_code != 404, seconds=5)
    return link


def tapped(reader, link: str) -> str:
    reader.page.goto(link)
    return reader.page.get_by_role("heading", level=1).inner_text()
