"""Every main page, seen as people see it: in both languages, on a desk and on a phone."""

import json
import re

import pytest

from campaigns.api.docs import names_of, schema
from merchants.webhook_kinds import ALL as WEBHOOK_KINDS
from portal.frontend import MODULES, ROOT

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
    "link to edit": ("marketer", "/b/shancha/links/2/edit/"),
    "note": ("marketer", "/b/shancha/notes/1/"),
    "notes to add": ("marketer", "/b/shancha/notes/add/"),
    "campaigns": ("marketer", "/b/shancha/campaigns/"),
    "no campaign": ("owner.yejing", "/b/yejing/campaigns/"),
    "new campaign": ("marketer", "/b/shancha/campaigns/new/"),
    "campaign": ("marketer", "/b/shancha/campaigns/1/"),
    "campaign, seen by a viewer": ("viewer", "/b/shancha/campaigns/1/"),
    "campaign to edit": ("marketer", "/b/shancha/campaigns/1/edit/"),
    "star tasks": ("marketer", "/b/shancha/star-tasks/"),
    "no star task": ("owner.yejing", "/b/yejing/star-tasks/"),
    "new star task": ("marketer", "/b/shancha/star-tasks/new/"),
    "star task": ("marketer", "/b/shancha/star-tasks/1/"),
    "star task to edit": ("marketer", "/b/shancha/star-tasks/1/edit/"),
    "note of a star task": ("marketer", "/b/shancha/star-tasks/1/notes/1/"),
    "link sheets": ("marketer", "/b/shancha/notes/sheets/"),
    "no link sheet": ("owner.yejing", "/b/yejing/notes/sheets/"),
    "link sheet": ("marketer", "/b/shancha/notes/sheets/1/"),
    "link requests": ("marketer", "/b/shancha/notes/requests/"),
    "no link request": ("owner.yejing", "/b/yejing/notes/requests/"),
    "requests of a note": ("marketer", "/b/shancha/notes/1/requests/"),
    "no request of a note": ("viewer", "/b/shancha/notes/2/requests/"),
    "paused link": (None, "/j/paused22"),
    "ended link": (None, "/j/ended222"),
    "items": ("viewer", "/b/shancha/items/"),
    "no item": ("viewer", "/b/shancha/items/?q=zzzz"),
    "overview": ("viewer", "/b/shancha/overview/"),
    "no overview": ("owner.yejing", "/b/yejing/overview/"),
    "results": ("viewer", "/b/shancha/results/"),
    "results by creator": ("viewer", "/b/shancha/results/?group=creator&source=2&against=period"),
    "results by phase": ("viewer", "/b/shancha/results/?campaign=1&per=day"),
    "star tasks by phase": ("viewer", "/b/shancha/results/star/?campaign=1"),
    "results by placement": ("viewer", "/b/shancha/results/?group=placement"),
    "results of a placement": ("viewer", "/b/shancha/results/?placement=1&receipt=gmv"),
    "no results of a placement": ("owner.xiaoman", "/b/xiaoman/results/?placement=2"),
    "results of a note": ("viewer", "/b/shancha/results/notes/1/?window=30"),
    "no results of a note": ("viewer", "/b/shancha/results/notes/1/?from=2024-01-01&to=2024-01-05"),
    "results of a creator": ("viewer", "/b/shancha/results/creators/?creator=山茶官方"),
    "results of an item": ("viewer", "/b/shancha/results/items/710500318001/"),
    "saved views": ("marketer", "/b/shancha/results/views/"),
    "no saved view": ("owner.yejing", "/b/yejing/results/views/"),
    "view to save": ("marketer", "/b/shancha/results/views/new/direct/?window=7&group=creator"),
    "mail reports": ("marketer", "/b/shancha/results/mails/"),
    "no mail report": ("owner.yejing", "/b/yejing/results/mails/"),
    "view by mail": ("owner", "/b/shancha/results/views/1/mail/"),
    "share links": ("marketer", "/b/shancha/settings/shares/"),
    "no share link": ("owner.yejing", "/b/yejing/settings/shares/"),
    "alerts": ("marketer", "/b/shancha/settings/alerts/"),
    "no alert": ("owner.yejing", "/b/yejing/settings/alerts/"),
    "quiet hours": ("marketer", "/b/shancha/settings/alerts/quiet/"),
    "new alert": ("marketer", "/b/shancha/settings/alerts/new/"),
    "alert": ("viewer", "/b/shancha/settings/alerts/1/"),
    "view to share": ("marketer", "/b/shancha/results/views/1/share/"),
    "shared results": (None, "/s/share-direct/"),
    "shared star tasks": (None, "/s/share-star/"),
    "shared with a password": (None, "/s/share-locked/"),
    "closed share link": (None, "/s/nothing/"),
    "star tasks' results": ("viewer", "/b/shancha/results/star/?task=XHX20250418"),
    "no star task's results": ("owner.yejing", "/b/yejing/results/star/"),
    "metrics": ("viewer", "/b/shancha/results/metrics/"),
    "API keys": ("owner", "/b/shancha/settings/api-keys/"),
    "no API key": ("owner.yejing", "/b/yejing/settings/api-keys/"),
    "new API key": ("owner", "/b/shancha/settings/api-keys/new/"),
    "API for developers": ("viewer", "/api/v1/docs/"),
    "webhooks": ("owner", "/b/shancha/settings/webhooks/"),
    "new webhook": ("owner", "/b/shancha/settings/webhooks/new/"),
    "webhook log": ("marketer", "/b/shancha/settings/webhooks/log/"),
    "webhook guide": ("marketer", "/b/shancha/settings/webhooks/guide/"),
    "who is told": ("owner", "/b/shancha/settings/alerts/told/"),
    "nobody else is told": ("owner.yejing", "/b/yejing/settings/alerts/told/"),
    "group robots": ("owner", "/b/shancha/settings/robots/"),
    "no group robot": ("owner.yejing", "/b/yejing/settings/robots/"),
    "new group robot": ("owner", "/b/shancha/settings/robots/new/"),
    "scatter": ("viewer", "/b/shancha/results/scatter/"),
    "what moved": ("viewer", "/b/shancha/results/diff/?as_of=2025-06-20"),
    "nothing moved": ("viewer", "/b/shancha/results/diff/?from=2024-01-01&to=2024-01-05"),
    "what moved of star tasks": (
        "viewer",
        "/b/shancha/results/star/diff/?from=2025-05-20&to=2025-06-18&as_of=2025-06-10",
    ),
    "nothing moved of star tasks": ("owner.yejing", "/b/yejing/results/star/diff/"),
    "whole receipt": ("viewer", "/b/shancha/results/receipt/?metric=gmv&window=30"),
    "whole receipt of a star task": (
        "viewer",
        "/b/shancha/results/receipt/?metric=store_visit_uv&place=XHX20250418",
    ),
    "whole receipt of nothing": ("owner.yejing", "/b/yejing/results/receipt/?metric=store_gmv"),
    "star tasks' receipt": ("viewer", "/b/shancha/results/star/?receipt=store_gmv"),
    "receipt": ("viewer", "/b/shancha/results/?window=30&receipt=gmv"),
    "no results": ("viewer", "/b/shancha/results/?from=2024-01-01&to=2024-01-05"),
    "reconciliation": ("viewer", "/b/shancha/reconciliation/"),
    "orders of a bucket": ("owner", "/b/shancha/reconciliation/buckets/refunded/"),
    "no order of a bucket": ("owner", "/b/shancha/reconciliation/buckets/attributed/"),
    "in-site shop": ("viewer", "/b/shancha/reconciliation/in-site/"),
    "no in-site shop": ("owner.xiaoman", "/b/xiaoman/reconciliation/in-site/"),
    "no reconciliation": ("owner.xiaoman", "/b/xiaoman/reconciliation/"),
    "data": ("owner", "/b/shancha/data/"),
    "no data": ("owner.xiaoman", "/b/xiaoman/data/"),
    "day of a report": ("viewer", "/b/shancha/data/windows/1/"),
    "quarantine": ("marketer", "/b/shancha/data/quarantine/"),
    "missing notes": ("marketer", "/b/shancha/data/missing/"),
    "no campaign for missing notes": ("owner.xiaoman", "/b/xiaoman/data/missing/"),
    "restatements": ("viewer", "/b/shancha/data/restatements/"),
    "no export": ("marketer", "/b/shancha/data/exports/"),
    "imports": ("marketer", "/b/shancha/data/imports/"),
    "no import": ("owner.xiaoman", "/b/xiaoman/data/imports/"),
    "imported file": ("marketer", "/b/shancha/data/imports/1/"),
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
# What the demo has not: one of each plan and sheet, and links that lead nowhere.
PLANS = """
from campaigns.links import bulk
from campaigns.tests import factories as made
from campaigns.tests import plans
from campaigns.tests.alerts import make_alert, make_alert_event
from merchants import seed
from merchants.tests.factories import make_key
from merchants.tests.robots import make_robot
from merchants.models import Membership, Store
from merchants.models.invitations import hash_token
from portal.lib.days import yesterday
from portal.lib.scope import Hat, scope
with scope(Hat.ADMIN):
    store = Store.objects.select_related("brand").get(pk=1)
    marketer = Membership.objects.get(brand=store.brand_id, user=seed.member("marketer"))
    free = store.notes.exclude(links__status="live").exclude(connection=None)
    note, *free = free.filter(star_rows=None).order_by("pk")[:4]
campaign = plans.make_campaign(store, "夏日上新", expected_notes=5, budget_fen=12_000_000)
plans.join(campaign, free[0], rule=plans.make_rule(campaign, free[0].creator), joined_by="rule")
plans.join(campaign, note)
plans.tag(note, "夏日")
plans.bind(plans.make_star_task(store, task_id="61800077"), free[1])
cells = {"note": free[0].note_id, "target": "710500318001", "text": "购买同款", "ad": "是"}
own = {"name": "六月", "uploaded_by": seed.member("marketer"), "language": "zh-hans"}
bulk.check_sheet(made.make_sheet(store, cells, cells | {"note": "0" * 24}, **own).pk)
made.make_comment(note)
maker = seed.member("marketer")
for token, line, password in [
    *(("direct", "direct", ""), ("star", "star", ""), ("locked", "direct", "secret"))
]:
    kept = {"line": line, "token_hash": hash_token(f"share-{token}")}
    made.make_share_link(store.brand, maker, name="周报", password=password, **kept)
own = {"is_shared": True, "asked": {"latest": "30", "group": "creator"}}
alert = make_alert(store.brand, "跳转变贵", metric="cost_per_jump", least_sample=30)
make_alert_event(alert, yesterday(), value=230, sample=41, turn="raised", is_raised=True)
view = made.make_saved_view(store.brand, maker, "达人周报", **own)
made.make_mail_report(view, marketer)
made.make_comment_link(note, clicks=120, orders=3)
made.make_link(free[1], "paused", code="paused22")
made.make_link(free[2], "ended", code="ended222")
make_robot(store.brand)
make_key(marketer, "BI", scopes=["read", "links"])
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Words that Chinese marketers write in Latin letters, and what names or addresses hold.
ALLOWED = {
    *("ROI", "GMV", "CID", "UD", "TOP", "KOS", "UV", "ID", "App", "type", "iOS", "Android"),
    *("HarmonyOS", "English", "Kay", "may", "SPF", "ml", "USB", "Chrome", "Linux"),
    *("shancha", "hongfeng"),  # short names of brands
    *("CSV", "XLS", "XLSX", "MB", "SHA"),
    *("XHX", "PGY"),  # what ids of star tasks and of creator orders begin with
    *("Webhook", "HTTP", "POST", "JSON", "API"),
    *("make", "run"),  # the command whose terminal shows the demo's mails
}
# What a page quotes: names of columns, words of comments, an address that can't be read.
COLUMNS = {
    *("note", "target", "button", "text", "marked", "yes"),
    *("position", "buying", "mode", "shares", "health", "knowledge"),
}
COMMENTS = {
    *("Link", "link", "pls", "Where", "can", "buy", "this", "linked", "it", "to", "my", "friend"),
    *("linkage", "comment"),
}
EVENTS = set(re.findall("[a-z]+", " ".join(kind.key for kind in WEBHOOK_KINDS)))
PROGRAM = (ROOT / "docs" / "webhooks.md").read_text()  # it stands on the page, with its headers
API_NAMES = set(re.findall("[A-Za-z]+", json.dumps(names_of(schema("zh-hans")))))
QUOTED = {
    "API for developers": API_NAMES
    | {"curl", "Authorization", "Bearer", "rc", "null", "cursor", "OpenAPI", "schema"}
    | {"RateLimit", "Remaining", "Retry", "After", "Idempotency", "Key"}
    | {"application", "problem", "json", "status", "title", "detail", "errors"}
    | {"Accept", "Language"},
    "API keys": {"rc", "BI"},
    "new API key": {"read", "metrics", "links"},
    "metrics": {"fee", "impression", "click", "interaction", "rgmv"},  # the partner's own names
    "new webhook": EVENTS,
    "webhook guide": EVENTS
    | set(re.findall("[A-Za-z]+", PROGRAM))
    | {"Python", "report", "reports", "day", "store", "partner", "juguang", "note", "test"},
    "link sheets": COLUMNS,
    "no link sheet": COLUMNS,
    "link requests": COMMENTS,
    "no link request": COMMENTS,
    "notes to add": {"xhslink", "com"},
    "imports": {"console", "csv"},  # the names of the files that were brought
}
ADDRESS = re.compile(r"\S*(?:://|__|@|=|%)\S*|\b[\w.]*_[\w.]*|\b[0-9a-f]{6,}\b|\b\w+\.direct\b\S*")


@pytest.fixture(scope="module")
def axe() -> str:
    return (MODULES / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def kept():
    """What the browser keeps of each person's signing in, so that each signs in once."""
    return {}


@pytest.fixture(scope="module")
def plans(running):
    running.must("shell", "-c", PLANS)


@pytest.fixture
def look(visit, kept, plans):
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

    assert page.get_attribute("html", "lang").lower() == LANGUAGES[lang]
    assert violations(page, axe) == []
    assert visitor.complaints == []
    if lang == "zh-CN":
        assert latin_words(page.inner_text("main")) - ALLOWED - QUOTED.get(name, set()) == set()

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
