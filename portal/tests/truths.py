"""What each report must have brought, counted from the events of the sandbox's world alone.

Each returns rows by what names them, under the ledger's names: those figures that are told.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from portal.sandbox.tests.ad_recount import added_up, delivered
from portal.tests.browser.truth import count_conversions

SHOP_DAYS = 90  # how far before its snapshot an order with a creator is told of
LEVELS = {
    "account": "advertiser_id",
    "campaign": "campaign_id",
    "unit": "unit_id",
    "creativity": "creativity_id",
}
SECOND = timedelta(seconds=1)
DAY = 24 * 60 * 60  # seconds
SETTLED_AFTER = timedelta(days=4)
PAID, FAILED, RECEIVED, SETTLED = 12, 13, 14, 3
ORDERED = {
    "impression": ("imp_origin", "imp_heat", "imp_promotion"),
    "read": ("read_origin", "read_heat", "read_promotion"),
    "read_uv": ("new_readers",),
    "interaction": ("like", "fav", "cmt", "share"),
    "interest": ("interest",),
}
STARRED = {
    "star_ads_fen": ("ads_fee_fen",),
    "star_read_uv": ("new_star_readers",),
    "store_visit_uv": ("new_visitors_matched",),
}


def note_days(truth, ads, first):
    """The note report, by note and day."""
    return {
        (ad["note_id"], date.fromisoformat(ad["delivery"]["day"])): figures
        for ad, figures in _figured(truth, ads)
        if ad["note_id"] and ad["delivery"]["day"] >= f"{first}"
    }


def ad_days(truth, ads, first):
    """The reports of the four levels, by level, id and day; users, who do not add up, left out."""
    by_day = defaultdict(list)
    for ad, figures in _figured(truth, ads):
        by_day[ad["delivery"]["day"]].append((ad, figures))
    return {
        (level, object_id, date.fromisoformat(day)): figures
        for day, pairs in by_day.items()
        if day >= f"{first}"
        for level, field in LEVELS.items()
        for object_id, figures in added_up(pairs, field).items()
    }


def placement_days(split, first):
    """The note report split by placement, by note, placement and day."""
    return {
        (each["delivery"]["note_id"], each["placement"], date.fromisoformat(day)): (
            delivered(each) | _sold_there(each, split["as_of"])
        )
        for each in split["places"]
        if (day := each["delivery"]["day"]) >= f"{first}"
    }


def _sold_there(place, as_of):
    """Count as of a date what came of the place's clicks: ISO dates compare as they are."""
    kept = [s for s in place["sales"] if s["paid_on"] < as_of <= s["cancelled_on"]]
    figures = {"jump_click": sum(day < as_of for day in place["visited_on"])}
    for window in (7, 15, 30):
        paid = [s["amount_fen"] for s in kept if s["after_seconds"] <= window * DAY]
        figures[f"order_{window}"] = None if place["is_withheld"] else len(paid)
        figures[f"gmv_{window}_fen"] = None if place["is_withheld"] else sum(paid)
    return figures


def _figured(truth, ads):
    told = {window: count_conversions(truth, window) for window in (7, 15, 30)}
    withheld = {note["note_id"]: note["withheld_from"] for note in truth["notes"]}
    for ad in ads:
        place, since = (ad["note_id"], ad["delivery"]["day"]), withheld.get(ad["note_id"])
        is_told = not (since and since <= place[1])
        figures = delivered(ad) | {"jump_click": told[7][place]["jumps"]}
        for window, counts in told.items():
            figures[f"order_{window}"] = counts[place]["orders"] if is_told else None
            figures[f"gmv_{window}_fen"] = counts[place]["fen"] if is_told else None
        yield ad, figures


