"""Faults of a whole answer: its status, its envelope, its clock, or the way it travels."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from portal.sandbox.bad_rows import restated
from portal.sandbox.questions import PARTNERS
from portal.sandbox.scene import Scene
from portal.sandbox.state import Refused, state
from portal.sandbox.top_asked import MOMENT

BY_PROXY = "X-Sandbox-Fault"  # what portal.sandbox.proxy does with the answer
MEGABYTE = 1024 * 1024
LOGIN = "<html><title>登录</title><body>请先登录</body></html>"

Answer = HttpResponse | StreamingHttpResponse


def rate_limited(scene: Scene) -> Answer:
    """429: to be waited for `seconds`, or until a `date` so many seconds on, or not said."""
    answer = HttpResponse(status=429)
    if "seconds" in scene.args:
        answer["Retry-After"] = str(scene.args["seconds"])
    if "date" in scene.args:
        answer["Retry-After"] = _moment(timedelta(seconds=scene.args["date"]))
    return answer


def top_limited(scene: Scene) -> Answer:
    sub_msg = f"This ban will last for {scene.args.get('seconds', 1)} more seconds"
    sub_code = "accesscontrol.limited-by-api-access-count"
    return _top_error(7, "App Call Limited", sub_code, sub_msg)


def isp_error(scene: Scene) -> Answer:
    return _top_error(15, "Remote service error", "isp.remote-service-timeout", "服务超时")


def isv_error(scene: Scene) -> Answer:
    sub_code = str(scene.args.get("sub_code", "isv.invalid-parameter"))
    return _top_error(41, "Invalid arguments", sub_code, "参数错误")


def server_error(scene: Scene) -> Answer:
    return HttpResponse(status=scene.args.get("status") or scene.rng.choice([500, 502, 503, 504]))


def token_expired(scene: Scene) -> Answer:
    if scene.call.partner == "top":
        return _top_error(27, "Invalid session", "invalid-sessionkey", "expired")
    if scene.args.get("status") == 401:
        return HttpResponse(status=401)
    return _refusal(10401, "access token expired")


def old_token(scene: Scene) -> Answer:
    """Every token from before the plan is dead, for all who bear it; one renewed since is good."""
    with suppress(Refused):
        partner = PARTNERS[scene.call.partner]
        if state().issued_at(partner, scene.question.token) >= scene.since:
            return scene.answer
    return token_expired(scene)


def orders_late(scene: Scene) -> Answer:
    """Tmall's orders of the last `hours` are not told yet; its refunds are."""
    start, end = (str(scene.question.asked[f"{name}_modified"]) for name in ("start", "end"))
    hours = timedelta(hours=scene.args.get("hours", 12))
    earlier = f"{datetime.strptime(end, MOMENT) - hours:{MOMENT}}"  # noqa: DTZ007  both are GMT+8
    return scene.question.again(end_modified=max(start, earlier))


def forged_callback(scene: Scene) -> Answer:
    """Send the person back with another `value` for one `name` of the answer."""
    if not (target := scene.answer.get("Location")):
        return scene.answer
    parts = urlsplit(target)
    told = dict(parse_qsl(parts.query)) | {scene.args["name"]: scene.args["value"]}
    scene.answer["Location"] = parts._replace(query=urlencode(told)).geturl()
    return scene.answer


def refresh_refused(scene: Scene) -> Answer:
    if scene.call.partner == "top":
        return JsonResponse({"error": "invalid_grant", "error_description": "withdrawn"})
    return _refusal(10411, "refresh token expired")


def refused(scene: Scene) -> Answer:
    return _refusal(10403, "not approved")


def html_page(scene: Scene) -> Answer:
    return HttpResponse(LOGIN)


def cut_json(scene: Scene) -> Answer:
    content = scene.answer.content
    return HttpResponse(content[: len(content) // 2], content_type="application/json")


def gzip_bomb(scene: Scene) -> Answer:
    answer = HttpResponse(_bomb(scene.args.get("megabytes", 100)), content_type="application/json")
    answer["Content-Encoding"] = "gzip"
    return answer


def huge_page(scene: Scene) -> Answer:
    def blanks() -> Iterator[bytes]:
        for _each in range(scene.args.get("megabytes", 500)):
            yield b" " * MEGABYTE

    return StreamingHttpResponse(blanks(), content_type="application/json")


def clock(scene: Scene) -> Answer:
    """Answer by a clock that is off by `minutes`."""
    scene.answer["Date"] = _moment(timedelta(minutes=scene.args.get("minutes", 11)))
    return scene.answer


def stale(scene: Scene) -> Answer:
    """Answer as `minutes` ago, when less was known: by `factor`."""
    answer = restated(scene)
    answer["Date"] = _moment(-timedelta(minutes=scene.args.get("minutes", 5)))
    return answer


def odd_envelope(scene: Scene) -> Answer:
    """Answer with a total that is no number."""
    content = json.loads(scene.answer.content)
    content["data"]["total_count"] = scene.args.get("total", "many")
    return JsonResponse(content)


def by_proxy(fault: str) -> Callable[[Scene], Answer]:
    def mark(scene: Scene) -> Answer:
        scene.answer[BY_PROXY] = fault
        return scene.answer

    return mark


def _top_error(code: int, msg: str, sub_code: str, sub_msg: str) -> Answer:
    error = {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}
    return JsonResponse({"error_response": error | {"request_id": "fault"}})


def _refusal(code: int, msg: str) -> Answer:
    return JsonResponse(
        {"code": code, "success": False, "msg": msg, "data": {}, "request_id": "fault"}
    )


def _moment(away: timedelta) -> str:
    return format_datetime(datetime.now(UTC) + away, usegmt=True)


@cache
def _bomb(megabytes: int) -> bytes:
    return gzip.compress(bytes(megabytes * MEGABYTE))
