"""What is asked of whoever makes an API key."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.models import ApiScope

DAYS = [(30, _("30 days")), (90, _("90 days")), (365, _("one year"))]


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the key"),
        max_length=60,
        help_text=_("Which program uses it, for example: Data warehouse."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiScope.choices,
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=90)

    @property
    def offered(self) -> list[tuple[ApiScope, bool]]:
        """Return every scope, and whether its box is ticked."""
        chosen = set(self["scopes"].value() or [])
        return [(scope, scope.value in chosen) for scope in ApiScope]

    @property
    def valid(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