def creator_days(creators, snapshots):
    """蒲公英's figures, by order, note and snapshot: the star block is of the day before."""
    events = defaultdict(list)
    for each in creators["days"]:
        events[each["order_id"]].append(each)
    rows = {}
    for day in snapshots:
        oldest = f"{day - timedelta(days=SHOP_DAYS - 1)}"
        for order in creators["orders"]:
            if order["published_at"][:10] > f"{day}" or order["ordered_at"][:10] < oldest:
                continue
            own, place = events[order["order_id"]], (order["order_id"], order["note_id"], day)
            rows[place] = _sums(own, ORDERED, day) | {"star_task_id": order["star_task_id"]}
            starred = _sums(own, STARRED, day - timedelta(days=1))
            is_told = order["star_task_id"] and order["published_at"][:10] < f"{day}"
            rows[place] |= starred if is_told else dict.fromkeys(starred)
    return rows


def _sums(events, sums, until):
    own = [each for each in events if each["day"] <= f"{until}"]
    return {name: sum(e[part] for e in own for part in parts) for name, parts in sums.items()}


def orders(sales, first):
    """The store's sub-orders whose trade changed since, by number and day."""
    return {
        (each["oid"], _day(each["created_at"])): {
            "order_id": each["tid"],
            "num_iid": str(each["num_iid"]),
            "quantity": each["pieces"],
            "status": each["status"],
            "paid_fen": each["paid_fen"],
            "ordered_at": _at(each["created_at"]),
            "paid_at": _at(each["paid_at"]),
            "ended_at": _at(each["ended_at"]),
            "modified_at": _at(each["modified_at"]),
        }
        for each in sales["orders"]
        if each["modified_at"] >= f"{first}T00"
    }


def refunds(sales, first):
    """The refunds that changed since, by number and day."""
    return {
        (each["refund_id"], _day(each["asked_at"])): {
            "sub_order_id": each["oid"],
            "order_id": each["tid"],
            "status": each["status"],
            "refund_fen": each["fee_fen"],
            "asked_at": _at(each["asked_at"]),
            "modified_at": _at(each["modified_at"]),
        }
        for each in sales["refunds"]
        if each["modified_at"] >= f"{first}T00"
    }


def affiliates(sales, first, now):
    """The affiliate programme's orders that changed since, by number and day.

    The programme hears of what happens a second later, and settles four days after the end.
    """
    back = defaultdict(list)
    for refund in sales["refunds"]:
        if refund["status"] == "SUCCESS":
            back[refund["oid"]].append(_moment(refund["modified_at"]) + SECOND)
    rows = {}
    for each in sales["orders"]:
        steps = [step for step in _affiliate_steps(each) if step[0] <= now]
        refunded = [at for at in back[each["oid"]] if at <= now]
        if not steps or not each["is_affiliate"]:
            continue
        changed = max([at for at, _status in steps] + refunded).replace(microsecond=0)
        ordered = (_moment(each["created_at"]) + SECOND).replace(microsecond=0)
        if f"{changed:%F}" >= f"{first}":
            rows[each["oid"], ordered.date()] = {
                "order_id": each["tid"],
                "num_iid": str(each["num_iid"]),
                "quantity": each["pieces"],
                "status": max(steps)[1],
                "paid_fen": each["paid_fen"],
                "ordered_at": ordered,
                "modified_at": changed,
                "is_refunded": bool(refunded),
            }
    return rows


def _affiliate_steps(order):
    if order["paid_at"]:
        yield _moment(order["paid_at"]) + SECOND, PAID
    if order["status"] == "TRADE_CLOSED":
        yield _moment(order["ended_at"]) + SECOND, FAILED
    if order["status"] == "TRADE_FINISHED":
        yield _moment(order["ended_at"]) + SECOND, RECEIVED
        yield _moment(order["ended_at"]) + SETTLED_AFTER, SETTLED


def _moment(text):
    return datetime.fromisoformat(text)


def _at(text):
    """Return the moment as the platform tells it, without a part of a second."""
    return _moment(text).replace(microsecond=0) if text else None


def _day(text):
    return date.fromisoformat(text[:10])
