"""Calls that may be sent again: with an `Idempotency-Key` the first answer is given again."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.endpoint import key_of, key_scope
from campaigns.api.errors import Invalid, answer_of
from merchants.api_keys import begin_call, forget_call, settle_call
from portal.lib.problems import MEDIA_TYPE

HEADER = "Idempotency-Key"
LONGEST = 200
Rest = ParamSpec("Rest")
Answers = Callable[Concatenate[Any, Request, Rest], Response]  # Any: the endpoint itself


def repeatable(method: Answers[Rest]) -> Answers[Rest]:
    """Do the same request once: refusals are kept too, crashes are not.

    Outside any scope, so that what is kept stands whatever becomes of the work.
    """

    @wraps(method)
    def wrapper(
        self: Any, request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> Response:
        name = request.headers.get(HEADER, "")
        if not name:
            return method(self, request, *args, **kwargs)
        if len(name) > LONGEST or not name.isprintable():
            raise Invalid([{"field": HEADER, "message": _("At most 200 printable characters.")}])
        asked = json.dumps([request.method, request.path, request.data], sort_keys=True)
        with key_scope(request):
            call = begin_call(key_of(request), name, asked)
        if call.status is not None:
            return _again(call.status, call.body)
        try:
            answer = method(self, request, *args, **kwargs)
        except Exception as failure:  # refusals are answers; what is none goes on, as if unasked
            refusal = answer_of(failure, {})
            if refusal is None:
                with key_scope(request):
                    forget_call(call)
                raise
            answer = refusal
        with key_scope(request):
            settle_call(call, answer.status_code, answer.data)
        return answer

    return wrapper


def _again(status: int, body: object) -> Response:
    is_refusal = status >= 400
    answer = Response(body, status, content_type=MEDIA_TYPE if is_refusal else None)
    answer["Idempotency-Replayed"] = "true"
    return answer
