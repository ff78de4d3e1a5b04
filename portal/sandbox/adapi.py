"""聚光 Marketing API: tokens, shared with 蒲公英, notes and the offline note report.

The partner publishes no table of error codes; these are the sandbox's own, all at HTTP 200:
10400 a parameter is missing or wrong · 10401 the access token is missing, unknown, expired or
withdrawn · 10403 the token does not cover this advertiser or scope · 10410 the auth_code is
unknown, used or expired · 10411 the refresh token is unknown or expired · 10412 wrong app_id or
secret.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import wraps
from itertools import groupby
from typing import TypeVar

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from portal.lib.days import known_now, today
from portal.sandbox import report
from portal.sandbox.accounts import (
    BY_PUGONGYING,
    PGY_APP_ID,
    PGY_APP_SECRET,
    XHS_APP_ID,
    XHS_APP_SECRET,
)
from portal.sandbox.faults import faults
from portal.sandbox.pages import address
from portal.sandbox.placements import Place, codes_of_notes, parts, places
from portal.sandbox.state import Pair, Partner, Refused, Token, state
from portal.sandbox.truth import Note
from portal.sandbox.worlds import world_of

LONGEST_SPAN = timedelta(days=30)
UNSUPPORTED = ("sort_column", "sort", "marketing_target", "placement")

APPS: dict[tuple[str, str], Partner] = {
    (XHS_APP_ID, XHS_APP_SECRET): "xhs",
    (PGY_APP_ID, PGY_APP_SECRET): "pgy",
}

Row = TypeVar("Row")
Body = dict[str, object]
Answer = dict[str, object]
# A row to be: what names it, and the cells that are summed.
Group = tuple[dict[str, str], list[report.Cell]]


class Code(IntEnum):
    OK = 0
    BAD_PARAMETER = 10400
    BAD_ACCESS_TOKEN = 10401
    NOT_APPROVED = 10403
    BAD_AUTH_CODE = 10410
    BAD_REFRESH_TOKEN = 10411
    BAD_APP = 10412


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """`is_daily`: a row for each day; otherwise one for the whole span.

    `splits` are what its rows are split by besides.
    """

    advertiser_id: int
    first: date
    last: date
    is_daily: bool
    page_num: int
    page_size: int
    splits: Sequence[str]

    def page(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[(self.page_num - 1) * self.page_size : self.page_num * self.page_size]


class Problem(Exception):
    def __init__(self, code: Code, msg: str) -> None:
        super().__init__(msg)
        self.code = code


def endpoint(view: Callable[[HttpRequest, Body], Answer]) -> Callable[[HttpRequest], JsonResponse]:
    """Read a JSON body and answer in the platform's envelope."""

    @require_POST
    @wraps(view)
    def wrapper(request: HttpRequest) -> JsonResponse:
        try:
            return envelope(Code.OK, "成功", view(request, _body(request)))
        except Problem as problem:
            return envelope(problem.code, str(problem), {})

    return wrapper


@endpoint
def access_token(request: HttpRequest, body: Body) -> Answer:
    partner = _app(body)
    try:
        pair = state().redeem_code(partner, text_of(body, "auth_code"))
    except Refused as refusal:
        raise Problem(Code.BAD_AUTH_CODE, str(refusal)) from None
    return _tokens(pair) | _account(partner, pair)


@endpoint
def refresh_token(request: HttpRequest, body: Body) -> Answer:
    partner = _app(body)
    try:
        pair = state().refresh(partner, text_of(body, "refresh_token"))
    except Refused as refusal:
        raise Problem(Code.BAD_REFRESH_TOKEN, str(refusal)) from None
    return _tokens(pair) | _account(partner, pair)


@endpoint
def note_list(request: HttpRequest, body: Body) -> Answer:
    advertiser_id = approved_advertiser(token_of(request), body)
    page = number(body, "page", default=1, most=10_000)
    page_size = number(body, "page_size", default=20, most=100)
    told = world_of(advertiser_id).notes(advertiser_id)
    notes = [note for note in told if note.created_at <= known_now()]
    if "note_type" in body:
        note_type = number(body, "note_type", default=None, most=99)
        notes = [note for note in notes if note.source == note_type]
    shown = notes[(page - 1) * page_size : page * page_size]
    return {"notes": [_note(note) for note in shown], "total_count": len(notes)}


