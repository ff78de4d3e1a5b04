"""The form that takes in a file of figures for one store."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.sheets import SheetForm

ACCEPTED = ".csv,.xls,.xlsx"


class ImportForm(SheetForm):
    store = forms.TypedChoiceField(
        label=_("Store"),
        coerce=int,
        help_text=_("All rows of the file are of this one store."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("As it was downloaded: CSV, XLSX or XLS, at most 20 MB"),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty: it has 0 bytes."),
        },
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
    )
