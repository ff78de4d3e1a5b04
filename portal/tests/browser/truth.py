"""What a results page must show, counted from the events of the sandbox's world alone."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

ON_PAGE, IN_FILE = Decimal("0.0001"), Decimal("0.01")  # the places of a ratio
SUMMED = ("spend", "impression", "ad_click", "interaction", "jump_click")


def expected_figures(truths, *, first, last, window, places_of_roi=ON_PAGE):
    """Return {place: {metric: exact text}} for each note, each day and the total of a period.

    A place is a note id, "day:YYYY-MM-DD" or "total". A conversion that the platform does not
    return leaves both sides of ROI; where nothing returned, the text is empty.
    """
    places = defaultdict(lambda: defaultdict(int))
    for truth in truths:
        conversions = count_conversions(truth, window)
        withheld = {note["note_id"]: note["withheld_from"] for note in truth["notes"]}
        for delivery in truth["deliveries"]:
            note_id, day = delivery["note_id"], delivery["day"]
            if f"{first}" <= day <= f"{last}":
                since = withheld[note_id]
                seen = None if since and day >= since else conversions[note_id, day]
                for place in (note_id, f"day:{day}", "total"):
                    add(places[place], delivery, conversions[note_id, day]["jumps"], seen)
    return {place: as_texts(figures, places_of_roi) for place, figures in places.items()}


def count_conversions(truth, window):
    """Count jumps, orders and GMV in fen by note and day of the ad click."""
    cancelled = {event["order_id"] for event in truth["cancellations"]}
    counts = defaultdict(lambda: defaultdict(int))
    for jump in truth["jumps"]:
        if since_click(jump, "jumped_at") <= timedelta(days=7):
            counts[clicked_on(jump)]["jumps"] += 1
    for order in truth["orders"]:
        in_time = since_click(order, "paid_at") <= timedelta(days=window)
        if in_time and order["order_id"] not in cancelled:
            counts[clicked_on(order)]["orders"] += 1
            counts[clicked_on(order)]["fen"] += order["amount_fen"]
    return counts


def since_click(event, name):
    moments = (datetime.fromisoformat(event[key]) for key in (name, "ad_clicked_at"))
    return next(moments) - next(moments)


def clicked_on(event):
    return event["note_id"], event["ad_clicked_at"][:10]


def add(figures, delivery, jumps, seen):
    figures["spend"] += delivery["fee_fen"]
    figures["impression"] += delivery["impression"]
    figures["ad_click"] += delivery["click"]
    figures["interaction"] += sum(
        delivery[name] for name in ("like", "comment", "collect", "share", "follow")
    )
    figures["jump_click"] += jumps
    if seen is not None:
        figures["returned"] += 1
        figures["returned_spend"] += delivery["fee_fen"]
        figures["order"] += seen["orders"]
        figures["gmv"] += seen["fen"]


def as_texts(figures, places_of_roi):
    texts = {name: str(figures[name]) for name in SUMMED}
    if not figures["returned"]:
        return texts | {"order": "", "gmv": "", "roi": ""}
    roi = Decimal(figures["gmv"]) / figures["returned_spend"]
    return texts | {
        "order": str(figures["order"]),
        "gmv": str(figures["gmv"]),
        "roi": str(roi.quantize(places_of_roi, ROUND_HALF_UP)),
    }