@endpoint
def note_report(request: HttpRequest, body: Body) -> Answer:
    asked = report_asked(request, body, splits=("placement",))
    as_of = today()
    source = world_of(asked.advertiser_id)
    cells = source.cells(asked.advertiser_id, asked.first, asked.last, as_of=as_of)
    if not asked.is_daily:
        by_note = _by_note(asked, _by_placement(asked, cells) if asked.splits else _by_day(cells))
        groups, total = asked.page(by_note), len(by_note)
    elif asked.splits:
        rows = places(asked.advertiser_id, cells)
        groups, total = _by_placement(asked, cells, asked.page(rows)), len(rows)
    else:
        groups, total = _by_day(asked.page(cells)), len(cells)
    return {
        "data_list": [_report_row(group, as_of=as_of) for group in groups],
        "total_count": total,
    }


def report_asked(request: HttpRequest, body: Body, *, splits: Sequence[str] = ()) -> ReportAsked:
    """Read what any of the offline reports is asked for; `splits` are what this one offers."""
    time.sleep(faults().delay_seconds)
    token = token_of(request)
    if "report_service" not in token.scope:
        raise Problem(Code.NOT_APPROVED, "scope report_service was not granted")
    advertiser_id = approved_advertiser(token, body)
    if given := [name for name in UNSUPPORTED if body.get(name)]:
        raise Problem(Code.BAD_PARAMETER, f"not offered by the sandbox: {', '.join(given)}")
    first, last = span_of(body, longest=LONGEST_SPAN)
    return ReportAsked(
        advertiser_id,
        first,
        last,
        is_daily=_time_unit(body) == "DAY",
        page_num=number(body, "page_num", default=1, most=10_000),
        page_size=number(body, "page_size", default=20, most=500),
        splits=_split_columns(body, splits),
    )


def _split_columns(body: Body, offered: Sequence[str]) -> Sequence[str]:
    given = body.get("split_columns") or []
    if not isinstance(given, list) or any(each not in offered for each in given):
        raise Problem(Code.BAD_PARAMETER, "not offered by the sandbox: these split_columns")
    return given


def _by_day(cells: Sequence[report.Cell]) -> Sequence[Group]:
    return [(_names(cell), [cell]) for cell in cells]


def _by_placement(
    asked: ReportAsked, cells: Sequence[report.Cell], rows: Sequence[Place] | None = None
) -> Sequence[Group]:
    """Return these rows of the split report, or all of them."""
    found = places(asked.advertiser_id, cells) if rows is None else rows
    codes = codes_of_notes(asked.advertiser_id)
    groups: list[Group] = []
    for number, each in groupby(found, key=lambda row: row.cell):
        cell = cells[number]
        split = parts(cell, codes[cell.delivery.note_id])
        groups += [(_names(cell) | {"placement": f"{row.code}"}, [split[row.code]]) for row in each]
    return groups


def _by_note(asked: ReportAsked, by_day: Sequence[Group]) -> Sequence[Group]:
    """Put together what is of one note, and of one placement where it is split by that."""
    found: dict[tuple[str, ...], Group] = {}
    for names, cells in by_day:
        named = names | {"time": f"{asked.first} - {asked.last}"}
        found.setdefault(tuple(named.values()), (named, []))[1].extend(cells)
    return [found[key] for key in sorted(found)]


def _names(cell: report.Cell) -> dict[str, str]:
    return {"time": f"{cell.delivery.day}", "note_id": cell.delivery.note_id}


def _report_row(group: Group, *, as_of: date) -> dict[str, str]:
    names, cells = group
    counted = report.total(report.figures(cell, as_of=as_of) for cell in cells)
    return names | report.shown(counted)


def _note(note: Note) -> Answer:
    return {
        "note_id": note.note_id,
        "title": note.title,
        "image": address(f"/covers/{note.note_id}.svg"),
        "author": note.author,
        "create_time": int(note.created_at.timestamp()) * 1000,
        "note_type": note.source,
        "note_content_type": 2 if note.is_video else 1,
        "status": note.status,
    }


