"""Reading out of the address which figure a receipt is of, beside the question that it answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms.period import NOT_OFFERED
from campaigns.forms.results import QuestionForm, StarForm
from campaigns.results.choice import Offered
from campaigns.results.metrics import METRICS, OF_PROGRAMME, Line, Metric
from campaigns.results.table import TOTAL

USUAL = "gmv"
OF_RECEIPTS = ("metric", "place")


class FigureForm(forms.Form):
    """`place` is a note's or a star task's; empty is the total."""

    metric = forms.ChoiceField(
        label=_("Metric"),
        choices=[(key, key) for key, each in METRICS.items() if each.line in OF_PROGRAMME],
        required=False,
        error_messages=NOT_OFFERED,
    )
    place = forms.CharField(max_length=200, required=False)

    def asked_metric(self) -> Metric:
        return METRICS[self.cleaned_data.get("metric") or USUAL]

    def asked_place(self) -> str:
        return self.cleaned_data.get("place") or TOTAL

    def figure_in_words(self) -> list[tuple[str, str]]:
        metric, place = self.asked_metric(), self.cleaned_data.get("place")
        words = [(gettext("Metric"), str(metric.label))]
        if place:
            of = gettext("Star task") if metric.line is Line.STAR else gettext("Note id")
            words.append((of, place))
        return words


class DirectReceiptForm(FigureForm, QuestionForm):
    REMEMBERED: ClassVar[tuple[str, ...]] = (*QuestionForm.REMEMBERED, *OF_RECEIPTS)

    def in_words(self) -> list[tuple[str, str]]:
        return [*super().in_words(), *self.figure_in_words()]

    def chosen(self) -> list[tuple[str, str]]:
        """Return the filters in use, in words."""
        return [(each.word, each.value) for each in self.choices_made()]


class StarReceiptForm(FigureForm, StarForm):
    REMEMBERED: ClassVar[tuple[str, ...]] = (*StarForm.REMEMBERED, *OF_RECEIPTS)

    def in_words(self) -> list[tuple[str, str]]:
        return [*super().in_words(), *self.figure_in_words()]

    def chosen(self) -> list[tuple[str, str]]:
        campaign = self.chosen_campaign()
        return [(gettext("Campaign"), campaign.name)] if campaign else []


ReceiptForm = DirectReceiptForm | StarReceiptForm


def receipt_form(address: Mapping[str, Any], offer: Offered) -> ReceiptForm:
    """Return the form of the line that the metric is of."""
    metric = METRICS.get(address.get("metric", USUAL))
    if metric and metric.line is Line.STAR:
        return StarReceiptForm(address, offer.stores, offer.campaigns)
    return DirectReceiptForm(address, offer)
