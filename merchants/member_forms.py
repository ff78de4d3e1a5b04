"""What is asked of people: who they are, which brand they open, and who may do what in it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from merchants.brands import LONGEST, RESERVED, SHORTEST, SLUG
from merchants.members import Place
from merchants.models import Membership, Role, Store, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ALL, CHOSEN = "all", "chosen"
REACH: "tuple[tuple[str, StrOrPromise], ...]" = (
    (ALL, _("Every store, later ones too")),
    (CHOSEN, _("Only these stores")),
)
NO_NAME = _("Write a name that can be read.")


class NameField(forms.CharField):
    def clean(self, value: Any) -> Any:  # Any: as Django declares it
        """Keep one line: a name stands in titles and in the subjects of mails."""
        name = " ".join(super().clean(value).split())
        if name and not name.isprintable():
            raise forms.ValidationError(NO_NAME)
        return name


class SignupForm(forms.Form):
    """What allauth does not ask: how colleagues will see the person."""

    name = NameField(
        label=_("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class BrandForm(forms.Form):
    name = NameField(label=_("Brand name"), max_length=80)
    slug = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        required=False,
        help_text=_("Small letters, digits and hyphens; it can't be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        if slug and (len(slug) < SHORTEST or not SLUG.fullmatch(slug)):
            raise forms.ValidationError(
                _("Only small letters, digits and single hyphens between them, 2 to 40 in all.")
            )
        if slug in RESERVED:
            raise forms.ValidationError(_("This word is kept for the platform. Choose another."))
        return slug

    def proposing(self, slug: str, why: str) -> "BrandForm":
        """Return the form as sent, but with this address filled in and a word beside it."""
        form = BrandForm({"name": self.cleaned_data["name"], "slug": slug})
        form.add_error("slug", why)
        return form


class PlaceForm(forms.Form):
    """A role, and for which stores; an owner of some stores can offer only those."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.MARKETER,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reach = forms.ChoiceField(
        label=_("Stores"),
        choices=REACH,
        initial=ALL,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    stores = forms.ModelMultipleChoiceField(
        label=_("Which stores"),
        queryset=Store.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self,
        *args: Any,  # Any: whatever a form takes
        actor: Membership,
        stores: QuerySet[Store],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["stores"].queryset = stores  # type: ignore[attr-defined]  # it is a ModelMultipleChoiceField
        if actor.narrowed_to:
            self.fields["reach"].choices = REACH[1:]  # type: ignore[attr-defined]  # it is a ChoiceField
            self.fields["reach"].initial = CHOSEN

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        chosen = cleaned.get("reach") == CHOSEN
        if chosen and "stores" in cleaned and not cleaned["stores"]:
            self.add_error("stores", _("Choose at least one store."))
        return cleaned

    @property
    def place(self) -> Place:
        cleaned = self.cleaned_data
        stores = tuple(cleaned["stores"]) if cleaned["reach"] == CHOSEN else ()
        return Place(cleaned["role"], stores)


class InviteForm(PlaceForm):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    field_order = ["email", "role", "reach", "stores"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        return email


def form_of(member: Membership, *, actor: Membership, stores: QuerySet[Store]) -> PlaceForm:
    """Return the form filled in as the member's place is now."""
    narrowed = member.narrowed_to
    now = {"role": member.role, "reach": CHOSEN if narrowed else ALL, "stores": narrowed}
    return PlaceForm(initial=now, actor=actor, stores=stores)
