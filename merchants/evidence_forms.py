"""The form that uploads evidence, and the folders on which a store's page shows what is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from merchants.evidence import LARGEST, Stated
from merchants.models import Evidence, EvidenceKind
from portal.lib import days, documents

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

ACCEPTED = ",".join(documents.ENDINGS)


class EvidenceForm(forms.Form):
    """A file for one kind of evidence; `pieces` are those that it may replace."""

    file = forms.FileField(
        label=_("file"),
        help_text=_("PDF, PNG, JPEG or WebP, at most 20 MB"),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty: it has 0 bytes."),
        },
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
    )
    valid_until = forms.DateField(
        label=_("valid until"),
        required=False,
        help_text=_("As the paper says; empty where it says nothing."),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
    replaces = forms.TypedChoiceField(
        label=_("takes the place of"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(
        self,
        posted: "QueryDict | None" = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        kind: EvidenceKind,
        pieces: Sequence[Evidence],
    ) -> None:
        super().__init__(posted, files, auto_id=f"{kind}_%s")
        self.kind = kind
        self.pieces = {piece.pk: piece for piece in pieces}
        choices = [("", _("Nothing, it is a further file")), *self.pieces.items()]
        self.fields["replaces"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file

    def clean_valid_until(self) -> date | None:
        until: date | None = self.cleaned_data["valid_until"]
        if until and until < days.today():
            raise forms.ValidationError(_("This day has passed."))
        return until

    @property
    def stated(self) -> Stated:
        replaced = self.pieces.get(self.cleaned_data["replaces"])
        return Stated(self.kind, self.cleaned_data["valid_until"], replaced)


@dataclass(frozen=True, slots=True)
class Folder:
    kind: EvidenceKind
    pieces: Sequence[Evidence]
    form: EvidenceForm


def folders(pieces: Sequence[Evidence], *, tried: EvidenceForm | None = None) -> list[Folder]:
    """Sort a store's evidence by kind, each with its form; `tried` is the one to show again."""
    found = []
    for kind in EvidenceKind:
        own = [piece for piece in pieces if piece.kind == kind]
        current = [piece for piece in own if not piece.replaced_by]
        again = tried if tried and tried.kind == kind else None
        found.append(Folder(kind, own, again or EvidenceForm(kind=kind, pieces=current)))
    return found
