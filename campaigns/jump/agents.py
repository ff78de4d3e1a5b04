"""Who taps: the reader's system, and whether it is a reader at all."""

import re
from collections.abc import Mapping

from campaigns.models import ClickSystem

# The first that matches counts: HarmonyOS also calls itself Android.
SYSTEMS = [
    (re.compile(r"HarmonyOS|OpenHarmony|ArkWeb", re.IGNORECASE), ClickSystem.HARMONY),
    (re.compile(r"iPhone|iPad|iPod"), ClickSystem.IOS),
    (re.compile(r"Windows Phone"), ClickSystem.OTHER),
    (re.compile(r"Android"), ClickSystem.ANDROID),
    (re.compile(r"Windows NT|Macintosh|X11|CrOS"), ClickSystem.DESKTOP),
]
# CUBOT is a telephone.
ROBOT = re.compile(
    r"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|externalhit|facebookcatalog|preview|url2png"
    r"|headless|lighthouse|phantomjs"
    r"|\bcurl|\bwget|python|okhttp|httpclient|go-http|\bjava/|libwww|node-fetch|\baxios|\bundici"
    r"|\bruby\b|\bperl\b|\bphp/|WhatsApp/|Skype",
    re.IGNORECASE,
)
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def system_of(agent: str) -> ClickSystem:
    for pattern, system in SYSTEMS:
        if pattern.search(agent):
            return system
    return ClickSystem.OTHER


def is_robot(method: str, headers: Mapping[str, str]) -> bool:
    """Say whether a program asked: a crawler, a link preview, a prefetch, or only for headers."""
    agent = headers.get("User-Agent", "")
    if method == "HEAD" or not agent.strip() or ROBOT.search(agent):
        return True
    return any(PREFETCH.search(headers.get(name, "")) for name in PREFETCH_HEADERS)
