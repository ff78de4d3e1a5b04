"""Two things that hold for every page: private pages are not stored, and the admin has a scope."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from portal.lib.scope import Hat, scope

Handler = Callable[[HttpRequest], HttpResponse]

# unfold runs Alpine (new Function) and sets style attributes; inline scripts stay forbidden.
ADMIN_CSP = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


def private_pages(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def admin_scope(get_response: Handler) -> Handler:
    """Run platform staff's admin pages in the admin's scope, rendering included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return get_response(request)
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
