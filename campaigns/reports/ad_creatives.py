"""聚光's creatives: which ad campaign promotes which note, and whether it runs."""

import re
from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import AdCreative, AdReview, CampaignNote, Delivery, SyncWindow
from campaigns.reports import owners
from campaigns.reports.base import (
    Asked,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    one_by_one,
)
from merchants.connections import call_juguang
from merchants.models import Partner
from portal.lib import days
from portal.partners.juguang import Creative, JuguangClient

NOTE_ID = re.compile(r"[0-9a-f]{24}")
ID = re.compile(r"[0-9A-Za-z]{1,24}")
LARGEST_CODE = 2**15 - 1
RENEWED = ["ad_unit_id", "ad_campaign_id", "ad_campaign_name", "note_id", "delivery", "review"]
RENEWED += ["review_comment", "known_at", "gone_since"]


def fetch(client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.creatives(asked.account, asked.number)
    return FetchedPage(
        page.creatives,
        page.sha256,
        more=page.more,
        total=page.total,
        answered_at=page.answered_at,
        unread=page.unread,
    )


def keys(rows: Sequence[Creative]) -> list[str]:
    return [row.creativity_id[:24] for row in rows]


def strangers(window: SyncWindow, rows: Sequence[Creative]) -> bool:
    return owners.has_others_ads(window, keys(rows), field="creativity_id")


def keep(context: PageContext, rows: Sequence[Creative]) -> Kept:
    """Write each creative once; a later list renews what it says of it."""
    window = context.window
    refused = [(as_sent(row), reason) for row in rows if (reason := why_not(row))]
    good = {row.creativity_id: row for row in rows if not why_not(row)}
    written = AdCreative.objects.bulk_create(
        [
            AdCreative(
                brand_id=window.brand_id,
                store_id=window.store_id,
                connection_id=window.connection_id,
                creativity_id=row.creativity_id,
                ad_unit_id=row.unit_id,
                ad_campaign_id=row.campaign_id,
                ad_campaign_name=row.campaign_name[:80],
                note_id=row.note_id,
                delivery=row.delivery,
                review=row.audit_status,
                review_comment=row.audit_comment[:300],
                known_at=context.known_at,
            )
            for row in good.values()
        ],
        update_conflicts=True,
        unique_fields=["brand", "connection", "creativity_id"],
        update_fields=RENEWED,
    )
    CampaignNote.objects.join_by_rules(window.brand_id)
    return Kept(len(written), refused)


def why_not(row: Creative) -> str:
    """Return why the creative can't be kept; nothing when it can."""
    if not NOTE_ID.fullmatch(row.note_id):
        return "The note id is not 24 hexadecimal digits."
    if not all(ID.fullmatch(each) for each in (row.creativity_id, row.unit_id, row.campaign_id)):
        return "An id is not 1 to 24 digits and letters."
    if max(row.delivery, row.audit_status) > LARGEST_CODE:
        return f"The ad status {row.delivery} or {row.audit_status} is out of range."
    return ""


def unknown(row: Creative) -> list[tuple[str, str]]:
    """Name what there is no word for: the ad is kept with the platform's own number."""
    told = [
        ("delivery_status", row.delivery, Delivery),
        ("audit_status", row.audit_status, AdReview),
    ]
    return [(name, str(code)) for name, code, known in told if code not in known.values]


def finish(window: SyncWindow, seen: Collection[str]) -> None:
    """Mark what a complete list no longer names: no ad of that number stands any more."""
    listed = AdCreative.objects.filter(
        brand_id=window.brand_id, connection_id=window.connection_id, gone_since=None
    )
    listed.exclude(creativity_id__in=seen).update(gone_since=days.known_now())


AD_CREATIVES = Report(
    key="juguang.creatives",
    partner=Partner.JUGUANG,
    label=_("Juguang ads"),
    short=pgettext_lazy("report", "Ads"),
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    unknown=unknown,
    strangers=strangers,
    finish=finish,
    repull=1,
    backfill=1,
)
