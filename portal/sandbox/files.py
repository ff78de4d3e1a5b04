"""The exports that a person downloads from the consoles, for a seller as known on a day."""

import re
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_safe

from portal.lib.days import today
from portal.sandbox.accounts import BY_USER_ID
from portal.sandbox.file_quirks import QUIRKS, WRITERS, written
from portal.sandbox.file_rows import ROWS, Span
from portal.sandbox.truth import FIRST_DAY, world

DAYS = timedelta(days=30)
LONGEST = timedelta(days=180)


@require_safe
def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """`?seller_id=&as_of=&from=&to=&window=&quirks=a,b`; see QUIRKS for what may be asked."""
    seller_id = request.GET.get("seller_id", "")
    if not re.fullmatch(r"\d{1,12}", seller_id, re.ASCII) or int(seller_id) not in BY_USER_ID:
        raise Http404
    if name not in ROWS or kind not in WRITERS:
        raise Http404
    quirks = set(filter(None, request.GET.get("quirks", "").split(",")))
    try:
        span = _span(request)
        _check(quirks)
    except ValueError as error:
        return HttpResponseBadRequest(str(error))
    lines = list(ROWS[name](BY_USER_ID[int(seller_id)], span))
    if not lines:
        return HttpResponseBadRequest("nothing is known of these days")
    write, content_type = WRITERS[kind]
    rows = written(lines, quirks, seed=f"{world().seed}/{name}/{seller_id}")
    headers = {"Content-Disposition": f'attachment; filename="{name}-{span.as_of}.{kind}"'}
    return HttpResponse(write(rows, quirks), content_type=content_type, headers=headers)


def _span(request: HttpRequest) -> Span:
    as_of = date.fromisoformat(request.GET.get("as_of", f"{today()}"))
    last = date.fromisoformat(request.GET.get("to", f"{as_of - timedelta(days=1)}"))
    first = date.fromisoformat(request.GET.get("from", f"{max(FIRST_DAY, last - DAYS)}"))
    window = request.GET.get("window", "30")
    if as_of > today() or not first <= last or last - first > LONGEST:
        raise ValueError("as_of is to come, or the span is none of at most 180 days")
    if window not in ("15", "30"):
        raise ValueError("window is neither 15 nor 30")
    return Span(first, last, as_of, int(window))


def _check(quirks: set[str]) -> None:
    if unknown := quirks - set(QUIRKS):
        raise ValueError(f"no such quirks: {', '.join(sorted(unknown))}")
