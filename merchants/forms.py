from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.models import Category, NoticeKind, PolicyVersion, Store
from merchants.services import StatedFacts

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_SCORE = _("Enter a number from 0 to 5 with at most one decimal.")
OUT_OF_RANGE = ("invalid", "max_value", "min_value", "max_digits", "max_decimal_places")
SCORES = ("overall_score", "description_score", "service_score", "logistics_score")


class Score(forms.DecimalField):
    def __init__(self, *, label: "StrOrPromise", required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            max_digits=2,
            decimal_places=1,
            min_value=Decimal(0),
            max_value=Decimal(5),
            error_messages=dict.fromkeys(OUT_OF_RANGE, NO_SCORE),
        )

    def clean(self, value: Any) -> Any:  # Any: as Django declares it
        """Say once what is wrong: 7.77 is too large and has too many digits."""
        try:
            return super().clean(value)
        except forms.ValidationError as problem:
            raise forms.ValidationError(problem.messages[0]) from problem

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        own = {"inputmode": "decimal", "class": "form-control"}
        return super().widget_attrs(widget) | own


class StoreFactsForm(forms.Form):
    """What no partner tells of a store, as the brand reads it in its Tmall back end."""

    category = forms.ChoiceField(
        label=_("main category"),
        choices=[("", _("Choose…")), *Category.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    overall_score = Score(label=_("overall score"))
    description_score = Score(label=_("description score"), required=False)
    service_score = Score(label=_("service score"), required=False)
    logistics_score = Score(label=_("logistics score"), required=False)

    @classmethod
    def of(cls, store: Store) -> "StoreFactsForm":
        """Show what was typed last where it could not be stated yet, else what is stated."""
        stated = {name: getattr(store, name) for name in ("category", *SCORES)}
        application = next(iter(store.applications.all()), None)
        return cls(initial=stated | (application.draft if application else {}))

    @property
    def typed(self) -> dict[str, str]:
        """Return the fields as they came, but for what no column takes; none of ours is longer."""
        came = {name: str(self.data.get(name, "")) for name in self.fields}
        return {name: text.replace("\0", "")[:20] for name, text in came.items()}

    @property
    def facts(self) -> StatedFacts:
        return StatedFacts(**self.cleaned_data)


class AdvertiserForm(forms.Form):
    """Which of the advertisers that one consent covers is this store's."""

    advertiser = forms.ChoiceField(
        label=_("advertiser"), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )

    def __init__(
        self,
        *args: Any,  # Any: whatever a form takes
        advertisers: tuple[tuple[str, str], ...],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["advertiser"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            (advertiser_id, f"{name} · {advertiser_id}") for advertiser_id, name in advertisers
        ]


class NoticePreferencesForm(forms.Form):
    """One box for each kind of notice: whether it comes by mail too."""

    def __init__(self, *args: Any, **options: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args, **options)
        for kind in NoticeKind:
            self.fields[kind.value] = forms.BooleanField(label=kind.label, required=False)


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("What the decision got wrong"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )


class AnswerForm(forms.Form):
    """Handing in; `answer` is what a reviewer asked, and only then required."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )


class PolicyChoiceForm(forms.Form):
    """Which policy version is shown, and which it is compared with."""

    version = forms.ChoiceField(label=_("Policy version"), required=False)
    against = forms.ChoiceField(label=_("Compared with"), required=False)

    def __init__(
        self,
        *args: Any,  # Any: whatever a form takes
        versions: list[PolicyVersion],
        present: PolicyVersion | None,
    ) -> None:
        super().__init__(*args)
        self.versions, self.present = {each.code: each for each in versions}, present
        for field in self.fields.values():
            field.choices = [(code, code) for code in self.versions]  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> tuple[PolicyVersion | None, PolicyVersion | None]:
        """Return the version to show, by itself the present one, and by itself its forerunner."""
        known = list(self.versions.values())
        newest = known[0] if known else None
        asked = getattr(self, "cleaned_data", {})
        shown = self.versions.get(asked.get("version", "")) or self.present or newest
        older = known[known.index(shown) + 1 :] if shown else []
        before = self.versions.get(asked.get("against", "")) or next(iter(older), None)
        return shown, before
