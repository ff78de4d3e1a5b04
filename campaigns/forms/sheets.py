"""The form that uploads a sheet for one store."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.translation import gettext_lazy as _

from campaigns.models import Verdict
from merchants.models import Store

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

ACCEPTED = ".csv,.xlsx"


class SheetForm(forms.Form):
    store = forms.TypedChoiceField(
        label=_("Store"),
        coerce=int,
        help_text=_("All rows of a sheet are about notes of this one store."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 20 MB"),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty: it has 0 bytes."),
        },
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
    )

    def __init__(
        self,
        posted: "QueryDict | None" = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        stores: Sequence[Store],
    ) -> None:
        super().__init__(posted, files)
        self.stores = {store.pk: store for store in stores}
        choices = list(self.stores.items())
        self.fields["store"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.LARGEST_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file

    @property
    def chosen_store(self) -> Store:
        return self.stores[self.cleaned_data["store"]]

    @property
    def path(self) -> Path:
        # the one upload handler in the settings writes every file to disk
        file = cast(TemporaryUploadedFile, self.cleaned_data["file"])
        return Path(file.temporary_file_path())

    @property
    def name(self) -> str:
        return self.cleaned_data["file"].name or ""


class VerdictFilter(forms.Form):
    show = forms.ChoiceField(required=False, choices=[("", _("All")), *Verdict.choices])

    @property
    def shown(self) -> str:
        return self.cleaned_data["show"] if self.is_valid() else ""
