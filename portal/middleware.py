"""What holds for every page: none is stored, all can be read and traced; the admin has a scope."""

from collections.abc import Callable

import pghistory
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

from portal.lib.logs import log_ids
from portal.lib.problems import MEDIA_TYPE, problem_answer
from portal.lib.scope import Hat, scope
from portal.lib.stack import with_room
from portal.lib.trail import trail_of

Handler = Callable[[HttpRequest], HttpResponse]

# unfold runs Alpine (new Function) and sets style attributes; inline scripts stay forbidden.
ADMIN_CSP = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


def roomy_requests(get_response: Handler) -> Handler:
    """Give every request a stack that its loops don't fall off."""
    return with_room(get_response)


def packed_pages(get_response: Handler) -> Handler:
    """Send a page that was asked for packed: the HTML of a table is a tenth of itself then.

    What answers a POST may show a secret once and stays as it is; the length of the others is
    blurred, so that nobody guesses at their content by how well it packs.
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if request.method == "GET" and is_page:
            gzip.process_response(request, response)
        return response

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """Keep every answer out of caches: a stranger's may hold a consent's code or a reset key."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def problems_of_the_api(get_response: Handler) -> Handler:
    """Answer a program in its own form also where no endpoint was reached, or one crashed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path_info.startswith("/api/") or response.status_code < 400:
            return response
        told = response.get("Content-Type") == MEDIA_TYPE
        return response if told else problem_answer(response.status_code)

    return middleware


def nameless_jumps(get_response: Handler) -> Handler:
    """Take no cookie to a jump: who taps is a reader, and a session would want the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/j/"):
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return middleware


def readable_requests(get_response: Handler) -> Handler:
    """Refuse charsets that no page of ours sends; Django breaks on some that Python knows."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            raise BadRequest("The request is not in UTF-8.")
        return get_response(request)

    return middleware


def bounded_requests(get_response: Handler) -> Handler:
    """Refuse what is larger than any form of ours by its head alone, before a byte is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.LARGEST_REQUEST:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


def trailed_requests(get_response: Handler) -> Handler:
    """Keep with each change of a row who asked for it, from where, and by which request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        trail = request.trail = trail_of(request)  # type: ignore[attr-defined]  # read by records
        with pghistory.context(**trail.kept()), log_ids(request=trail.request):
            response = get_response(request)
        response["X-Request-ID"] = trail.request
        return response

    return middleware


def admin_scope(get_response: Handler) -> Handler:
    """Run platform staff's admin pages in the admin's scope, rendering included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return get_response(request)
        # PostgreSQL takes none, and Django asks it; the key of a change is a text
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address contains a NUL.")
        if not (request.user.is_authenticated and request.user.is_staff):
            response = get_response(request)
        else:
            with scope(Hat.ADMIN, user=request.user.pk):
                response = get_response(request)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
        response._csp_replace = ADMIN_CSP  # type: ignore[attr-defined]  # read by django-csp
        return response

    return middleware
