"""The files of the result pages: at once, or made in the background where they are long."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.described import body_of, described
from campaigns.api.endpoint import Endpoint, as_page, key_scope, member_of, needs
from campaigns.api.errors import Invalid
from campaigns.api.metrics import QUESTIONS, direct_form, line_asked, star_form
from campaigns.api.questions import (
    OF_THE_PAGE,
    AnyQuestion,
    DirectQuestion,
    LineForm,
    StarQuestion,
)
from campaigns.api.repeatable import repeatable
from campaigns.api.shapes import ExportShape
from campaigns.exports import files, services
from campaigns.exports.files import file_of
from campaigns.models import Export, ExportKind
from campaigns.results.metrics import Line
from campaigns.views.exports import make_soon, taken
from campaigns.views.sheets import file_answer
from merchants.access_events import record
from merchants.models import AccessKind, ApiScope
from merchants.services import Refused
from portal.lib import days
from portal.lib.sheets import WRITERS

ACCEPTED = 202
FILE = {
    (200, content_type): OpenApiTypes.BINARY for _kind, (_write, content_type) in WRITERS.items()
}


class FileEndpoint(Endpoint):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return JSONRenderer(), JSONRenderer.media_type  # of refusals: a file has its own type


class MetricsExport(FileEndpoint):
    """The file of the result page; its rows are asked for by `dimension`, as in the query."""

    @described(_("Figures as a file"), FILE, asks=QUESTIONS, without=OF_THE_PAGE)
    @needs(ApiScope.METRICS)
    def get(self, request: Request, kind: str) -> HttpResponse:
        what, form = _question(request, request.query_params, kind)
        file = file_of(what, member_of(request), form)
        if file.rows > files.AT_ONCE:
            told = {"n": f"{file.rows:,}"}
            raise Refused(_t("The file would have %(n)s rows: POST the question here.") % told)
        name = f"{file.name}.{kind}"
        record(as_page(request), AccessKind.EXPORT, store=file.store, what=name)
        return file_answer(file.lines, kind, name, made=file.moment)

    @described(
        _("Have a long file made"),
        ExportShape,
        body=body_of(LineForm, DirectQuestion, StarQuestion, without=OF_THE_PAGE),
        status=ACCEPTED,
        named="ask_for_export",
    )
    @needs(ApiScope.METRICS, calls_partner=True)  # the answer is kept outside of any scope
    @repeatable
    def post(self, request: Request, kind: str) -> Response:
        if not isinstance(request.data, Mapping):
            raise Invalid([{"field": "", "message": _t("A question is a JSON object.")}])
        with key_scope(request):
            what, form = _question(request, request.data, kind)
            export = services.ask_for(member_of(request), what, form, kind)
            make_soon(export)
            return Response(_told(request, export), ACCEPTED)


class OneExport(Endpoint):
    @described(_("How far an export is"), ExportShape, named="export")
    @needs(ApiScope.METRICS)
    def get(self, request: Request, export_pk: int) -> Response:
        exports = Export.objects.seen_by(member_of(request))
        return Response(_told(request, get_object_or_404(exports, pk=export_pk)))


class ExportFile(FileEndpoint):
    @described(_("The file of an export"), FILE, named="export_file")
    @needs(ApiScope.METRICS)
    def get(self, request: Request, export_pk: int) -> Any:
        return taken(as_page(request), export_pk)


def _question(
    request: Request, asked: Mapping[str, Any], kind: str
) -> tuple[ExportKind, AnyQuestion]:
    if kind not in WRITERS:
        raise Http404
    if line_asked(asked) is Line.STAR:
        return ExportKind.STAR, star_form(request, asked)
    return ExportKind.RESULTS, direct_form(request, asked)


def _told(request: Request, export: Export) -> dict[str, Any]:
    is_there = export.is_ready and export.expires_at > days.known_now()
    path = reverse("api:export_file", args=[export.pk])
    told: dict[str, Any] = ExportShape(export).data
    return told | {"file": request.build_absolute_uri(path) if is_there else None}
