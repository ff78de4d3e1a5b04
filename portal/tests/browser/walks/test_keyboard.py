"""Hands on the keyboard alone, and the Back button after fragments."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.tests.browser.steps import wait_until_live

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAITING = """
from datetime import timedelta
from django.utils import timezone
from merchants.models import Brand
from merchants.rules import Facts, freeze
from merchants.tests.factories import make_application, make_brand, make_store
from portal.lib import days
brand = make_brand("chahua", "茶花")
rules = [{"id": "store_type", "kind": "store_type"}]
for n in (1, 2):
    make_application(
        make_store(brand, n, status="registered"),
        status="submitted",
        verdicts=freeze(rules, Facts("B")),
        due_at=days.known_now() + timedelta(days=n),
    )
"""
FOCUSED = """it => {
    const style = getComputedStyle(it);
    return {
        at: [...document.querySelectorAll("*")].indexOf(it),
        marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
        what: it.outerHTML.slice(0, 120),
    };
}"""


@pytest.fixture(scope="module")
def queue(running):
    running.must("shell", "-c", WAITING)


@pytest.fixture
def reviewer(sign_in, queue):
    return sign_in("reviewer")


def test_the_review_desk_is_worked_by_keys(reviewer):
    page = reviewer.open("/admin/merchants/application/?q=茶花")
    page.get_by_role("row", name="茶花官方旗舰店1").get_by_role("link").first.click()
    expect(page.locator(".desk-about")).to_contain_text("茶花官方旗舰店1")
    with_help(page)
    press(page, "j", leads_to="茶花官方旗舰店2")
    press(page, "k", leads_to="茶花官方旗舰店1")

    press_and_confirm(page, "c", "Claim")
    press_and_confirm(page, "a", "Approve")
    expect(page.locator("body")).to_contain_text("Approved")
    assert reviewer.complaints == []


def test_the_keys_of_the_desk_rest_while_they_are_switched_off(reviewer):
    page = reviewer.open("/admin/merchants/application/?q=茶花")
    page.get_by_role("row", name="茶花官方旗舰店2").get_by_role("link").first.click()
    expect(page.locator(".desk-about")).to_contain_text("茶花官方旗舰店2")
    switch = page.get_by_role("button", name="Keys work")
    switch.focus()
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
    before = page.url
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert page.url == before

    page.keyboard.press("Enter")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/claim/"))


def with_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the review desk")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def press(page: Page, key: str, *, leads_to: str) -> None:
    page.keyboard.press(key)
    expect(page.locator(".desk-about")).to_contain_text(leads_to)


def press_and_confirm(page: Page, key: str, name: str) -> None:
    """A key only opens the page that asks; its button is found by Tab and pressed by Enter."""
    page.keyboard.press(key)
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".desk-about")).to_be_visible()


def tab_to(page: Page, place: Locator) -> None:
    place.wait_for()
    for _tab in range(80):
        page.keyboard.press("Tab")
        if place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {place}.")


def test_a_link_is_attached_by_keys_alone(sign_in):
    marketer = sign_in("marketer")
    page = marketer.open("/b/shancha/notes/?q=为什么我们坚持用冷榨")
    tab_to(page, page.get_by_role("link", name=re.compile("Attach a link to")))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("searchbox", name="Search the items of the store"))
    page.keyboard.type("山茶多肽乳霜")
    expect(page.locator("#shelf tbody tr")).to_have_count(1)
    tab_to(page, page.get_by_label("山茶多肽乳霜"))
    page.keyboard.press("Space")
    expect(page.locator("#preview")).to_contain_text("on sale: 山茶多肽乳霜")
    tab_to(page, page.get_by_label("The note is marked"))
    page.keyboard.press("Space")
    expect(page.locator("#preview")).to_contain_text("confirmed; who did")
    tab_to(page, page.get_by_role("button", name="Attach and hand in"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/links/\d+/$"))
    wait_until_live(page)
    assert marketer.complaints == []


def test_a_store_is_reached_and_read_by_tab(sign_in):
    owner = sign_in("owner")
    page = owner.open("/b/shancha/stores/1/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main").get_by_role("link", name="Stores").first).to_be_focused()

    stops = tab_through(page)
    assert len(stops) > 10
    assert [stop["what"] for stop in stops if not stop["marked"]] == []
    assert [stop["at"] for stop in stops] == sorted(stop["at"] for stop in stops)


def tab_through(page: Page) -> list[dict]:
    """Return every stop from here to the end of the page; each comes into view."""
    stops = []
    for _tab in range(120):
        focus = page.locator(":focus")
        if not focus.count():
            return stops
        stops.append(focus.evaluate(FOCUSED))
        if stops[-1]["at"] < stops[0]["at"]:
            return stops[:-1]
        expect(focus).to_be_in_viewport()
        page.keyboard.press("Tab")
    raise AssertionError("Tab goes round in circles.")


@pytest.mark.parametrize(
    ("path", "step", "field", "fragment"),
    [
        ("/b/shancha/results/", "7 d", "", "#results"),
        ("/b/shancha/notes/?q=zzzz", "", "q", "#notes"),
        ("/b/shancha/settings/audit/?day=2020-01-01", "", "day", "#rows"),
    ],
    ids=["results", "notes", "audit"],
)
def test_back_after_a_fragment_shows_the_whole_page_as_it_was(sign_in, path, step, field, fragment):
    owner = sign_in("owner")
    page = owner.open(path)
    for chart in page.locator(f"{fragment} [data-chart]").all():
        expect(chart.locator("svg")).to_be_visible()  # what it draws is text too
    before = page.locator(fragment).inner_text()
    if step:
        page.get_by_role("link", name=step, exact=True).click()
    else:
        page.get_by_role("search").locator(f"[name={field}]").fill("")
        page.get_by_role("search").get_by_role("button", name="Show").click()
    expect(page.locator(fragment)).not_to_have_text(before, use_inner_text=True)
    expect(page).not_to_have_url(re.compile(re.escape(path) + "$"))

    page.go_back()
    expect(page.locator(fragment)).to_have_count(1)
    expect(page.locator(fragment)).to_have_text(before, use_inner_text=True)
    expect(page.get_by_role("navigation", name="Main").first).to_be_visible()
    assert owner.complaints == []


def test_a_filter_that_is_typed_and_pressed_is_one_step_for_back(sign_in):
    page = sign_in("owner").open("/b/shancha/notes/?q=zzzz")
    before = page.locator("#notes").inner_text()
    page.get_by_role("search").locator("[name=q]").fill("")
    expect(page.locator("#notes")).not_to_have_text(before, use_inner_text=True)
    with page.expect_response("**/notes/?q=*"):
        page.get_by_role("search").get_by_role("button", name="Show").click()
    expect(page.locator("#notes")).not_to_have_text(before, use_inner_text=True)

    page.go_back()
    expect(page.locator("#notes")).to_have_text(before, use_inner_text=True)
