"""The only way to answer htmx: a page, or its named partial."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import Engine
from django.template.context import make_context
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


def wants_fragment(request: HtmxRequest) -> bool:
    """Boosted links and history restores come from htmx too, but need the whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HtmxRequest,
    template: str,
    context: dict[str, Any],  # whatever the template is given
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or only its partial named `fragment` when htmx asks for it.

    Django's context holds itself, and with it all that a page was made of, until garbage is
    collected: here it lets go at once of what may be thousands of figures.
    """
    partial = fragment and wants_fragment(request)
    name = f"{template}#{fragment}" if partial else template
    filled = make_context(context, request)
    response = HttpResponse(Engine.get_default().get_template(name).render(filled), status=status)
    filled.dicts.clear()
    patch_vary_headers(response, ["HX-Request"])
    return response
