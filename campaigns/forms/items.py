"""How the list of items is narrowed; what can't be read narrows nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.links.shelf import found_by
from campaigns.models import ItemStatus
from campaigns.models.item import ItemQuerySet

LINKED = "linked"
STATES = [("", _("All items")), *ItemStatus.choices, (LINKED, _("With links"))]


class ItemFilter(forms.Form):
    q = forms.CharField(required=False, max_length=500)
    state = forms.ChoiceField(required=False, choices=STATES)

    @property
    def narrows(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, items: ItemQuerySet) -> ItemQuerySet:
        self.full_clean()
        items = found_by(items, self.cleaned_data.get("q", "")).with_links()
        state = self.cleaned_data.get("state")
        if state == LINKED:
            return items.linked()
        return items.filter(status=state) if state else items
