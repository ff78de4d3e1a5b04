"""For how long a question is shared, and behind which password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.results.shares import MOST_DAYS, USUAL_DAYS

SHORTEST, LONGEST = 8, 128


class ShareForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        help_text=_("At most 90. It can be revoked at any time."),
    )
    password = forms.CharField(
        label=_("Password (optional)"),
        min_length=SHORTEST,
        max_length=LONGEST,
        required=False,
        strip=False,
        help_text=_("At least 8 characters. Tell it by another way than the link."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class OpenForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
