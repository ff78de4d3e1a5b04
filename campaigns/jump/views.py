"""Django's own door to `/j/<code>`: the same rules, the same spool. Public, and never an error."""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from campaigns.jump.alarm import tell_lost
from campaigns.jump.answers import Answer, answer_tap, answer_unknown
from campaigns.jump.asked import Asked, client_address
from campaigns.jump.spool import Spool, checked
from campaigns.jump.table import find_link
from campaigns.models.link import CODE
from portal.lib import days


@login_not_required
@require_safe
def jump(request: HttpRequest, code: str) -> HttpResponse:
    asked = _asked(request)
    link, is_sure = find_link(code) if CODE.fullmatch(code) else (None, True)
    if link is None:
        return _response(answer_unknown(asked, is_sure=is_sure))
    answer, line = answer_tap(asked, link, at=days.known_now())
    _keep(line)
    return _response(answer)


def _asked(request: HttpRequest) -> Asked:
    address = client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.headers.get("X-Forwarded-For"),
        settings.ALLAUTH_TRUSTED_PROXY_COUNT,
    )
    query = request.META.get("QUERY_STRING", "")
    return Asked(request.method or "", query, address, request.headers.get)


def _keep(line: str) -> None:
    spool = _spool(settings.SPOOL_DIR, os.getpid())
    if not spool.keep([checked(line)]):
        tell_lost(spool.lost)


@lru_cache(maxsize=1)
def _spool(folder: Path, process: int) -> Spool:
    return Spool(folder)


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers:
        response[name] = value
    return response
