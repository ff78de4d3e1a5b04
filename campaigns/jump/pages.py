"""The jump's own pages: rendered once each, without a request, given a fresh nonce each time."""

import secrets
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.translation import override
from django.utils.translation.trans_real import parse_accept_lang_header

from campaigns.jump.known import KnownLink
from portal.lib.destinations import Destination

CHINESE, ENGLISH = "zh-hans", "en"
NONCE = "nonce-of-this-answer"
CSP = (
    "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)


@lru_cache(maxsize=1024)
def language_of(accepted: str) -> str:
    """Return the first of our two languages that the reader's browser accepts; else Chinese."""
    for code, _quality in parse_accept_lang_header(accepted):
        if code.split("-")[0] in {"zh", "en"}:
            return CHINESE if code.startswith("zh") else ENGLISH
    return CHINESE


def with_nonce(page: bytes) -> tuple[bytes, str]:
    """Return the page with a nonce of its own, and the policy that names it."""
    nonce = secrets.token_urlsafe(12)
    return page.replace(NONCE.encode(), nonce.encode()), CSP.format(nonce)


@lru_cache(maxsize=4096)
def open_page(destination: Destination, language: str) -> bytes:
    return _render("campaigns/jump_open.html", language, destination=destination)


@lru_cache(maxsize=1024)
def stop_page(link: KnownLink | None, language: str, *, is_unsure: bool = False) -> bytes:
    return _render("campaigns/jump_stop.html", language, link=link, is_unsure=is_unsure)


def _render(template: str, language: str, **context: object) -> bytes:
    with override(language):
        context |= {"language": "zh-Hans" if language == CHINESE else language, "nonce": NONCE}
        return render_to_string(template, context).strip().encode()
