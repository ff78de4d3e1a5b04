"""Steps that several walks take."""

import re

from playwright.sync_api import Page, expect

IPHONE = (  # within Xiaohongshu
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 discover/8.84.2 xhsdiscover"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def consent(page: Page, account: str, *, decision: str = "授权") -> None:
    """Choose an account on the partner's own page and press a button."""
    page.get_by_text(account, exact=False).first.click()
    page.get_by_role("button", name=decision).click()
    page.wait_for_load_state()


def start_registration(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Register a")).first.click()
    agree(page)


def agree(page: Page) -> None:
    """Read what the consent covers, and go on to the partner."""
    page.get_by_role("button", name=re.compile("Agree and go on")).click()
    page.wait_for_load_state()


def register(visitor, slug: str, store: str) -> Page:
    page = visitor.open(f"/b/{slug}/stores/")
    start_registration(page)
    consent(page, store)
    expect(page.get_by_role("heading", level=1)).to_contain_text(store)
    return page


def take_step(page: Page, name: str, **filled_in: str) -> None:
    """Take a step of the staff's: its link, what is to fill in on its page, its button."""
    page.get_by_role("link", name=re.compile(f"{name}$")).first.click()
    for field, text in filled_in.items():
        page.fill(f"[name={field}]", text)
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def attach_link(visitor, slug: str) -> str:
    """Wait for the workers to bring the notes, and attach a link to the newest."""
    page = visitor.open(f"/b/{slug}/notes/")
    for _attempt in range(60):
        if page.get_by_role("link", name="Attach a link").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Attach a link")).first
    title = row.locator("b, .fw-bold, a").first.inner_text().splitlines()[0]
    row.get_by_role("link", name="Attach a link").click()
    page.locator("#shelf input[type=radio]").first.check()
    hand_in(page)
    wait_until_live(page)
    return title


def start_attaching(visitor, note: str) -> Page:
    """Find the note of 山茶 by words of its title, and open the form of its link."""
    page = visitor.open(f"/b/shancha/notes/?q={note}")
    page.get_by_role("link", name=re.compile(f"Attach a link to “.*{note}")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Attach a link")
    return page


def pick_item(page: Page, words: str) -> None:
    """Search the picker as one types, and pick what it finds."""
    page.get_by_role("searchbox", name="Search the items of the store").fill(words)
    expect(page.locator("#shelf tbody tr")).to_have_count(1)
    page.locator("#shelf").get_by_label(words).check()


def hand_in(page: Page, button: str = "Attach and hand in") -> None:
    page.get_by_label("The note is marked").check()
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile(r"/links/\d+/$"))


def wait_until_live(page: Page) -> None:
    """The policy approves a plain link; the workers hand it to Juguang and hear of its review."""
    wait_until(page, "Live")


def wait_until(page: Page, state: str) -> None:
    """Load the link's page again until it says that the link is there."""
    for _attempt in range(120):
        if page.get_by_role("heading", level=1).get_by_text(state, exact=True).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text(state)
