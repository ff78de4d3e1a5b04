"""A reader's tap: written down, then sent on to Tmall. Public, and never an error."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.jump.agents import is_robot, system_of
from campaigns.jump.macros import read_macros
from campaigns.models import Click, Link, LinkStatus
from campaigns.models.link import CODE
from merchants.models import StoreStatus
from portal.lib import days
from portal.lib.destinations import STORE, BadDestination, Destination
from portal.lib.scope import Hat, scope


@login_not_required
@require_safe
def jump(request: HttpRequest, code: str) -> HttpResponse:
    with scope(Hat.NIGHT):
        link = _find(code)
        destination = _open_destination(link) if link else None
        if link and destination:
            _write_down(request, link)
    response = (
        HttpResponseRedirect(destination.h5_url) if destination else _stop_page(request, link)
    )
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _find(code: str) -> Link | None:
    if not CODE.fullmatch(code):
        return None
    return Link.objects.select_related("store").with_suspension().filter(code=code).first()


def _open_destination(link: Link) -> Destination | None:
    takes_part = link.store.status == StoreStatus.APPROVED and not link.is_suspended
    return link.destination if takes_part and link.status == LinkStatus.LIVE else None


def _write_down(request: HttpRequest, link: Link) -> None:
    Click.objects.create(
        brand_id=link.brand_id,
        store_id=link.store_id,
        link=link,
        at=days.known_now(),
        system=system_of(request.headers.get("User-Agent", "")),
        is_bot=is_robot(request.method or "", request.headers),
        **read_macros(request.META.get("QUERY_STRING", "")),
    )


def _stop_page(request: HttpRequest, link: Link | None) -> HttpResponse:
    if link is None:
        return render(request, "campaigns/jump_stop.html", {}, status=404)
    status = 410 if link.status == LinkStatus.ENDED else 200
    context = {
        "link": link,
        "is_ended": status == 410,
        "store_url": _public_address(link.store.domain),
    }
    return render(request, "campaigns/jump_stop.html", context, status=status)


def _public_address(domain: str) -> str:
    try:
        return Destination(STORE, shop=domain).canonical_url
    except BadDestination:
        return ""
