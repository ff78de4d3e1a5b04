"""A list by pages, the newest row first: each page names the cursor of the next."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.errors import require_known, require_valid

USUAL, MOST = 50, 200
LARGEST = 2**63 - 1
Row = TypeVar("Row", bound=Model)


class PageForm(forms.Form):
    cursor = forms.IntegerField(label=_("Cursor"), min_value=1, max_value=LARGEST, required=False)
    limit = forms.IntegerField(label=_("Rows"), min_value=1, max_value=MOST, required=False)


def page_of(
    request: Request,
    rows: QuerySet[Row],
    shape: Any,  # a serializer
    asked: forms.Form | None = None,
) -> Response:
    """Answer with the rows after the cursor; `next_cursor` is null on the last page.

    `asked` has read everything else that may be sent.
    """
    require_known(request.query_params, [*PageForm.base_fields, *(asked.fields if asked else ())])
    form = PageForm(request.query_params)
    require_valid(form)
    limit = form.cleaned_data["limit"] or USUAL
    if cursor := form.cleaned_data["cursor"]:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: limit + 1])
    page = found[:limit]
    following = str(page[-1].pk) if len(found) > limit else None
    return Response({"data": shape(page, many=True).data, "next_cursor": following})
