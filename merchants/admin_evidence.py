"""How platform staff look at evidence: one file at a time, and each look is recorded."""

from dataclasses import dataclass

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
from merchants.models import AccessKind, Application, Evidence


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


@dataclass(frozen=True, slots=True)
class FrozenPiece:
    """A file as it was handed in with an application, and the one that replaced it since."""

    piece: Evidence
    url: str
    sha256: str
    day: str


def frozen(application: Application) -> list[FrozenPiece]:
    """Return what was in force when the application was handed in, in the order of its uploads."""
    handed_in = {each["id"]: each for each in application.evidence}
    pieces = Evidence.objects.filter(pk__in=handed_in, store=application.store_id).newest_first()
    return [
        FrozenPiece(
            piece, file_url(piece), handed_in[piece.pk]["sha256"], handed_in[piece.pk]["day"]
        )
        for piece in reversed(pieces)
    ]
