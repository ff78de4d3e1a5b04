"""How the list of notes is narrowed; what can't be read narrows nothing."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignNote, LinkStatus, NoteKind, NoteSource
from campaigns.models.campaign import CampaignQuerySet
from campaigns.models.link import OPEN
from campaigns.models.note import NoteQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WITHOUT = "none"
STATES = [
    ("", _("All")),
    (WITHOUT, _("No link")),
    *((status.value, status.label) for status in LinkStatus if status in OPEN),
]
UNCONFIRMED = "unconfirmed"
SOURCES: "list[tuple[str, StrOrPromise]]" = [
    ("", _("All")),
    *((str(value), label) for value, label in NoteSource.choices),
    (UNCONFIRMED, _("Not confirmed by Juguang")),
]
KINDS: "list[tuple[str, StrOrPromise]]" = [
    ("", _("All")),
    *((str(value), label) for value, label in NoteKind.choices),
]


class NoteFilter(forms.Form):
    q = forms.CharField(required=False, max_length=80)
    link = forms.ChoiceField(required=False, choices=STATES)
    source = forms.ChoiceField(required=False, choices=SOURCES)
    kind = forms.ChoiceField(required=False, choices=KINDS)
    campaign: "forms.ModelChoiceField[Campaign]" = forms.ModelChoiceField(
        required=False, queryset=Campaign.objects.none()
    )
    tag = forms.CharField(required=False, max_length=30)

    def __init__(self, *args: Any, campaigns: CampaignQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Campaign]", self.fields["campaign"])
        field.queryset = campaigns

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())

    def apply(self, notes: NoteQuerySet) -> NoteQuerySet:
        self.full_clean()
        if q := self.cleaned_data.get("q"):
            notes = notes.named_like(q)
        notes = self._of_a_kind(notes)
        link = self.cleaned_data.get("link")
        if link == WITHOUT:
            return notes.exclude(links__status__in=OPEN)
        # A note has one open link at most, so this repeats no note.
        return notes.filter(links__status=link) if link else notes

    def _of_a_kind(self, notes: NoteQuerySet) -> NoteQuerySet:
        """Narrow by what the note is and where it belongs."""
        asked = self.cleaned_data
        if asked.get("source") == UNCONFIRMED:
            notes = notes.unconfirmed()
        elif asked.get("source"):
            notes = notes.filter(source=asked["source"])
        if asked.get("kind"):
            notes = notes.filter(kind=asked["kind"])
        if asked.get("tag"):
            notes = notes.tagged(asked["tag"].strip())
        if asked.get("campaign"):
            rows = CampaignNote.objects.present().filter(campaign=asked["campaign"])
            notes = notes.filter(pk__in=rows.values("note"))
        return notes
