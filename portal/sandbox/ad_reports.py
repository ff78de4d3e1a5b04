"""聚光's offline reports of accounts, campaigns, units and creatives, over the same events.

Public are the paths; which names a row carries beside its figures is the sandbox's own.
"""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest

from portal.lib.days import today
from portal.sandbox import report
from portal.sandbox.adapi import Answer, Body, ReportAsked, endpoint, report_asked
from portal.sandbox.ads import Ad
from portal.sandbox.worlds import world_of

Names = dict[str, str]


@endpoint
def account(request: HttpRequest, body: Body) -> Answer:
    return _answer(report_asked(request, body), _account)


@endpoint
def campaign(request: HttpRequest, body: Body) -> Answer:
    return _answer(report_asked(request, body), _campaign)


@endpoint
def unit(request: HttpRequest, body: Body) -> Answer:
    return _answer(report_asked(request, body), _unit)


@endpoint
def creativity(request: HttpRequest, body: Body) -> Answer:
    return _answer(report_asked(request, body), _creativity)


def _answer(asked: ReportAsked, names_of: Callable[[Ad], Names]) -> Answer:
    as_of = today()
    groups: dict[tuple[str, ...], list[report.Cell]] = {}
    named: dict[tuple[str, ...], Names] = {}
    source = world_of(asked.advertiser_id)
    for ad, cell in source.ads(asked.advertiser_id, asked.first, asked.last, as_of=as_of):
        names = {"time": _time(asked, cell.delivery.day)} | names_of(ad)
        key = tuple(names.values())
        groups.setdefault(key, []).append(cell)
        named[key] = names
    rows = [
        named[key] | report.shown(report.total(report.figures(c, as_of=as_of) for c in groups[key]))
        for key in asked.page(list(groups))
    ]
    return {"data_list": rows, "total_count": len(groups)}


def _time(asked: ReportAsked, day: date) -> str:
    return f"{day}" if asked.is_daily else f"{asked.first} - {asked.last}"


def _account(ad: Ad) -> Names:
    name = world_of(ad.advertiser_id).advertiser(ad.advertiser_id).advertiser_name
    return {"advertiser_id": f"{ad.advertiser_id}", "advertiser_name": name}


def _campaign(ad: Ad) -> Names:
    return {
        "advertiser_id": f"{ad.advertiser_id}",
        "campaign_id": f"{ad.campaign_id}",
        "campaign_name": ad.campaign_name,
    }


def _unit(ad: Ad) -> Names:
    return _campaign(ad) | {"unit_id": f"{ad.unit_id}", "unit_name": ad.unit_name}


def _creativity(ad: Ad) -> Names:
    return _unit(ad) | {
        "creativity_id": f"{ad.creativity_id}",
        "creativity_name": ad.creativity_name,
        "note_id": ad.note_id or report.EMPTY,
    }
