"""聚光: the creatives of an advertiser. Public is the path; the fields are the sandbox's own.

Listed are those of notes, as long as the world delivers them; the brand's other ads are not.
"""

from datetime import date

from django.http import HttpRequest

from portal.lib.days import known_now, today
from portal.sandbox.adapi import Answer, Body, approved_advertiser, endpoint, number, token_of
from portal.sandbox.truth import Note
from portal.sandbox.worlds import world_of

RUNNING, PAUSED, ENDED = 1, 2, 3
APPROVED = 2


@endpoint
def search(request: HttpRequest, body: Body) -> Answer:
    advertiser_id = approved_advertiser(token_of(request, "xhs"), body)
    page_num = number(body, "page_num", default=1, most=10_000)
    page_size = number(body, "page_size", default=20, most=100)
    notes = [
        (place, note)
        for place, note in enumerate(world_of(advertiser_id).notes(advertiser_id), 1)
        if note.created_at <= known_now() and note.starts <= today()
    ]
    shown = notes[(page_num - 1) * page_size : page_num * page_size]
    rows = [_row(advertiser_id, place, note) for place, note in shown]
    return {"data_list": rows, "total_count": len(notes)}


def _row(advertiser_id: int, place: int, note: Note) -> Answer:
    ad = world_of(advertiser_id).ad_of(advertiser_id, place, note)
    return {
        "creativity_id": ad.creativity_id,
        "unit_id": ad.unit_id,
        "campaign_id": ad.campaign_id,
        "campaign_name": ad.campaign_name,
        "note_id": note.note_id,
        "delivery_status": _delivery(note, today()),
        "audit_status": APPROVED,
        "audit_comment": "",
    }


def _delivery(note: Note, day: date) -> int:
    if note.ends < day:
        return ENDED
    return PAUSED if note.status != 1 else RUNNING
