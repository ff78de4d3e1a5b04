"""Where a link may lead: an item or a store page at Tmall, parsed strictly, rebuilt from parts.

Browsers and Python read hostile addresses differently, so nothing of the text is ever passed on.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ITEM = "item"
STORE = "store"
LONGEST = 2048
ITEM_ID = re.compile(r"[1-9][0-9]{5,14}")
SHOP = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])")
ADDRESS = re.compile(
    r"https://(?P<host>[a-z0-9.-]+)(?P<path>/[A-Za-z0-9_./-]*)?"
    r"(?:\?(?P<query>(?:[A-Za-z0-9_.~!*'(),:=&;-]|%[0-9A-Fa-f]{2})*))?",
)
# Printable ASCII without \\ " < > ^ ` { | }, which browsers and Python read differently.
PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")
# Encoded control characters, blank, percent sign, @ and backslash: a second reading hides there.
HIDDEN = re.compile(r"%(?:[01][0-9a-f]|20|25|40|5c|7f)", re.IGNORECASE)
ITEM_HOSTS = {"detail.tmall.com", "detail.m.tmall.com"}
ITEM_PATH = "/item.htm"
STORE_PATHS = {None, "/", "/index.htm", "/shop/view_shop.htm"}
SHOP_HOST = re.compile(r"(?P<shop>[a-z0-9-]+)(?:\.m)?\.tmall\.com")
TMALL_ITSELF = """
    about account accounts act activity admin ai api app apps assets auth bbs blog brand buy
    buyer campaign cart cdn chaoshi click content crm data detail dev developer docs download
    err error event events fp ftp gateway go gw h5 help home huodong i im images img index ip
    item jump jx kefu link list live log login logout m mail mall market markets member message
    mobile my mytmall notify oauth open order page pages passport pass pay pic pics portal proxy
    rate redirect register s sale search secure seller service shop shopping shopsystem sso static
    stats store stores sub support t temai test tmall trade upload user vip w wap web world ww
    www yingxiao yun zhaoshang
"""
RESERVED = frozenset(TMALL_ITSELF.split())


class BadDestination(ValueError):
    """The text names no item and no store page at Tmall; the message is for who typed it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = MESSAGES[code]

    def __str__(self) -> str:
        return str(self.message)


MESSAGES: dict[str, Promise] = {
    "empty": _("Enter the address of an item or of the store."),
    "long": _("The address is too long."),
    "characters": _("The address contains characters that a Tmall address never has."),
    "scheme": _("The address must begin with https://"),
    "address": _("Paste the plain address, without a user name, a port or a # part."),
    "host": _("The address must be an item or a store page at Tmall."),
    "reserved": _("This address belongs to Tmall itself, not to a store."),
    "page": _("The address must be an item page or a store's front page."),
    "item": _("The address needs exactly one item number of 6 to 15 digits."),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """An item by its number, or a store by its name before .tmall.com; checked whenever made."""

    kind: str
    item_id: str = ""
    shop: str = ""

    def __post_init__(self) -> None:
        if self.kind == ITEM and not self.shop:
            _check_item(self.item_id)
        elif self.kind == STORE and not self.item_id:
            _check_shop(self.shop)
        else:
            raise BadDestination("host")

    @property
    def canonical_url(self) -> str:
        if self.kind == ITEM:
            return f"https://detail.tmall.com/item.htm?id={self.item_id}"
        return f"https://{self.shop}.tmall.com/"

    @property
    def h5_url(self) -> str:
        if self.kind == ITEM:
            return f"https://detail.m.tmall.com/item.htm?id={self.item_id}"
        return f"https://{self.shop}.m.tmall.com/"

    @property
    def deep_link(self) -> str:
        return (
            "tbopen://m.taobao.com/tbopen/index.html"
            f"?action=ali.open.nav&module=h5&h5Url={quote(self.h5_url, safe='')}"
        )


def parse_destination(text: str) -> Destination:
    """Accept an item number, an item page or a store's front page; anything else is refused."""
    if not text:
        raise BadDestination("empty")
    if len(text) > LONGEST:
        raise BadDestination("long")
    if text.isascii() and text.isdigit():
        return Destination(ITEM, item_id=text)
    host, path, query = _split(text)
    if host in ITEM_HOSTS:
        if path != ITEM_PATH:
            raise BadDestination("page")
        return Destination(ITEM, item_id=_only_id(query))
    if not (match := SHOP_HOST.fullmatch(host)):
        raise BadDestination("host")
    destination = Destination(STORE, shop=match["shop"])
    if path not in STORE_PATHS:
        raise BadDestination("page")
    return destination


def _split(text: str) -> tuple[str, str | None, str]:
    if not PLAIN.fullmatch(text) or HIDDEN.search(text):
        raise BadDestination("characters")
    if not text.startswith("https://"):
        raise BadDestination("scheme")
    if not (match := ADDRESS.fullmatch(text)):
        raise BadDestination("address")
    return match["host"], match["path"], match["query"] or ""


def _only_id(query: str) -> str:
    """Return the one `id`. A name in another case or encoded would be an id to some readers."""
    pairs = [part.partition("=") for part in re.split("[&;]", query)]
    ids = [(name, value) for name, _, value in pairs if name.lower() == "id" or "%" in name]
    if len(ids) != 1 or ids[0][0] != "id":
        raise BadDestination("item")
    return ids[0][1]


def _check_item(item_id: str) -> None:
    if not ITEM_ID.fullmatch(item_id):
        raise BadDestination("item")


def _check_shop(shop: str) -> None:
    if not SHOP.fullmatch(shop) or shop[2:4] == "--":
        raise BadDestination("host")
    if shop in RESERVED:
        raise BadDestination("reserved")
