"""What a person sees: the start page, Tmall's item and store pages, pictures."""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.lib.days import known_now
from portal.sandbox.accounts import BY_SID, ITEMS, SELLERS
from portal.sandbox.generated import generated
from portal.sandbox.shelf import listing
from portal.sandbox.truth import Note, world
from portal.sandbox.worlds import world_of


@dataclass(frozen=True, slots=True)
class Palette:
    ground: str
    soft: str
    deep: str


# One family of three for each seller, so that a brand's notes look related.
PALETTES = (
    ("#F6E7E1 #EFB8A5 #A63A2B", "#E4ECE9 #9CC7BC #2F6B62", "#F9E4E6 #F0A9B2 #C04A5C"),
    ("#E9EEF4 #A9C0DC #35567F", "#EDF1E4 #BCCB96 #5F7433", "#F3ECF6 #CDB2DB #6B4A8E"),
    ("#E6EEE6 #9DBF9F #2E5B3A", "#F4EBDD #DDBD86 #8A5A1C", "#E3ECF1 #93B9CC #24566F"),
    ("#F3EBDF #D9B98C #7A4E22", "#EFE9E4 #C5AFA0 #5C4033", "#E9EDE0 #B4BF93 #56632F"),
)


def address(path: str) -> str:
    """Return a page's full address: the same whatever name its caller used for this machine."""
    return f"http://localhost:{settings.SANDBOX_PORT}{path}"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    context = {"now": known_now(), "seed": world().seed, "sellers": SELLERS}
    return render(request, "index.html", context)


@require_safe
def item(request: HttpRequest) -> HttpResponse:
    number = request.GET.get("id", "")
    found = listing(int(number)) if re.fullmatch(r"\d{1,15}", number, re.ASCII) else None
    if found is None:
        raise Http404
    seller = ITEMS[found.item.num_iid][0]
    return render(request, "item.html", {"item": found.item, "seller": seller})


@require_safe
def shop(request: HttpRequest, sid: int) -> HttpResponse:
    if sid not in BY_SID:
        raise Http404
    return render(request, "shop.html", {"seller": BY_SID[sid]})


@require_safe
def cover(request: HttpRequest, note_id: str) -> HttpResponse:
    made = generated()
    note = _notes().get(note_id) or (made.find_note(note_id) if made else None)
    if note is None:
        raise Http404
    family = world_of(note.advertiser_id).advertiser(note.advertiser_id).palette
    return _picture(request, family, note.motif, int(note_id[-4:], 16), is_video=note.is_video)


@require_safe
def item_picture(request: HttpRequest, num_iid: int) -> HttpResponse:
    if num_iid not in ITEMS:
        raise Http404
    seller, found = ITEMS[num_iid]
    return _picture(request, seller.palette, found.motif, num_iid)


@require_safe
def logo(request: HttpRequest, sid: int) -> HttpResponse:
    if sid not in BY_SID:
        raise Http404
    return _picture(request, BY_SID[sid].palette, "flower", 0)


@cache
def _notes() -> dict[str, Note]:
    return {note.note_id: note for notes in world().notes.values() for note in notes}


def _picture(
    request: HttpRequest, family: int, motif: str, variant: int, *, is_video: bool = False
) -> HttpResponse:
    colours = PALETTES[family][variant % len(PALETTES[family])]
    context = {"c": Palette(*colours.split()), "motif": motif, "is_video": is_video}
    response = render(request, "picture.svg", context, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response
