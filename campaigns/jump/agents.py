"""Who taps: the reader's system, the app it happens in, and whether it is a reader at all."""

import re
from functools import lru_cache

from campaigns.jump.asked import Asked
from campaigns.models import ClickApp, ClickKind, ClickSystem

# The first that matches counts: HarmonyOS also calls itself Android.
SYSTEMS = [
    (re.compile(r"HarmonyOS|OpenHarmony|ArkWeb", re.IGNORECASE), ClickSystem.HARMONY),
    (re.compile(r"iPhone|iPad|iPod"), ClickSystem.IOS),
    (re.compile(r"Windows Phone"), ClickSystem.OTHER),
    (re.compile(r"Android"), ClickSystem.ANDROID),
    (re.compile(r"Windows NT|Macintosh|X11|CrOS"), ClickSystem.DESKTOP),
]
APPS = [
    (re.compile(r"MicroMessenger/"), ClickApp.WECHAT),
    (re.compile(r"\b(?:xhs)?discover/\d|\bxhs/\d", re.IGNORECASE), ClickApp.XIAOHONGSHU),
    (re.compile(r"__weibo__|\bWeibo\b", re.IGNORECASE), ClickApp.WEIBO),
    (re.compile(r"\bQQ/\d"), ClickApp.QQ),
]

# Programs, each by a word of its own. The first that matches counts, so previews come first:
# most of them also call themselves a bot.
PROGRAMS = {
    r"facebookexternalhit": ClickKind.PREVIEW,
    r"facebookcatalog": ClickKind.PREVIEW,
    r"WhatsApp/": ClickKind.PREVIEW,
    r"TelegramBot": ClickKind.PREVIEW,
    r"Slackbot-LinkExpanding": ClickKind.PREVIEW,
    r"Discordbot": ClickKind.PREVIEW,
    r"LinkedInBot": ClickKind.PREVIEW,
    r"DingTalkBot-LinkService": ClickKind.PREVIEW,
    r"LarkUrl2Png": ClickKind.PREVIEW,
    r"SkypeUriPreview": ClickKind.PREVIEW,
    r"^\s*$": ClickKind.BOT,
    r"(?<!cu)bot\b": ClickKind.BOT,  # CUBOT is a telephone
    r"crawl": ClickKind.BOT,
    r"spider": ClickKind.BOT,
    r"slurp": ClickKind.BOT,
    r"headless": ClickKind.BOT,
    r"lighthouse": ClickKind.BOT,
    r"phantomjs": ClickKind.BOT,
    r"\bcurl": ClickKind.BOT,
    r"\bwget": ClickKind.BOT,
    r"python": ClickKind.BOT,
    r"okhttp": ClickKind.BOT,
    r"httpclient": ClickKind.BOT,
    r"go-http": ClickKind.BOT,
    r"\bjava/": ClickKind.BOT,
    r"libwww": ClickKind.BOT,
    r"node-fetch": ClickKind.BOT,
    r"\baxios": ClickKind.BOT,
    r"\bundici": ClickKind.BOT,
    r"\bruby\b": ClickKind.BOT,
    r"\bperl\b": ClickKind.BOT,
    r"\bphp/": ClickKind.BOT,
}
# Headers by which browsers say that nobody tapped yet.
EARLY = {
    "sec-purpose": re.compile("prefetch|prerender", re.IGNORECASE),
    "purpose": re.compile("prefetch|prerender|preview", re.IGNORECASE),
    "x-purpose": re.compile("prefetch|preview", re.IGNORECASE),
    "x-moz": re.compile("prefetch", re.IGNORECASE),
}


@lru_cache(maxsize=4096)
def place_of(agent: str) -> tuple[ClickSystem, ClickApp]:
    """Return the system and the app, by what the user agent says of itself."""
    system = next((found for sign, found in SYSTEMS if sign.search(agent)), ClickSystem.OTHER)
    app = next((found for sign, found in APPS if sign.search(agent)), ClickApp.PLAIN)
    return system, app


def kind_of(asked: Asked) -> ClickKind:
    """Say who asked: a program counts as what it says it is, everybody else as a person."""
    if asked.method == "HEAD":
        return ClickKind.HEAD
    if any((value := asked.header(name)) and sign.search(value) for name, sign in EARLY.items()):
        return ClickKind.PREFETCH
    return program_of(asked.agent)


@lru_cache(maxsize=4096)
def program_of(agent: str) -> ClickKind:
    named = (kind for word, kind in PROGRAMS.items() if re.search(word, agent, re.IGNORECASE))
    return next(named, ClickKind.PERSON)
