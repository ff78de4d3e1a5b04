"""What each ad's day comes to, counted anew from the events that the world's truth shows."""

from collections import defaultdict
from datetime import datetime, timedelta

DELIVERED = ("impression", "click", "like", "comment", "collect", "share", "follow")
BESIDE = {
    "screenshot": "screenshot",
    "pic_save": "pic_save",
    "action_button_click": "action_button_click",
    "search_cmt_click": "search_cmt_click",
    "search_cmt_after_read": "search_cmt_after_read",
    "outside_shop_visit": "outside_shop_visit",
}
IN_SHOP = {
    "in_site_goods_visit": "goods_visit",
    "in_site_seller_visit": "seller_visit",
    "in_site_add_to_cart": "shopping_cart_add",
}
USERS = {"i_user": "i_user_num", "ti_user": "ti_user_num"}


def ads_of(sandbox, advertiser_id, day):
    """Return pairs of an ad and its figures on the day, under the ledger's names."""
    truth = sandbox.truth(advertiser_id)
    withheld = {note["note_id"]: note["withheld_from"] for note in truth["notes"]}
    after = conversions(truth, f"{day}")
    pairs = []
    for ad in sandbox.ads(advertiser_id):
        if ad["delivery"]["day"] == f"{day}":
            since = withheld.get(ad["note_id"])
            blank = dict.fromkeys(PAID) if since and since <= f"{day}" else {}
            pairs.append((ad, delivered(ad) | after[ad["note_id"]] | blank))
    return pairs


def delivered(ad):
    told, response = ad["delivery"], ad["response"]
    counted = {"fee_fen": told["fee_fen"]} | {name: told[name] for name in DELIVERED}
    counted["interaction"] = sum(told[name] for name in DELIVERED[2:])
    counted |= {name: response[field] for name, field in (BESIDE | USERS).items()}
    inside = {name: response[field] for name, field in IN_SHOP.items()}
    paid = [order["amount_fen"] for order in response["orders"]]
    inside |= {"in_site_order": len(paid), "in_site_gmv_fen": sum(paid)}
    return counted | (inside if ad["shop"] else dict.fromkeys(inside))


PAID = [
    f"{name}_{window}{unit}"
    for name, unit in (("order", ""), ("gmv", "_fen"))
    for window in (7, 15, 30)
]


def conversions(truth, day):
    cancelled = {event["order_id"] for event in truth["cancellations"]}
    found = defaultdict(lambda: dict.fromkeys([*PAID, "jump_click"], 0))
    for jump in truth["jumps"]:
        if jump["ad_clicked_at"][:10] == day and since(jump, "jumped_at") <= timedelta(days=7):
            found[jump["note_id"]]["jump_click"] += 1
    for order in truth["orders"]:
        if order["ad_clicked_at"][:10] != day or order["order_id"] in cancelled:
            continue
        for window in (7, 15, 30):
            if since(order, "paid_at") <= timedelta(days=window):
                found[order["note_id"]][f"order_{window}"] += 1
                found[order["note_id"]][f"gmv_{window}_fen"] += order["amount_fen"]
    return found


def since(event, name):
    return datetime.fromisoformat(event[name]) - datetime.fromisoformat(event["ad_clicked_at"])


def added_up(pairs, field):
    """Return the sums by what `field` names; users, who do not add up, are left out."""
    sums = {}
    for ad, figures in pairs:
        own = sums.setdefault(f"{ad[field]}", dict.fromkeys(figures.keys() - USERS.keys(), 0))
        for name in own:
            value = figures[name]
            own[name] = None if value is None or own[name] is None else own[name] + value
    return sums
