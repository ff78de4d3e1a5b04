"""Where a tap leads, by system and app: the one table, of which docs/jump.md is a copy."""

from typing import NamedTuple

from campaigns.models import ClickApp, ClickSystem, ClickWent
from portal.lib.destinations import Destination

IOS, ANDROID, HARMONY = ClickSystem.IOS, ClickSystem.ANDROID, ClickSystem.HARMONY
DESKTOP, OTHER = ClickSystem.DESKTOP, ClickSystem.OTHER
XIAOHONGSHU, WECHAT, WEIBO = ClickApp.XIAOHONGSHU, ClickApp.WECHAT, ClickApp.WEIBO
QQ, PLAIN = ClickApp.QQ, ClickApp.PLAIN
UNIVERSAL, OPENS, H5, CANONICAL = (
    ClickWent.UNIVERSAL,
    ClickWent.DEEP_LINK_PAGE,
    ClickWent.H5,
    ClickWent.CANONICAL,
)


class Row(NamedTuple):
    """No app means any that no other row of the system names."""

    system: ClickSystem
    app: ClickApp | None
    went: ClickWent
    why: str


TRIES = "the component's own deep link opened nothing: one more try, then the page"
BLOCKED = "the app opens neither schemes nor universal links of others; its browser shows the page"
ASKS = "the app asks its user before a scheme opens another app; who declines gets the page"
TABLE = [
    Row(IOS, XIAOHONGSHU, OPENS, TRIES),
    Row(IOS, WECHAT, H5, BLOCKED),
    Row(IOS, WEIBO, OPENS, ASKS),
    Row(IOS, QQ, H5, BLOCKED),
    Row(IOS, PLAIN, UNIVERSAL, "iOS opens the app itself where it is installed, else the page"),
    Row(ANDROID, XIAOHONGSHU, OPENS, TRIES),
    Row(ANDROID, WECHAT, H5, BLOCKED),
    Row(ANDROID, WEIBO, OPENS, ASKS),
    Row(ANDROID, QQ, H5, BLOCKED),
    Row(ANDROID, PLAIN, OPENS, "browsers open a scheme from a page, not from a redirect"),
    Row(HARMONY, XIAOHONGSHU, OPENS, TRIES),
    Row(HARMONY, WECHAT, H5, BLOCKED),
    Row(HARMONY, WEIBO, OPENS, ASKS),
    Row(HARMONY, QQ, H5, BLOCKED),
    Row(HARMONY, PLAIN, OPENS, "as on Android; where no app takes the scheme, the page follows"),
    Row(DESKTOP, None, CANONICAL, "there is no app to open"),
    Row(OTHER, None, H5, "nothing is known of it but that it reads pages"),
]
_BY_PLACE = {
    (row.system, app): row.went
    for row in TABLE
    for app in ([row.app] if row.app else list(ClickApp))
}


def way_of(system: ClickSystem, app: ClickApp) -> ClickWent:
    return _BY_PLACE[system, app]


def redirect_url(way: ClickWent, destination: Destination) -> str:
    """Return where a redirect leads; the page that opens the app is no redirect."""
    return destination.h5_url if way == H5 else destination.canonical_url


SENT = {
    UNIVERSAL: "302 to the universal link",
    OPENS: "a page that tries `tbopen://` and goes on to H5",
    H5: "302 to H5",
    CANONICAL: "302 to the desktop page",
}


def as_markdown() -> str:
    """Return the table as docs/jump.md shows it."""
    lines = ["| system | opened in | answer | why |", "|---|---|---|---|"]
    for row in TABLE:
        app = row.app.value if row.app else "anything"
        lines.append(f"| {row.system.value} | {app} | {SENT[row.went]} | {row.why} |")
    return "\n".join(lines)
