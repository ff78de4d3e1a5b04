"""What a brand writes when it asks for a store, and when it is asked for one."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 2000


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "form-control"})


class TransferForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the store should come to your brand"),
        help_text=_("The brand that has the store and the platform read this."),
        max_length=LONGEST,
        widget=_text(3),
    )
    evidence = forms.CharField(
        label=_("Evidence for the platform (optional)"),
        help_text=_("For example the contract and its date. Only the platform reads this."),
        max_length=LONGEST,
        required=False,
        widget=_text(3),
    )


class ReleaseAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer to the request"),
        choices=[
            ("agree", _("We agree: the store may go to that brand")),
            ("object", _("We object: the store should stay with us")),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    text = forms.CharField(
        label=_("Your reasons (needed if you object)"),
        help_text=_("Only the platform reads this."),
        max_length=LONGEST,
        required=False,
        widget=_text(3),
    )
