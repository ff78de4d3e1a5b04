"""Every refusal of the API in one form; see `portal.lib.problems`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from campaigns.links.ground import NotAttachable
from merchants.api_keys import CallUnderWay
from merchants.models import IllegalMove
from merchants.services import Refused
from portal.lib.problems import MEDIA_TYPE, problem

UNPROCESSABLE = 422
WORDS: Mapping[type[Exception], Any] = {  # Any: sentences that are translated when they are told
    exceptions.NotAuthenticated: _("Send your key as Authorization: Bearer rc_…"),
    exceptions.AuthenticationFailed: _("The key is unknown, revoked or expired."),
    exceptions.MethodNotAllowed: "",
    exceptions.NotAcceptable: "",
    exceptions.ParseError: "",
    exceptions.UnsupportedMediaType: "",
    exceptions.Throttled: _("Wait as many seconds as Retry-After says."),
}


class Invalid(Exception):
    """What was asked can't be used; `errors` say which field and why."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def require_known(sent: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names that nobody reads: a filter that is misspelt would be none."""
    if unknown := sorted(set(sent) - set(known)):
        said = _t("There is no such parameter or field.")
        raise Invalid([{"field": name, "message": said} for name in unknown])


def require_valid(form: BaseForm) -> None:
    """Refuse a form that can't be used, field by field, under the names that were sent."""
    if not form.is_valid():
        sent = {name: form.add_prefix(name) for name in form.fields}
        told = [(sent.get(name, ""), each) for name, found in form.errors.items() for each in found]
        raise Invalid([{"field": name, "message": str(each)} for name, each in told])


def answer_of(failure: Exception, context: dict[str, Any]) -> Response | None:  # as DRF calls it
    """Return the problem as an answer; None for what is a bug and must crash."""
    if isinstance(failure, Invalid):
        return _answer(UNPROCESSABLE, errors=failure.errors)
    if isinstance(failure, NotAttachable):
        errors = [{"field": "", "message": reason} for reason in failure.reasons]
        return _answer(UNPROCESSABLE, errors=errors)
    if isinstance(failure, Refused | IllegalMove):
        return _answer(UNPROCESSABLE, str(failure))
    if isinstance(failure, CallUnderWay):
        return _answer(409, _t("This Idempotency-Key is in use by a request that is not done yet."))
    if isinstance(failure, Http404):
        return _answer(404)
    if isinstance(failure, PermissionDenied):
        return _answer(403, str(failure))
    if not isinstance(failure, exceptions.APIException):
        return None
    headers = {}
    if header := getattr(failure, "auth_header", ""):
        headers["WWW-Authenticate"] = header
    if wait := getattr(failure, "wait", None):
        headers["Retry-After"] = str(int(wait))
    said = WORDS.get(type(failure), failure.detail)
    return _answer(failure.status_code, str(said), headers=headers)


def _answer(
    status: int,
    detail: str = "",
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body = problem(status, detail, errors=errors or ())
    return Response(body, status, headers=headers, content_type=MEDIA_TYPE)
