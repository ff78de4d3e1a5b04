"""The registry: adding a report is one declaration and its line here."""

from campaigns.reports.ad_creatives import AD_CREATIVES
from campaigns.reports.ad_days import AD_DAYS
from campaigns.reports.base import Report
from campaigns.reports.creator_figures import CREATOR_NOTE_DAY
from campaigns.reports.creator_orders import CREATOR_ORDERS
from campaigns.reports.item_list import ITEM_LIST
from campaigns.reports.note_day import NOTE_DAY
from campaigns.reports.note_list import NOTE_LIST
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from campaigns.reports.top_affiliate import TOP_AFFILIATE
from campaigns.reports.top_refunds import TOP_REFUNDS
from campaigns.reports.top_trades import TOP_TRADES

__all__ = ["REPORTS", "Report"]

REPORTS: dict[str, Report] = {
    report.key: report
    for report in (
        *(NOTE_LIST, AD_CREATIVES, NOTE_DAY, *AD_DAYS, NOTE_PLACEMENT_DAY),
        ITEM_LIST,
        *(CREATOR_ORDERS, CREATOR_NOTE_DAY),
        *(TOP_TRADES, TOP_REFUNDS, TOP_AFFILIATE),
    )
}
