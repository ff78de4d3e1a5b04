"""What a person fills in to attach a link: read strictly, judged by the rules elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.links.rules import Wish
from campaigns.models import BuyingMode, Link, LinkPosition, LinkText
from portal.lib.destinations import BadDestination, parse_destination


class AttachForm(forms.Form):
    """A pasted address goes before an item that was picked."""

    q = forms.CharField(required=False, max_length=500)
    item = forms.CharField(required=False, max_length=15)
    address = forms.CharField(required=False, strip=False)
    text = forms.ChoiceField(choices=LinkText, initial=LinkText.BUY_THE_SAME)
    position = forms.ChoiceField(choices=LinkPosition, initial=LinkPosition.CAPSULE, required=False)
    buying_mode = forms.ChoiceField(choices=BuyingMode, initial=BuyingMode.CID, required=False)
    shares_health = forms.BooleanField(required=False)
    contest = forms.CharField(required=False, max_length=300)
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

    def wish(self, *, by_owner: bool, is_draft: bool = False) -> Wish:
        """Return what was asked for; only an owner's word counts for a store's address."""
        return Wish(
            destination=self.cleaned_data["destination"],
            text=LinkText(self.cleaned_data["text"]),
            is_marked_as_ad=self.cleaned_data["is_marked_as_ad"],
            vouches_for_domain=self.cleaned_data["vouches_for_domain"] and by_owner,
            position=LinkPosition(self.cleaned_data["position"] or LinkPosition.CAPSULE),
            buying_mode=BuyingMode(self.cleaned_data["buying_mode"] or BuyingMode.CID),
            shares_health=self.cleaned_data["shares_health"],
            contest=self.cleaned_data["contest"],
            is_draft=is_draft,
        )


class ReplaceForm(forms.Form):
    item = forms.RegexField(
        r"\A[1-9][0-9]{5,14}\Z", error_messages={"required": _("Pick an item first.")}
    )


def filled_in(link: Link) -> dict[str, Any]:  # as Django takes initial values
    """Return what the form of a link that is there begins with."""
    address = link.destination.canonical_url if link.destination and link.shop else ""
    return {
        "item": link.item_id,
        "address": address,
        "text": link.text,
        "position": link.position,
        "buying_mode": link.buying_mode,
        "shares_health": link.shares_health,
        "contest": link.contest,
        "is_marked_as_ad": link.is_marked_as_ad,
    }
