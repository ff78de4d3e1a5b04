"""Steps that several walks take."""

import re

from playwright.sync_api import Page, expect

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 discover/8.84.2 xhsdiscover"
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
    page.get_by_label("The note is marked").check()
    page.get_by_role("button", name="Attach and hand in").click()
    page.wait_for_url(re.compile(r"/links/\d+/$"))
    wait_until_live(page)
    return title


def wait_until_live(page: Page) -> None:
    """The policy approves a plain link; the workers hand it to Juguang and hear of its review."""
    for _attempt in range(60):
        if page.get_by_role("heading", level=1).get_by_text("Live", exact=True).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Live")
