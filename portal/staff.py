"""The side bar of the platform staff's admin: each person sees what they may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Entry = dict[str, Any]  # as unfold reads it


def navigation() -> list[Entry]:
    return [
        _group(
            _("Joining"),
            _link(_("Applications"), "inbox", "merchants", "application")
            | {"badge": "merchants.admin.waiting_applications"},
            _link(_("Policy versions"), "gavel", "merchants", "policyversion"),
        ),
        _group(
            _("Merchants"),
            _link(_("Brands"), "sell", "merchants", "brand"),
            _link(_("Stores"), "storefront", "merchants", "store"),
            _link(_("Connections"), "link", "merchants", "connection"),
        ),
        _group(
            _("Staff and members"),
            _link(_("Users"), "person", "merchants", "user"),
            _link(_("Memberships"), "badge", "merchants", "membership"),
            _link(_("Staff groups"), "groups", "auth", "group"),
        ),
    ]


def _group(title: Promise, *items: Entry) -> Entry:
    return {"title": title, "separator": True, "items": list(items)}


def _link(title: Promise, icon: str, app: str, model: str) -> Entry:
    def permission(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": permission,
    }
