"""What a tap is answered, and the line that is kept of it. Both doors ask here."""

import os
import time
from dataclasses import dataclass
from datetime import datetime

from campaigns.jump import pages
from campaigns.jump.agents import kind_of, place_of
from campaigns.jump.asked import Asked
from campaigns.jump.behaviour import redirect_url, way_of
from campaigns.jump.devices import device_of
from campaigns.jump.known import KnownLink
from campaigns.jump.macros import personal_macros, plain_macros, read_query
from campaigns.jump.trials import TRY, is_trial
from campaigns.models import ClickKind, ClickWent
from portal.lib.destinations import Destination

LONGEST_LANGUAGES = 100  # of what a browser accepts; each is remembered
FIXED = ["id", "at", "brand_id", "store_id", "link_id", "kind", "system", "app", "went"]
FIXED += ["device", "device_kind"]
SENT = ["click_id", "callback_param", "advertiser_id", "ad_campaign_id", "ad_unit_id"]
SENT += ["creativity_id", "placement", "request_id", "partner_ts"]
COLUMNS = [*FIXED, *SENT]

COMMON = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex"),
]
HTML = [*COMMON, ("content-type", "text/html; charset=utf-8"), ("vary", "Accept-Language")]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes = b""


def answer_tap(asked: Asked, link: KnownLink, *, at: datetime) -> tuple[Answer, str]:
    """Return what the reader gets, and the line to be kept before they get it."""
    system, app = place_of(asked.agent)
    if destination := link.destination:
        went = way_of(system, app)
        answer = _send_on(asked, destination, went)
    else:
        went = ClickWent.STOP_PAGE
        answer = _stop(asked, link)
    said = read_query(asked.query)
    kind = ClickKind.TRIAL if is_trial(link.code, said.get(TRY, "")) else kind_of(asked)
    device, device_kind = device_of(
        link.brand_id, personal_macros(said), address=asked.address, agent=asked.agent
    )
    place = [str(link.brand_id), str(link.store_id), str(link.pk), kind, system, app]
    fixed = [new_id(), at.isoformat(), *place, went, device, device_kind]
    macros = plain_macros(said)
    return answer, "\t".join([*fixed, *(macros.get(name, "") for name in SENT)])


def answer_unknown(asked: Asked, *, is_sure: bool) -> Answer:
    """A code that no link has; without a database nobody can be sure of that."""
    page = pages.stop_page(None, _language(asked), is_unsure=not is_sure)
    return _page(asked, page, 404 if is_sure else 200)


def new_id() -> str:
    """Return a UUID of version 7: ids of later taps are greater, within a millisecond."""
    rest = int.from_bytes(os.urandom(10), "big")
    high = f"{time.time_ns() // 1_000_000:012x}7{rest >> 68:03x}"
    low = f"{rest & (1 << 62) - 1 | 1 << 63:016x}"
    return f"{high[:8]}-{high[8:12]}-{high[12:]}-{low[:4]}-{low[4:]}"


def _send_on(asked: Asked, destination: Destination, went: ClickWent) -> Answer:
    if went == ClickWent.DEEP_LINK_PAGE:
        return _page(asked, pages.open_page(destination, _language(asked)), 200)
    return Answer(302, [*COMMON, ("location", redirect_url(went, destination))])


def _stop(asked: Asked, link: KnownLink) -> Answer:
    return _page(asked, pages.stop_page(link, _language(asked)), 410 if link.is_ended else 200)


def _page(asked: Asked, page: bytes, status: int) -> Answer:
    body, policy = pages.with_nonce(page)
    headers = [*HTML, ("content-security-policy", policy)]
    return Answer(status, headers, b"" if asked.method == "HEAD" else body)


def _language(asked: Asked) -> str:
    return pages.language_of((asked.header("accept-language") or "")[:LONGEST_LANGUAGES])
