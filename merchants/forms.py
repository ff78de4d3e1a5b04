from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.models import Category, Store
from merchants.services import StatedFacts

SCORES = ("overall_score", "description_score", "service_score", "logistics_score")


class Score(forms.DecimalField):
    def __init__(self, **options: Any) -> None:  # Any: whatever a form field takes
        limits = {"min_value": Decimal(0), "max_value": Decimal(5)}
        super().__init__(max_digits=2, decimal_places=1, **limits, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"step": "0.1", "inputmode": "decimal"}


class StoreFactsForm(forms.Form):
    """What no partner tells of a store, as the brand reads it in its Tmall back end."""

    category = forms.ChoiceField(
        label=_("main category"), choices=[("", _("Choose…")), *Category.choices]
    )
    overall_score = Score(label=_("overall score"))
    description_score = Score(label=_("description score"), required=False)
    service_score = Score(label=_("service score"), required=False)
    logistics_score = Score(label=_("logistics score"), required=False)

    @classmethod
    def of(cls, store: Store) -> "StoreFactsForm":
        return cls(initial={name: getattr(store, name) for name in ("category", *SCORES)})

    @property
    def facts(self) -> StatedFacts:
        return StatedFacts(**self.cleaned_data)


class AdvertiserForm(forms.Form):
    """Which of the advertisers that one consent covers is this store's."""

    advertiser = forms.ChoiceField(label=_("advertiser"), widget=forms.RadioSelect)

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
