"""Every main page, seen as people see it: in both languages, on a desk and on a phone."""

import re

import pytest

from portal.frontend import MODULES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PAGES = {
    "login": (None, "/account/login/"),
    "new password": (None, "/account/password/reset/"),
    "unknown code": (None, "/j/zzzzzzzz"),
    "stores": ("owner", "/b/shancha/stores/"),
    "joined store": ("owner", "/b/shancha/stores/1/"),
    "store below the floor": ("owner", "/b/shancha/stores/2/"),
    "waiting store": ("owner.yejing", "/b/yejing/stores/3/"),
    "notes": ("viewer", "/b/shancha/notes/"),
    "no note": ("viewer", "/b/shancha/notes/?q=zzzz"),
    "attach": ("marketer", "/b/shancha/notes/1/link/"),
    "link": ("marketer", "/b/shancha/links/1/"),
    "replacement": ("marketer", "/b/shancha/links/1/replace/"),
    "items": ("viewer", "/b/shancha/items/"),
    "no item": ("viewer", "/b/shancha/items/?q=zzzz"),
    "results": ("viewer", "/b/shancha/results/"),
    "receipt": ("viewer", "/b/shancha/results/?window=30&receipt=gmv"),
    "no results": ("viewer", "/b/shancha/results/?from=2024-01-01&to=2024-01-05"),
    "data": ("owner", "/b/shancha/data/"),
    "consent text": ("owner", "/b/shancha/stores/1/pugongying/"),
    "withdrawal": ("owner", "/b/shancha/stores/1/consents/juguang/withdraw/"),
    "which brand": ("owner.hongfeng", "/"),
    "new brand": ("owner.hongfeng", "/brands/new/"),
    "no stores": ("owner.hongfeng", "/b/hongfeng/stores/"),
    "stores of a client": ("owner.hongfeng", "/b/shancha/stores/"),
    "store of a client": ("owner.hongfeng", "/b/shancha/stores/1/"),
    "clients": ("owner.hongfeng", "/b/hongfeng/settings/agencies/"),
    "agencies": ("owner", "/b/shancha/settings/agencies/"),
    "agency": ("owner", "/b/shancha/settings/agencies/1/"),
    "members": ("owner", "/b/shancha/settings/members/"),
    "members, seen by one": ("viewer", "/b/shancha/settings/members/"),
    "member": ("owner", "/b/shancha/settings/members/2/"),
    "policy": ("viewer", "/b/shancha/policy/"),
    "policy from before": ("viewer", "/b/shancha/policy/?version=2025-05"),
    "consents": ("viewer", "/b/shancha/settings/consents/"),
    "consent": ("viewer", "/b/shancha/settings/consents/1/"),
    "notices": ("viewer", "/b/shancha/notices/"),
    "notice preferences": ("viewer", "/b/shancha/notices/preferences/"),
    "audit": ("owner", "/b/shancha/settings/audit/?day=2020-01-01"),
    "audit of access": ("owner", "/b/shancha/settings/audit/access/"),
    "account": ("viewer", "/account/"),
    "account activity": ("viewer", "/account/activity/"),
    "signed-in devices": ("viewer", "/account/sessions/"),
    "second step": ("viewer", "/account/second-step/"),
    "log out": ("owner", "/account/logout/"),
    "not found": ("owner", "/b/nobody/results/"),
    "not allowed": ("viewer", "/b/shancha/notes/1/link/"),
}
LANGUAGES = {"zh-CN": "zh-hans", "en-US": "en"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Words that Chinese marketers write in Latin letters, and what names or addresses hold.
ALLOWED = {
    *("ROI", "GMV", "CID", "UD", "TOP", "KOS", "UV", "ID", "App", "type", "iOS", "Android"),
    *("HarmonyOS", "English", "Kay", "may", "SPF", "ml", "USB", "Chrome", "Linux"),
    *("shancha", "hongfeng"),  # short names of brands
    *("make", "run"),  # the command whose terminal shows the demo's mails
}
ADDRESS = re.compile(r"\S*(?:://|__|@|=|%)\S*|\b[\w.]*_[\w.]*|\b[0-9a-f]{6,}\b|\b\w+\.direct\b\S*")


@pytest.fixture(scope="module")
def axe() -> str:
    return (MODULES / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def kept():
    """What the browser keeps of each person's signing in, so that each signs in once."""
    return {}


@pytest.fixture
def look(visit, kept):
    def open_as(who, path, *, lang):
        if who and who not in kept:
            visitor = visit()
            visitor.sign_in(who)
            kept[who] = visitor.context.storage_state()
        visitor = visit(lang=lang, storage_state=kept.get(who))
        visitor.open(path)
        return visitor

    return open_as


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(look, axe, name, lang):
    who, path = PAGES[name]
    visitor = look(who, path, lang=lang)
    page = visitor.page

    assert page.get_attribute("html", "lang") == LANGUAGES[lang]
    assert violations(page, axe) == []
    assert visitor.complaints == []
    if lang == "zh-CN":
        assert latin_words(page.inner_text("main")) - ALLOWED == set()

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_axe_finds_what_is_wrong(look, axe):
    page = look(None, "/account/login/", lang="en-US").page
    page.evaluate("document.querySelector('label').remove()")
    assert [found.split(":")[0] for found in violations(page, axe)] == ["label"]


def violations(page, axe):
    """Return each broken rule with the first place where it is broken."""
    page.evaluate(f"{axe};0")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{broken['id']}: {broken['nodes'][0]['html']}" for broken in found]


def latin_words(text):
    return set(re.findall(r"[A-Za-z]{2,}", ADDRESS.sub(" ", text)))


def test_english_left_in_chinese_text_is_seen():
    text = "共 3 notes，ROI 2.04，https://detail.tmall.com/item.htm，…b91dab"
    assert latin_words(text) - ALLOWED == {"notes"}
