"""Taobao Open Platform: the signed gateway. It answers HTTP 200 whatever happens, as TOP does."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from portal.sandbox.accounts import (
    BY_USER_ID,
    INSTOCK,
    ITEMS,
    ONSALE,
    TOP_APP_KEY,
    TOP_APP_SECRET,
    Item,
    Seller,
)
from portal.sandbox.affiliates import affiliate_orders
from portal.sandbox.pages import address
from portal.sandbox.shelf import HIDDEN, Listing, listing, shelf
from portal.sandbox.signature import ALGORITHMS, is_signed
from portal.sandbox.state import Refused, state
from portal.sandbox.top_asked import (
    GMT8,
    MOMENT,
    NUMBER,
    Parameters,
    Record,
    TopError,
    asked_fields,
    moment,
    number,
    required,
    selected,
)
from portal.sandbox.trades import refunds_received, trades_changed

TOLERANCE = timedelta(minutes=10)
MOST_ITEMS, MOST_PAGES, MOST_AT_ONCE = 200, 101, 20
BANNERS = {
    "regular_shelved",
    "never_on_shelf",
    "off_shelf",
    "for_shelved",
    "sold_out",
    "violation_off_shelf",
}
# what the two lists can tell of an item; only those that ask for it by its number tell more
LIST_FIELDS = {
    "approve_status",
    "num_iid",
    "title",
    "nick",
    "cid",
    "pic_url",
    "num",
    "list_time",
    "price",
    "modified",
    "delist_time",
}
FIRST_CID = 121_360_000
SPOKEN = {"v": "2.0", "format": "json", "simplify": "false"}


@require_POST
def router(request: HttpRequest) -> JsonResponse:
    parameters = request.GET.dict() | request.POST.dict()
    request_id = secrets.token_hex(6)
    try:
        method = _known_method(parameters)
        _check_call(parameters)
        seller = _seller_of(parameters)
        body = METHODS[method](seller, parameters)
    except TopError as refusal:
        return JsonResponse({"error_response": refusal.error | {"request_id": request_id}})
    root = method.removeprefix("taobao.").replace(".", "_") + "_response"
    return JsonResponse({root: body | {"request_id": request_id}})


def _known_method(parameters: Parameters) -> str:
    method = parameters.get("method")
    if not method:
        raise TopError(21, "Missing method")
    if method not in METHODS:
        raise TopError(22, "Invalid method")
    return method


def _check_call(parameters: Parameters) -> None:
    """Check key, timestamp and signature, in the gateway's order."""
    if not parameters.get("app_key"):
        raise TopError(28, "Missing app key")
    if parameters["app_key"] != TOP_APP_KEY:
        raise TopError(29, "Invalid app key", "isv.appkey-not-exists")
    _check_timestamp(parameters)
    required(parameters, "v")
    method = required(parameters, "sign_method")
    if method not in ALGORITHMS:
        raise TopError(41, "Invalid arguments:sign_method")
    if not parameters.get("sign"):
        raise TopError(24, "Missing signature")
    if not is_signed(parameters, secret=TOP_APP_SECRET, method=method):
        raise TopError(25, "Invalid signature")
    for name, only in SPOKEN.items():
        if parameters.get(name, only) != only:
            raise TopError(41, f"Invalid arguments:{name}")


def _check_timestamp(parameters: Parameters) -> None:
    if not parameters.get("timestamp"):
        raise TopError(30, "Missing timestamp")
    try:
        sent = datetime.strptime(parameters["timestamp"], MOMENT).replace(tzinfo=GMT8)
    except ValueError:
        raise TopError(31, "Invalid timestamp") from None
    if abs(datetime.fromtimestamp(time.time(), GMT8) - sent) > TOLERANCE:
        raise TopError(31, "Invalid timestamp", "isv.timestamp-out-of-tolerance")


def _seller_of(parameters: Parameters) -> Seller:
    if not parameters.get("session"):
        raise TopError(26, "Missing session")
    try:
        token = state().access("top", parameters["session"])
    except Refused as refusal:
        raise TopError(27, "Invalid session", "invalid-sessionkey", str(refusal)) from None
    return BY_USER_ID[token.subjects[0]]


def _user(seller: Seller, parameters: Parameters) -> Record:
    user: Record = {
        "user_id": seller.user_id,
        "nick": seller.nick,
        "type": seller.kind,
        "status": "normal",
        "has_shop": True,
    }
    return {"user": selected(user, parameters)}


