"""What a person fills in to attach a link: read strictly, judged by the rules elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.links.rules import Wish
from campaigns.models import LinkText
from portal.lib.destinations import BadDestination, parse_destination


class AttachForm(forms.Form):
    """A pasted address goes before an item that was picked."""

    q = forms.CharField(required=False, max_length=500)
    item = forms.CharField(required=False, max_length=15)
    address = forms.CharField(required=False, strip=False)
    text = forms.ChoiceField(choices=LinkText, initial=LinkText.BUY_THE_SAME)
    is_marked_as_ad = forms.BooleanField(required=False)
    vouches_for_domain = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = self.cleaned_data
        pasted, picked = cleaned.get("address"), cleaned.get("item")
        if "address" in self.errors or "item" in self.errors:
            return cleaned
        if not pasted and not picked:
            self.add_error("address", _("Pick an item or paste an address."))
            return cleaned
        try:
            cleaned["destination"] = parse_destination(pasted or picked or "")
        except BadDestination as problem:
            self.add_error("address" if pasted else "item", str(problem))
        return cleaned

    @property
    def chosen_text(self) -> str:
        chosen = self.cleaned_data.get("text")
        return str(LinkText(chosen).label) if chosen else ""

    def wish(self, *, by_owner: bool) -> Wish:
        """Return what was asked for; only an owner's word counts for a store's address."""
        return Wish(
            destination=self.cleaned_data["destination"],
            text=LinkText(self.cleaned_data["text"]),
            is_marked_as_ad=self.cleaned_data["is_marked_as_ad"],
            vouches_for_domain=self.cleaned_data["vouches_for_domain"] and by_owner,
        )


class ReplaceForm(forms.Form):
    item = forms.RegexField(
        r"\A[1-9][0-9]{5,14}\Z", error_messages={"required": _("Pick an item first.")}
    )
