"""The middleware that lets the sandbox's true answers go wrong as the plan says."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_http_methods

from portal.sandbox import bad_answers, bad_rows
from portal.sandbox.bad_answers import by_proxy
from portal.sandbox.plan import Call, Plan, read
from portal.sandbox.questions import Question
from portal.sandbox.scene import Scene, rows_of
from portal.sandbox.state import Refused, state

Answer = HttpResponse | StreamingHttpResponse

FAULTS: dict[str, Callable[[Scene], Answer]] = {
    fault.__name__: fault
    for fault in (
        *(bad_answers.rate_limited, bad_answers.top_limited, bad_answers.isp_error),
        *(bad_answers.isv_error, bad_answers.server_error, bad_answers.token_expired),
        *(bad_answers.refresh_refused, bad_answers.refused, bad_answers.html_page),
        *(bad_answers.cut_json, bad_answers.gzip_bomb, bad_answers.huge_page),
        *(bad_answers.clock, bad_answers.stale, bad_answers.odd_envelope),
        *(bad_answers.old_token, bad_answers.orders_late, bad_answers.forged_callback),
        *(bad_rows.page_again, bad_rows.rows_move, bad_rows.row_lost, bad_rows.endless),
        *(bad_rows.shuffled, bad_rows.same_id, bad_rows.late_rows, bad_rows.emptied),
        *(bad_rows.restated, bad_rows.cancelled, bad_rows.fen_for_yuan, bad_rows.odd),
        *(bad_rows.field_gone, bad_rows.field_renamed, bad_rows.foreign_rows),
        *(bad_rows.over_refunded, bad_rows.stuck),
    )
} | {
    name: by_proxy(name)
    for name in ("silent", "stall", "drip", "reset", "truncated", "short_length", "bad_gzip")
}


class Current:
    """The plan in force; the world is healthy without one."""

    def __init__(self) -> None:
        path = os.environ.get("SANDBOX_FAULTS")
        self.plan = read(json.loads(Path(path).read_text()), FAULTS) if path else Plan()


@cache
def current() -> Current:
    return Current()


@require_http_methods(["GET", "POST"])
def control(request: HttpRequest) -> JsonResponse | HttpResponseBadRequest:
    """Put a plan in force with a POST; tell how often each rule struck."""
    if request.method == "POST":
        try:
            current().plan = read(json.loads(request.body), FAULTS)
        except (ValueError, TypeError) as error:
            return HttpResponseBadRequest(f"not a plan: {error}")
    rules = current().plan.rules
    told = [{"fault": rule.fault, "seen": rule.seen, "hits": rule.hits} for rule in rules]
    return JsonResponse({"rules": told})


class Mischief:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Answer:
        plan = current().plan
        if not plan.rules or request.path.startswith("/world/"):
            return self.get_response(request)
        asked = _asked(request)
        call = _call(request, asked)
        question = Question(request, call.partner, asked, self.get_response)
        answer: Answer = self.get_response(request)
        pages = plan.pages_of(call)
        earlier = dict(pages)
        for rule, rng in plan.struck(call):
            if isinstance(answer, HttpResponse):
                scene = Scene(call, answer, rule.args, rng, earlier, question, plan.made_at)
                answer = FAULTS[rule.fault](scene)
        if isinstance(answer, HttpResponse):
            with suppress(ValueError):
                pages[call.page] = rows_of(json.loads(answer.content)) or []
        return answer


def _call(request: HttpRequest, asked: dict[str, object]) -> Call:
    partner = _partner(request.path)
    return Call(
        path=request.path,
        method=str(asked.get("method") or request.method),
        partner=partner,
        advertiser=_subject(request, partner, asked),
        day=_day(asked),
        page=int(str(asked.get("page_num") or asked.get("page_no") or asked.get("page") or 1)),
        split=_split(asked),
    )


def _split(asked: dict[str, object]) -> str:
    columns = asked.get("split_columns")
    return ",".join(map(str, columns)) if isinstance(columns, list) else ""


def _day(asked: dict[str, object]) -> str:
    """Return the day that is asked for; Tmall is asked for moments."""
    begins = ("start_date", "end_date", "start_modified", "start_time")
    return next((str(asked[name])[:10] for name in begins if asked.get(name)), "")


def _asked(request: HttpRequest) -> dict[str, object]:
    with suppress(ValueError):
        content = json.loads(request.body)
        if isinstance(content, dict):
            return content
    return {**request.GET.dict(), **QueryDict(request.body, encoding="utf-8").dict()}


def _partner(path: str) -> str:
    if path.startswith("/api/open/pgy"):
        return "pugongying"
    return "juguang" if path.startswith(("/api/", "/auth")) and path != "/authorize" else "top"


def _subject(request: HttpRequest, partner: str, asked: dict[str, object]) -> str:
    """Return whose answer it is: as asked, or else as the token says."""
    if asked.get("advertiser_id"):
        return str(asked["advertiser_id"])
    with suppress(Refused):
        if partner == "top":
            return str(state().access("top", str(asked.get("session", ""))).subjects[0])
        if partner == "pugongying":
            token = request.headers.get("Access-Token", "")
            return str(state().access("pgy", token).subjects[0])
    return ""
