"""What is asked of a brand that lets an agency in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from merchants.brands import LONGEST, SLUG
from merchants.members import Place
from merchants.models import BrandGrant, Role, Store
from merchants.models.grants import GRANTABLE


class GrantForm(forms.Form):
    """A role that is not owner's, and at least one store: those to come are never included."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in GRANTABLE],
        initial=Role.VIEWER,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    stores = forms.ModelMultipleChoiceField(
        label=_("Which stores"),
        queryset=Store.objects.none(),
        error_messages={"required": _("Choose at least one store.")},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self,
        *args: Any,  # Any: whatever a form takes
        stores: QuerySet[Store],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["stores"].queryset = stores  # type: ignore[attr-defined]  # it is a ModelMultipleChoiceField

    @property
    def place(self) -> Place:
        return Place(self.cleaned_data["role"], tuple(self.cleaned_data["stores"]))


class OfferForm(GrantForm):
    agency = forms.CharField(
        label=_("Short name of the agency"),
        max_length=LONGEST,
        help_text=_("The agency's owner finds it on this page of their own brand."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    field_order = ["agency", "role", "stores"]

    def clean_agency(self) -> str:
        slug: str = self.cleaned_data["agency"].lower()
        if not SLUG.fullmatch(slug):
            raise forms.ValidationError(
                _("A short name has small letters, digits and hyphens, like shancha or tea-house.")
            )
        return slug


def form_of_grant(grant: BrandGrant, *, stores: QuerySet[Store]) -> GrantForm:
    """Return the form filled in as the grant is now."""
    return GrantForm(initial={"role": grant.role, "stores": grant.narrowed_to}, stores=stores)
