"""Taobao Open Platform: signed calls to its gateway, and the seller's consent."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Literal, Self
from urllib.parse import unquote_plus, urlencode

from portal.lib import http
from portal.lib.money import BadMoney, fen
from portal.partners.base import (
    Before,
    Fields,
    Limited,
    NeedsConsent,
    Rejected,
    TokenExpired,
    Unavailable,
    Unread,
    Unreadable,
    at_any_pace,
    post,
    read_each,
    read_object,
)

GMT8 = timezone(timedelta(hours=8))
LARGEST_PAGE = 200
LONGEST_ID = 20
MOST_AT_ONCE = 20
# what the lists can tell of an item; who asks for it by its number may ask for more
LIST_FIELDS = (
    "num_iid,title,price,pic_url,approve_status,nick,cid,num,modified,list_time,delist_time"
)
ITEM_FIELDS = f"{LIST_FIELDS},detail_url"
MOMENT = "%Y-%m-%d %H:%M:%S"

CALL_LIMITED = 7
REMOTE_SERVICE = 15
NO_SESSION = 26
BAD_SESSION = 27
BAD_TIMESTAMP = {30, 31}
BAD_APP = "invalid_client"
GONE = ("isv.item-not-exist", "isv.item-is-delete")
DAILY_QUOTA = "accesscontrol.limited-by-app-access-count"
BAN = re.compile(r"ban will last for (\d{1,9}) more seconds", re.IGNORECASE)


def says_gone(refusal: Rejected) -> bool:
    """Whether the platform refused because the seller has no such item, or has none any more."""
    return refusal.code.startswith(GONE)


def _md5(secret: bytes, text: bytes) -> str:
    # Weak, but one of the partner's three methods; ours is hmac-sha256 unless set otherwise.
    return hashlib.md5(secret + text + secret, usedforsecurity=False).hexdigest()


def _hmac(algorithm: str) -> Callable[[bytes, bytes], str]:
    return lambda secret, text: hmac.new(secret, text, algorithm).hexdigest()


SIGN_METHODS: dict[str, Callable[[bytes, bytes], str]] = {
    "md5": _md5,
    "hmac": _hmac("md5"),
    "hmac-sha256": _hmac("sha256"),
}


def sign(parameters: Mapping[str, str], secret: str) -> str:
    """Sign all parameters by the method that they name in `sign_method`."""
    text = "".join(
        f"{name}{value}"
        for name, value in sorted(parameters.items())
        if name and value and name != "sign"
    )
    return SIGN_METHODS[parameters["sign_method"]](secret.encode(), text.encode()).upper()


@dataclass(frozen=True, slots=True)
class TopToken:
    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    seller_id: str
    nick: str
    scope: str


@dataclass(frozen=True, slots=True)
class Seller:
    seller_id: str
    nick: str
    kind: Literal["B", "C"]


@dataclass(frozen=True, slots=True)
class Shop:
    sid: str
    title: str
    picture: str


@dataclass(frozen=True, slots=True)
class Item:
    num_iid: str
    title: str
    price_fen: int
    picture: str
    approve_status: str
    nick: str
    detail_url: str = ""
    cid: str = ""
    stock: int | None = None
    modified_at: datetime | None = None
    list_at: datetime | None = None
    delist_at: datetime | None = None


class Shelf(StrEnum):
    """The lists that together name all of a seller's items, each of them once."""

    ON_SALE = ""
    WAITING = "for_shelved"
    SOLD_OUT = "sold_out"
    TAKEN_OFF = "violation_off_shelf"


