"""Refusals of the API as `application/problem+json` (RFC 9457), in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MEDIA_TYPE = "application/problem+json"
Problem = dict[str, Any]  # as it goes to JSON
TITLES: "Mapping[int, StrOrPromise]" = {
    HTTPStatus.BAD_REQUEST: _("The request can't be read"),
    HTTPStatus.UNAUTHORIZED: _("No valid API key"),
    HTTPStatus.FORBIDDEN: _("Not allowed"),
    HTTPStatus.NOT_FOUND: _("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: _("This address does not answer this method"),
    HTTPStatus.NOT_ACCEPTABLE: _("Only JSON is answered here"),
    HTTPStatus.CONFLICT: _("Someone else is at it"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The request is too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("Only JSON is read here"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("This can't be done as asked"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too many calls"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong on our side"),
}


def problem(status: int, detail: str = "", *, errors: Sequence[Mapping[str, str]] = ()) -> Problem:
    """Return the body; `errors` name the field and the message of what was sent wrongly."""
    told: Problem = {
        "type": "about:blank",
        "title": str(TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
    }
    if detail:
        told["detail"] = detail
    if errors:
        told["errors"] = list(errors)
    return told


def problem_answer(status: int) -> HttpResponse:
    return JsonResponse(problem(status), status=status, content_type=MEDIA_TYPE)
