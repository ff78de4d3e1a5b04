"""How platform staff look at evidence: one file at a time, and each look is recorded."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from merchants import evidence
from merchants.access_events import record
from merchants.models import AccessKind, Evidence


class EvidenceFiles(admin.ModelAdmin):  # type: ignore[type-arg]  # as unfold's own
    """Adds the page that answers with the file itself."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.file))
        own = path("<int:evidence_id>/file/", view, name="merchants_evidence_file")
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        piece = self.get_object(request, str(evidence_id))
        if not self.has_view_permission(request, piece):
            raise PermissionDenied
        if piece is None:
            raise Http404
        record(request, AccessKind.EVIDENCE, evidence=piece)
        return evidence.answer(piece)

    @admin.display(description=_("file"))
    def file_link(self, piece: Evidence) -> SafeString:
        return format_html('<a href="{}">{}</a>', file_url(piece), piece.name)


def file_url(piece: Evidence) -> str:
    return reverse("admin:merchants_evidence_file", args=[piece.pk])


def links(pieces: Any) -> list[tuple[Evidence, str]]:
    return [(piece, file_url(piece)) for piece in pieces]