@dataclass(frozen=True, slots=True)
class ItemPage:
    items: tuple[Item, ...]
    total: int
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopApp:
    """The portal's own registration with the platform; made from settings.TOP."""

    app_key: str
    app_secret: str = field(repr=False)
    gateway: str
    authorize_url: str
    token_url: str
    sign_method: str = "hmac-sha256"

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        return cls(**values)

    def consent_url(self, *, state: str, redirect_uri: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self.app_key,
            "redirect_uri": redirect_uri,
            "state": state,
            "view": "tmall",
        }
        return f"{self.authorize_url}?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str) -> TopToken:
        """Trade the code of a consent, which works once, for a token."""
        return self._token(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def refresh(self, refresh_token: str) -> TopToken:
        """Return a new token; a refusal is NeedsConsent."""
        try:
            return self._token(grant_type="refresh_token", refresh_token=refresh_token)
        except Rejected as refusal:
            if refusal.code == BAD_APP:  # our own fault, which no merchant can mend
                raise
            raise NeedsConsent(str(refusal)) from refusal

    def _token(self, **grant: str) -> TopToken:
        own = {"client_id": self.app_key, "client_secret": self.app_secret}
        answer = post(self.token_url, form=grant | own)
        fields = read_object(answer)
        if "error" in fields:
            raise Rejected(fields.text("error"), fields.text("error_description", ""))
        if answer.status != 200:
            raise Unavailable(f"HTTP {answer.status} for a token")
        return _read_token(fields, answer.received_at)


@dataclass(frozen=True, slots=True)
class TopClient:
    """What one seller's consent (`session`, the access token) lets us read."""

    app: TopApp
    session: str = field(repr=False)
    before: Before = at_any_pace

    def seller(self) -> Seller:
        user = self.call("taobao.user.seller.get", fields="user_id,nick,type").fields("user")
        kind = user.text("type")
        if kind not in ("B", "C"):
            raise Unavailable(f"user.type is {kind[:20]!r}")
        return Seller(
            user.identity("user_id", longest=LONGEST_ID),
            user.text("nick"),
            "B" if kind == "B" else "C",
        )

    def shop(self) -> Shop:
        shop = self.call("taobao.shop.seller.get", fields="sid,title,pic_path").fields("shop")
        return Shop(
            shop.identity("sid", longest=LONGEST_ID), shop.text("title"), shop.text("pic_path", "")
        )

    def onsale_items(self, page_no: int, page_size: int = LARGEST_PAGE, *, q: str = "") -> ItemPage:
        """Return one page, counted from 1, of the items on sale; `q` searches their titles."""
        return self.listed_items(Shelf.ON_SALE, page_no, page_size, q=q)

    def listed_items(
        self,
        shelf: Shelf,
        page_no: int,
        page_size: int = LARGEST_PAGE,
        *,
        since: datetime | None = None,
        q: str = "",
    ) -> ItemPage:
        """Return one page of a list; `since` keeps what its seller has changed from then on."""
        method = "taobao.items.inventory.get" if shelf else "taobao.items.onsale.get"
        answer = self.call(
            method,
            fields=LIST_FIELDS,
            banner=shelf.value,
            q=q,
            page_no=str(page_no),
            page_size=str(page_size),
            start_modified=since.astimezone(GMT8).strftime(MOMENT) if since else "",
        )
        total = answer.whole("total_results")
        # The platform leaves the list out when it is empty.
        found = answer.fields("items").each("item") if total and "items" in answer else ()
        items, unread = read_each(found, _read_item, "num_iid")
        return ItemPage(items, total, unread)

    def items(self, numbers: Sequence[str]) -> tuple[Item, ...]:
        """Return those of at most twenty items that are the seller's; it is silent on others."""
        answer = self.call(
            "taobao.items.seller.list.get", fields=ITEM_FIELDS, num_iids=",".join(numbers)
        )
        found = answer.fields("items").each("item") if "items" in answer else ()
        return tuple(_read_item(item) for item in found)

    def item(self, num_iid: str) -> Item:
        """Return one item, on sale or not; one that isn't the seller's is Rejected."""
        answer = self.call("taobao.item.seller.get", fields=ITEM_FIELDS, num_iid=num_iid)
        return _read_item(answer.fields("item"))

    def call(self, method: str, **arguments: str) -> Fields:
        """Ask the gateway and return what is inside the answer of this method."""
        form = self._signed(method, arguments)
        answer = post(self.app.gateway, form=form, repeatable=True, before=self.before)
        content = read_object(answer)
        if "error_response" in content:
            raise _failure(content.fields("error_response"), answer)
        if answer.status != 200:
            raise Unavailable(f"HTTP {answer.status} from the gateway")
        return content.fields(f"{method.removeprefix('taobao.').replace('.', '_')}_response")

    def _signed(self, method: str, arguments: Mapping[str, str]) -> dict[str, str]:
        parameters = {
            "method": method,
            "app_key": self.app.app_key,
            "session": self.session,
            "timestamp": datetime.now(GMT8).strftime(MOMENT),
            "format": "json",
            "v": "2.0",
            "sign_method": self.app.sign_method,
            **{name: value for name, value in arguments.items() if value},
        }
        return parameters | {"sign": sign(parameters, self.app.app_secret)}


def _read_token(fields: Fields, received_at: datetime) -> TopToken:
    return TopToken(
        access_token=fields.text("access_token"),
        expires_at=received_at + timedelta(seconds=fields.seconds("expires_in")),
        refresh_token=fields.text("refresh_token"),
        refresh_expires_at=received_at + timedelta(seconds=fields.seconds("re_expires_in")),
        seller_id=fields.identity("taobao_user_id"),
        nick=unquote_plus(fields.text("taobao_user_nick")),
        scope=fields.text("scope", ""),
    )


def _read_item(item: Fields) -> Item:
    try:
        price = fen(item.text("price"))
    except BadMoney as problem:
        raise Unreadable(f"{item.where}.price {problem.reason}") from problem
    return Item(
        num_iid=item.identity("num_iid"),
        title=item.text("title"),
        price_fen=price,
        picture=item.text("pic_url", ""),
        approve_status=item.text("approve_status"),
        nick=item.text("nick", ""),
        detail_url=item.text("detail_url", ""),
        cid=item.identity("cid", longest=LONGEST_ID) if "cid" in item else "",
        stock=item.whole("num") if "num" in item else None,
        modified_at=_moment(item, "modified"),
        list_at=_moment(item, "list_time"),
        delist_at=_moment(item, "delist_time"),
    )


def _moment(item: Fields, name: str) -> datetime | None:
    """Return a time in Beijing; the platform leaves out those that an item does not have."""
    if not (text := item.text(name, "")):
        return None
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=GMT8)
    except ValueError as problem:
        raise Unreadable(f"{item.where}.{name} is no time") from problem


