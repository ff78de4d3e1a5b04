"""Direct links of 聚光: created, reviewed after a while in real time, listed, deleted.

Field names beside those that are public (review state 1/2/3, type 1/2, paging) are the sandbox's
own. A review rejects, always for the same things: a button text that is not one of the four, and
an item whose title promises an effect.
"""

import json
import os
import re
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from portal.sandbox.accounts import ITEMS
from portal.sandbox.adapi import (
    Answer,
    Body,
    Code,
    Problem,
    approved_advertiser,
    endpoint,
    envelope,
    number,
    text_of,
    token_of,
)
from portal.sandbox.worlds import world_of

REVIEW_SECONDS = float(os.environ.get("SANDBOX_REVIEW_SECONDS") or 5)  # in real time
SCOPE = "ad_manage"
TEXTS = frozenset({"了解详情", "购买同款", "领取补贴", "优惠下单"})
POSITIONS = frozenset({"capsule", "pinned", "both"})
EFFECTS = ("紧致", "香薰", "速干")  # words that the review takes for a promise
DEEP_LINK = re.compile(r"tbopen://m\.taobao\.com/tbopen/index\.html\?.*")
UNIVERSAL = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.tmall\.com/.*")
H5 = re.compile(r"https://\S+|http://(?:localhost|127\.0\.0\.1)(?::\d+)?/\S+")
FIRST_ID = 61_800_001

Kept = dict[str, Any]  # Any: as json.loads gives it


@dataclass(frozen=True, slots=True)
class DirectLink:
    direct_link_id: int
    advertiser_id: int
    type: int
    note_id: str
    component_text: str
    component_position: str
    deeplink: str
    universal_link: str
    h5_url: str
    click_monitor_url: str
    created_at: float

    def verdict(self) -> tuple[int, str]:
        """Return the review state and its comment."""
        if time.time() < self.created_at + REVIEW_SECONDS:
            return 1, ""
        if self.component_text not in TEXTS:
            return 3, f"按钮文案不在可选范围内：{self.component_text}"
        title = _title_behind(self.deeplink)
        if word := next((each for each in EFFECTS if each in title), ""):
            return 3, f"商品标题含功效用语“{word}”，请更换商品后重新提交。"
        return 2, ""


class DirectLinks:
    """Kept over a restart, as the consents are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        kept: Kept = {"next": FIRST_ID, "links": []}
        if path.exists():
            kept = json.loads(path.read_text())
        self._next: int = kept["next"]
        self._links = {each["direct_link_id"]: DirectLink(**each) for each in kept["links"]}

    def create(self, read: Answer) -> DirectLink:
        with self._lock:
            number_of_it, self._next = self._next, self._next + 1
            own = {"direct_link_id": number_of_it, "created_at": time.time()}
            made = DirectLink(**read | own)  # type: ignore[arg-type]  # the view has read each
            self._links[number_of_it] = made
            self._save()
        return made

    def delete(self, advertiser_id: int, direct_link_id: int) -> None:
        """What is not there stays away; another's is left alone."""
        with self._lock:
            found = self._links.get(direct_link_id)
            if found and found.advertiser_id == advertiser_id:
                del self._links[direct_link_id]
                self._save()

    def of(self, advertiser_id: int) -> list[DirectLink]:
        with self._lock:
            return [each for each in self._links.values() if each.advertiser_id == advertiser_id]

    def _save(self) -> None:
        kept = {"next": self._next, "links": [asdict(each) for each in self._links.values()]}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file, ensure_ascii=False)
        new.replace(self._path)


@cache
def direct_links() -> DirectLinks:
    return DirectLinks(Path(settings.VAR_DIR) / "sandbox-direct-links.json")


@endpoint
def create(request: HttpRequest, body: Body) -> Answer:
    advertiser_id = _managed_advertiser(request, body)
    note_id = text_of(body, "note_id")
    if note_id not in {note.note_id for note in world_of(advertiser_id).notes(advertiser_id)}:
        raise Problem(Code.BAD_PARAMETER, f"note {note_id} is not of this advertiser")
    position = text_of(body, "component_position")
    if position not in POSITIONS:
        raise Problem(Code.BAD_PARAMETER, "component_position is unknown")
    made = direct_links().create(
        {
            "advertiser_id": advertiser_id,
            "type": number(body, "type", default=None, most=2),
            "note_id": note_id,
            "component_text": text_of(body, "component_text"),
            "component_position": position,
            "deeplink": _shaped(body, "deeplink", DEEP_LINK),
            "universal_link": _shaped(body, "universal_link", UNIVERSAL),
            "h5_url": _shaped(body, "h5_url", H5),
            "click_monitor_url": _shaped(body, "click_monitor_url", H5),
        }
    )
    return {"direct_link_id": made.direct_link_id}


@endpoint
def delete(request: HttpRequest, body: Body) -> Answer:
    advertiser_id = _managed_advertiser(request, body)
    direct_links().delete(advertiser_id, number(body, "direct_link_id", default=None, most=10**18))
    return {}


@require_GET
def listed(request: HttpRequest) -> JsonResponse:
    query: Body = dict(request.GET.items())
    try:
        advertiser_id = _managed_advertiser(request, query)
        page_num = number(query, "page_num", default=1, most=10_000)
        page_size = number(query, "page_size", default=20, most=100)
    except Problem as problem:
        return envelope(problem.code, str(problem), {})
    links = direct_links().of(advertiser_id)
    shown = links[(page_num - 1) * page_size : page_num * page_size]
    rows = [_row(each) for each in shown]
    return envelope(Code.OK, "成功", {"data_list": rows, "total_count": len(links)})


def _row(link: DirectLink) -> Answer:
    state, comment = link.verdict()
    return asdict(link) | {"audit_status": state, "audit_comment": comment}


def _managed_advertiser(request: HttpRequest, body: Body) -> int:
    token = token_of(request)
    if SCOPE not in token.scope:
        raise Problem(Code.NOT_APPROVED, f"scope {SCOPE} was not granted")
    return approved_advertiser(token, body)


def _shaped(body: Body, name: str, shape: re.Pattern[str]) -> str:
    value = text_of(body, name)
    if not shape.fullmatch(value):
        raise Problem(Code.BAD_PARAMETER, f"{name} is not of the shape asked for")
    return value


def _title_behind(deeplink: str) -> str:
    """Return the title of the item that the deep link opens; a store's page has none."""
    inner = parse_qs(urlsplit(deeplink).query).get("h5Url", [""])[0]
    item_id = parse_qs(urlsplit(inner).query).get("id", ["0"])[0]
    found = ITEMS.get(int(item_id)) if item_id.isascii() and item_id.isdigit() else None
    return found[1].title if found else ""
