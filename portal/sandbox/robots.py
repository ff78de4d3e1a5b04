"""Group robots of three platforms, as far as one is told whether a message would be taken.

Each group takes messages that hold the word 红猫; one that is signed must be signed with SECRET.
"""

import base64
import hashlib
import hmac
import json
import time

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

SECRET = b"SECsandbox"
WORD = "红猫"
HOUR = 3600


@require_POST
def dingtalk(request: HttpRequest) -> JsonResponse:
    moment = request.GET.get("timestamp", "")
    if moment and not _is_signed(moment, 1000, SECRET, request.GET.get("sign", "")):
        return JsonResponse({"errcode": 310000, "errmsg": "sign not match"})
    return _by_errcode(request, 310000)


@require_POST
def wecom(request: HttpRequest) -> JsonResponse:
    return _by_errcode(request, 40008)


@require_POST
def feishu(request: HttpRequest, token: str) -> JsonResponse:
    said = _json(request)
    moment = str(said.get("timestamp", ""))
    if moment and not _is_signed(moment, 1, None, str(said.get("sign", ""))):
        return JsonResponse({"code": 19021, "msg": "sign match fail or timestamp is not in range"})
    if said.get("msg_type") != "post" or WORD not in str(said.get("content")):
        return JsonResponse({"code": 19024, "msg": "Key Words Not Found"})
    return JsonResponse({"code": 0, "StatusCode": 0, "StatusMessage": "success", "msg": "success"})


def _by_errcode(request: HttpRequest, wrong: int) -> JsonResponse:
    said = _json(request)
    if said.get("msgtype") != "text" or WORD not in str(said.get("text")):
        return JsonResponse({"errcode": wrong, "errmsg": "keywords not in content"})
    return JsonResponse({"errcode": 0, "errmsg": "ok"})


def _json(request: HttpRequest) -> dict[str, object]:
    try:
        said = json.loads(request.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _is_signed(moment: str, per_second: int, key: bytes | None, sign: str) -> bool:
    """Check the signature: with the secret as the key, or with all of it as the key of nothing."""
    if not moment.isdecimal() or abs(int(moment) / per_second - time.time()) > HOUR:
        return False
    said = moment.encode() + b"\n" + SECRET
    mac = hmac.new(key, said, hashlib.sha256) if key else hmac.new(said, b"", hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(mac.digest()), sign.encode())