def _failure(error: Fields, answer: http.Answer) -> Exception:
    """Sort an error_response: `isp.*` is theirs and passes, nearly all else is ours and stays."""
    code = error.whole("code")
    sub_code = error.text("sub_code", "")
    message = " ".join(filter(None, [error.text("msg", ""), error.text("sub_msg", "")]))
    words = f"{code} {sub_code} {message}".strip()
    if code == BAD_SESSION:
        return TokenExpired(words)
    if code == NO_SESSION:
        return NeedsConsent(words)
    theirs = sub_code.startswith("isp.") or (code == REMOTE_SERVICE and not sub_code)
    if code == CALL_LIMITED:
        return Limited(words, _wait(sub_code, message))
    if theirs:
        return Unavailable(words, _wait(sub_code, message))
    if code in BAD_TIMESTAMP and (skew := http.clock_skew(answer)):
        message = f"{message} (their clock is {skew.total_seconds():+.0f} s from ours)"
    return Rejected(sub_code or str(code), message)


def _wait(sub_code: str, message: str) -> float | None:
    """Return how long a ban lasts: as told and a second more, or until Beijing's next midnight."""
    if match := BAN.search(message):
        return min(float(match[1]) + 1, http.LONGEST_WAIT)
    if sub_code != DAILY_QUOTA:
        return None
    now = datetime.now(GMT8)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