def _shop(seller: Seller, parameters: Parameters) -> Record:
    picture = address(f"/logos/{seller.sid}.svg")
    shop: Record = {"sid": seller.sid, "title": seller.nick, "pic_path": picture}
    return {"shop": selected(shop, parameters)}


def _items_onsale(seller: Seller, parameters: Parameters) -> Record:
    return _items(seller, parameters, lambda each: each.state == ONSALE)


def _items_inventory(seller: Seller, parameters: Parameters) -> Record:
    """Answer with what waits off the shelf; nobody here is sold out or was taken off by Tmall."""
    banner = parameters.get("banner", "for_shelved")
    if banner not in BANNERS:
        raise TopError(41, "Invalid arguments:banner")
    wanted = banner in ("for_shelved", "off_shelf")
    return _items(seller, parameters, lambda each: wanted and each.state == INSTOCK)


def _items(seller: Seller, parameters: Parameters, belongs: Callable[[Listing], bool]) -> Record:
    if unknown := set(asked_fields(parameters)) - LIST_FIELDS:
        raise TopError(41, f"Invalid arguments:fields {','.join(sorted(unknown))}")
    page_no = number(parameters, "page_no", default=1, most=MOST_PAGES)
    page_size = number(parameters, "page_size", default=40, most=MOST_ITEMS)
    since, until = (moment(parameters, f"{end}_modified") for end in ("start", "end"))
    found = [
        each
        for each in shelf(seller)
        if belongs(each)
        and parameters.get("q", "") in each.item.title
        and (since is None or each.modified >= since)
        and (until is None or each.modified <= until)
    ]
    page = found[(page_no - 1) * page_size : page_no * page_size]
    records = [selected(_item_record(seller, each), parameters) for each in page]
    return {"items": {"item": records}, "total_results": len(found)}


def _item(seller: Seller, parameters: Parameters) -> Record:
    num_iid = required(parameters, "num_iid")
    if not NUMBER.fullmatch(num_iid):
        raise TopError(41, "Invalid arguments:num_iid")
    found = _own(seller, int(num_iid))
    if found is None:
        raise TopError(15, "Remote service error", "isv.item-not-exist", "商品不存在")
    return {"item": selected(_item_record(seller, found), parameters)}


def _items_list(seller: Seller, parameters: Parameters) -> Record:
    """Answer for several items at once; one that is not the seller's is left out in silence."""
    numbers = required(parameters, "num_iids").split(",")
    if len(numbers) > MOST_AT_ONCE or not all(map(NUMBER.fullmatch, numbers)):
        raise TopError(41, "Invalid arguments:num_iids")
    found = [_own(seller, int(each)) for each in numbers]
    records = [
        selected(_item_record(seller, each), parameters)
        for each in found
        if each and each.state != HIDDEN
    ]
    return {"items": {"item": records}} if records else {}


def _own(seller: Seller, num_iid: int) -> Listing | None:
    owner = ITEMS.get(num_iid, (None, None))[0]
    return listing(num_iid) if owner is seller else None


def _item_record(seller: Seller, told: Listing) -> Record:
    item = told.item
    return {
        "num_iid": item.num_iid,
        "title": item.title,
        "nick": seller.nick,
        "cid": _cid(seller, item),
        "price": item.yuan,
        "num": told.stock,
        "pic_url": address(f"/pics/{item.num_iid}.svg"),
        "detail_url": f"https://detail.tmall.com/item.htm?id={item.num_iid}",
        "approve_status": item.approve_status,
        "modified": told.modified.astimezone(GMT8).strftime(MOMENT),
        "list_time": told.list_time.astimezone(GMT8).strftime(MOMENT),
        "delist_time": told.delist_time.astimezone(GMT8).strftime(MOMENT),
    }


def _cid(seller: Seller, item: Item) -> int:
    """Gift sets have a category of their own, whatever is in them."""
    kind = "gift" if "礼" in item.title else item.motif
    return FIRST_CID + seller.palette * 100 + sum(kind.encode()) % 97


METHODS: dict[str, Callable[[Seller, Parameters], Record]] = {
    "taobao.user.seller.get": _user,
    "taobao.shop.seller.get": _shop,
    "taobao.items.inventory.get": _items_inventory,
    "taobao.items.onsale.get": _items_onsale,
    "taobao.items.seller.list.get": _items_list,
    "taobao.item.seller.get": _item,
    "taobao.trades.sold.increment.get": trades_changed,
    "taobao.refunds.receive.get": refunds_received,
    "taobao.tbk.sc.order.details.get": affiliate_orders,
}
