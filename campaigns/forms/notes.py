"""How the list of notes is narrowed; what can't be read narrows nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import LinkStatus
from campaigns.models.link import OPEN
from campaigns.models.note import NoteQuerySet

WITHOUT = "none"
STATES = [
    ("", _("All")),
    (WITHOUT, _("No link")),
    *((status.value, status.label) for status in LinkStatus if status in OPEN),
]


class NoteFilter(forms.Form):
    q = forms.CharField(required=False, max_length=80)
    link = forms.ChoiceField(required=False, choices=STATES)

    @property
    def narrows(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, notes: NoteQuerySet) -> NoteQuerySet:
        self.full_clean()
        if q := self.cleaned_data.get("q"):
            notes = notes.named_like(q)
        link = self.cleaned_data.get("link")
        if link == WITHOUT:
            return notes.exclude(links__status__in=OPEN)
        # A note has one open link at most, so this repeats no note.
        return notes.filter(links__status=link) if link else notes
