"""How the platform staff's admin looks, and its side bar: each sees what they may open."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Entry = dict[str, Any]  # as unfold reads it

CRIMSON = {
    "50": "oklch(97.7% .013 17)",
    "100": "oklch(94.1% .03 17)",
    "200": "oklch(89.2% .058 18)",
    "300": "oklch(81% .117 18)",
    "400": "oklch(71.2% .194 19)",
    "500": "oklch(64.5% .22 20)",
    "600": "oklch(57.7% .22 22)",
    "700": "oklch(50.5% .195 22)",
    "800": "oklch(45.5% .17 22)",
    "900": "oklch(41% .145 22)",
    "950": "oklch(27% .105 22)",
}


def logo(request: HttpRequest) -> str:
    return static("img/logo.svg")


def styles(request: HttpRequest) -> str:
    return static("css/desk.css")


def navigation() -> list[Entry]:
    return [
        _joining(),
        _group(
            _("Merchants"),
            _link(_("Brands"), "sell", "merchants", "brand"),
            _link(_("Stores"), "storefront", "merchants", "store"),
            _transfers(),
            _link(_("Connections"), "link", "merchants", "connection"),
            _link(_("Consent records"), "handshake", "merchants", "consentrecord"),
        ),
        _group(
            _("Campaigns"),
            _link(_("Notes"), "description", "campaigns", "note"),
            _link(_("Links"), "add_link", "campaigns", "link")
            | {"badge": "campaigns.admin_review.waiting_links"},
            _link(_("Clicks"), "touch_app", "campaigns", "click"),
            _link(_("Items"), "inventory_2", "campaigns", "item"),
            _link(_("Campaigns"), "campaign", "campaigns", "campaign"),
            _link(_("Star tasks"), "star", "campaigns", "startask"),
            _link(_("Pugongying orders"), "assignment", "campaigns", "creatororder"),
        ),
        _nights(),
        _group(
            _("Staff and members"),
            _link(_("Users"), "person", "merchants", "user"),
            _link(_("Memberships"), "badge", "merchants", "membership"),
            _link(_("Invitations"), "mail", "merchants", "invitation"),
            _link(_("Agency grants"), "handshake", "merchants", "brandgrant"),
            _link(_("Staff groups"), "groups", "auth", "group"),
            _link(_("Mails"), "mail", "merchants", "noticemail")
            | {"badge": "merchants.outbox_admin.unsure_mails"},
            _link(_("Access events"), "visibility", "merchants", "accessevent"),
            _link(_("Changes of rows"), "manage_history", "merchants", "change"),
        ),
    ]


def account() -> list[Entry]:
    return [{"title": _("Account"), "link": reverse_lazy("merchants:account")}]


def _transfers() -> Entry:
    entry = _link(_("Store transfers"), "swap_horiz", "merchants", "storetransfer")
    return entry | {"badge": "merchants.admin_transfers.waiting_transfers"}


def _joining() -> Entry:
    return _group(
        _("Joining"),
        _link(_("Applications"), "inbox", "merchants", "application")
        | {"badge": "merchants.admin.waiting_applications", "active": _in_queue},
        _page(_("Review figures"), "monitoring", "merchants", "application", "figures"),
        _link(_("Second reviews"), "balance", "merchants", "secondreview")
        | {"badge": "merchants.second_review_admin.waiting_for"},
        _link(_("Evidence files"), "attach_file", "merchants", "evidence"),
        _link(_("Policy versions"), "gavel", "merchants", "policyversion"),
        _link(_("Policy log"), "history", "merchants", "policylogentry"),
    )


def _nights() -> Entry:
    return _group(
        _("Nightly sync"),
        _page(_("Sync monitor"), "monitor_heart", "campaigns", "syncwindow", "monitor"),
        _link(_("Sync windows"), "view_list", "campaigns", "syncwindow") | {"active": _in_windows},
        _link(_("Sync alarms"), "notifications_active", "campaigns", "syncalarm"),
        _page(_("Replay days"), "replay", "campaigns", "syncwindow", "replay"),
        _link(_("Partner incidents"), "crisis_alert", "merchants", "partnerincident"),
        _link(_("New fields"), "new_releases", "campaigns", "fielddrift"),
    )


def _group(title: Promise, *items: Entry) -> Entry:
    return {"title": title, "separator": True, "items": list(items)}


def _in_queue(request: HttpRequest) -> bool:
    """The figures have an entry of their own, though their address lies below the queue's."""
    queue = str(reverse_lazy("admin:merchants_application_changelist"))
    return request.path.startswith(queue) and request.path != f"{queue}figures/"


def _in_windows(request: HttpRequest) -> bool:
    """Monitor and replay have entries of their own, though they lie below the list's address."""
    windows = str(reverse_lazy("admin:campaigns_syncwindow_changelist"))
    own = {f"{windows}monitor/", f"{windows}replay/"}
    return request.path.startswith(windows) and request.path not in own


def _page(title: Promise, icon: str, app: str, model: str, name: str) -> Entry:
    """A page of its own beside a model's list, for whoever may see that list."""
    return _link(title, icon, app, model) | {"link": reverse_lazy(f"admin:{app}_{model}_{name}")}


def _link(title: Promise, icon: str, app: str, model: str) -> Entry:
    def permission(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": permission,
    }


def unfold() -> dict[str, Any]:
    """Return the settings of the admin's frame. (Any: texts, switches and callables.)"""
    return {
        "SITE_TITLE": _("RedCat platform"),
        "SITE_HEADER": _("RedCat platform"),
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "SITE_ICON": logo,
        "STYLES": [styles],
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": logo}],
        "COLORS": {"primary": CRIMSON},
        "SIDEBAR": {
            "navigation": navigation(),
            "show_search": True,
            "command_search": True,
        },
        "COMMAND": {"search_callback": "merchants.admin_search.found"},
        "ACCOUNT": {"navigation": account()},
        "DASHBOARD_CALLBACK": "merchants.landing.landing",
    }