def _tokens(pair: Pair) -> Answer:
    return {
        "access_token": pair.access_token,
        "access_token_expires_in": pair.access_expires_in,
        "refresh_token": pair.refresh_token,
        "refresh_token_expires_in": pair.refresh_expires_in,
        "approval_role_type": 4,
        "scope": list(pair.scope),
    }


def _account(partner: Partner, pair: Pair) -> Answer:
    """Say whose the consent is: several advertisers of 聚光, or one account of 蒲公英."""
    if partner == "pgy":
        (account,) = pair.subjects
        return {
            "user_id": f"5f{account:022x}",
            "platform_type": 2,
            "approval_advertisers": [],
            "corporation_name": BY_PUGONGYING[account].corporation,
        }
    advertisers = [world_of(each).advertiser(each) for each in pair.subjects]
    return {
        "user_id": f"5f{advertisers[0].advertiser_id:022x}",
        "platform_type": 1,
        "approval_advertisers": [
            {"advertiser_id": a.advertiser_id, "advertiser_name": a.advertiser_name}
            for a in advertisers
        ],
        "corporation_name": advertisers[0].corporation,
    }


def _app(body: Body) -> Partner:
    """Return whose application this is; 聚光 and 蒲公英 share the endpoints."""
    partner = APPS.get((str(body.get("app_id")), str(body.get("secret"))))
    if partner is None:
        raise Problem(Code.BAD_APP, "app_id or secret is wrong")
    return partner


def token_of(request: HttpRequest, partner: Partner = "xhs") -> Token:
    text = request.headers.get("Access-Token", "")
    if not text:
        raise Problem(Code.BAD_ACCESS_TOKEN, "header Access-Token is missing")
    try:
        return state().access(partner, text)
    except Refused as refusal:
        raise Problem(Code.BAD_ACCESS_TOKEN, str(refusal)) from None


def approved_advertiser(token: Token, body: Body) -> int:
    advertiser_id = number(body, "advertiser_id", default=None, most=10**18)
    if advertiser_id not in token.subjects:
        raise Problem(Code.NOT_APPROVED, f"advertiser {advertiser_id} was not approved")
    return advertiser_id


def span_of(body: Body, *, longest: timedelta) -> tuple[date, date]:
    first, last = day_of(body, "start_date"), day_of(body, "end_date")
    if first > last:
        raise Problem(Code.BAD_PARAMETER, "start_date is after end_date")
    if last - first > longest:
        raise Problem(Code.BAD_PARAMETER, f"the span is longer than {longest.days + 1} days")
    return first, last


def day_of(body: Body, name: str) -> date:
    text = text_of(body, name)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise Problem(Code.BAD_PARAMETER, f"{name} is not a day like 2025-06-18")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(Code.BAD_PARAMETER, f"{name} is not a day of the calendar") from None


def _time_unit(body: Body) -> str:
    unit = body.get("time_unit", "DAY")
    if unit not in ("DAY", "SUMMARY"):
        raise Problem(Code.BAD_PARAMETER, "time_unit is neither DAY nor SUMMARY")
    return str(unit)


def text_of(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Problem(Code.BAD_PARAMETER, f"{name} is missing or no text")
    return value


def number(body: Body, name: str, *, default: int | None, most: int) -> int:
    """Read a whole number of at least 1, which may be written as text."""
    text = str(body.get(name, default))
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise Problem(Code.BAD_PARAMETER, f"{name} is missing or not a number from 1 to {most}")
    return int(text)


def _body(request: HttpRequest) -> Body:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Problem(Code.BAD_PARAMETER, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Problem(Code.BAD_PARAMETER, "the body is not a JSON object")
    return body


def envelope(code: Code, msg: str, answer: Answer) -> JsonResponse:
    return JsonResponse(
        {
            "code": int(code),
            "success": code == Code.OK,
            "msg": msg,
            "data": answer,
            "request_id": secrets.token_hex(16),
        },
        json_dumps_params={"ensure_ascii": False},
    )
