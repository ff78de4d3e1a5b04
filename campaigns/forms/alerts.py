"""What an alert rule watches, and when it has something to say."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import AlertRule, Campaign
from campaigns.models.alert import PACES, SampleOf
from campaigns.results.calendar import PRESETS
from campaigns.results.metrics import DEFAULT_WINDOW, METRICS, WINDOWS, Line, Unit
from campaigns.results.suggestion import read, typed, unit_of
from merchants.models import Brand
from portal.lib import numbers

MOST_SKIPPED = 31
LONGEST = 20
WATCHED = [
    metric for metric in METRICS.values() if metric.line is Line.DIRECT and not metric.not_returned
]
WRITE: dict[Unit, Any] = {  # Any: lazy texts
    Unit.FEN: _("Write an amount in yuan, as 50000 or 1234.50."),
    Unit.COUNT: _("Write a whole number, as 120."),
    Unit.SHARE: _("Write per cent with at most two decimals, as 12.5."),
    Unit.RATIO: _("Write a number with at most four decimals, as 1.2."),
}


def _number(value: int) -> tuple[int, int]:
    return value, value


class AlertRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    metric = forms.ChoiceField(
        label=_("Metric"), choices=[(each.key, each.label) for each in WATCHED]
    )
    window = forms.TypedChoiceField(
        label=_("Attribution window in days"),
        choices=[_number(each) for each in WINDOWS],
        coerce=int,
        initial=DEFAULT_WINDOW,
        help_text=_("Of metrics that grow within a window; jumps always count 7 days."),
    )
    span = forms.TypedChoiceField(
        label=_("Days together"),
        choices=[_number(each) for each in PRESETS],
        coerce=int,
        help_text=_("A budget's pace is always judged from the campaign's first day on."),
    )
    skipped = forms.IntegerField(
        label=_("Newest days left out"),
        min_value=0,
        max_value=MOST_SKIPPED,
        initial=0,
        help_text=_("The windows of the newest days are still open; leaving some out ripens it."),
    )
    limit = forms.CharField(
        label=_("Limit"),
        max_length=LONGEST,
        help_text=_("Yuan, a number, or per cent, as the metric has it; of a change per cent."),
    )
    smallest = forms.CharField(
        label=_("Smallest sample"),
        max_length=LONGEST,
        initial="0",
        help_text=_("Orders, or yuan. Below it the rule says nothing but that."),
    )
    least_maturity = forms.IntegerField(
        label=_("Least maturity in per cent"),
        min_value=0,
        max_value=100,
        initial=0,
        help_text=_("How much of the attribution window must have gone by, weighted by spend."),
    )

    class Meta:
        model = AlertRule
        fields = [
            *("name", "campaign", "metric", "window", "span", "skipped", "comparison"),
            *("suggests", "sample_of", "least_maturity"),
        ]
        labels = {
            "name": _("Name of the rule"),
            "campaign": _("Notes of the campaign"),
            "comparison": _("Tell when it"),
            "suggests": _("Then suggest"),
            "sample_of": _("Sample counted in"),
        }

    field_order = (
        *("name", "campaign", "metric", "window", "span", "skipped", "comparison", "limit"),
        *("suggests", "sample_of", "smallest", "least_maturity"),
    )

    def __init__(
        self, *args: Any, brand: Brand, campaigns: QuerySet[Campaign], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.brand = brand
        campaign = cast("forms.ModelChoiceField[Campaign]", self.fields["campaign"])  # the model's
        campaign.queryset = campaigns
        campaign.empty_label = str(_("All notes of the brand"))
        if self.instance.pk:
            self.initial["limit"] = typed(self.instance.threshold, unit_of(self.instance))
            self.initial["smallest"] = typed(
                self.instance.least_sample, _sample_unit(self.instance.sample_of)
            )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = AlertRule.objects.present().filter(brand=self.brand, name=name)
        if taken.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a rule of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """Read the two numbers as the other answers say what they are of."""
        cleaned = self.cleaned_data
        if {"metric", "comparison"} <= cleaned.keys():
            asked = AlertRule(metric=cleaned["metric"], comparison=cleaned["comparison"])
            self._read("limit", unit_of(asked))
        if "sample_of" in cleaned:
            self._read("smallest", _sample_unit(cleaned["sample_of"]))
        if cleaned.get("comparison") in PACES:
            self._check_pace(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> AlertRule:
        self.instance.threshold = self.cleaned_data["limit"]
        self.instance.least_sample = self.cleaned_data["smallest"]
        saved: AlertRule = super().save(commit)
        return saved

    def _check_pace(self, cleaned: dict[str, Any]) -> None:
        campaign = cleaned.get("campaign")
        if campaign is None and "campaign" not in self.errors:
            self.add_error("campaign", _("A budget's pace is a campaign's: choose one."))
        elif campaign and not campaign.budget_fen:
            self.add_error("campaign", _("This campaign states no budget. State it there first."))
        if cleaned.get("metric", "spend") != "spend":
            self.add_error("metric", _("A budget's pace is that of the spend."))

    def _read(self, name: str, unit: Unit) -> None:
        text = self.cleaned_data.get(name)
        if text is None:
            return
        try:
            self.cleaned_data[name] = read(text.replace(",", ""), unit)
        except numbers.BadNumber:
            self.add_error(name, WRITE[unit])


class QuietForm(forms.Form):
    """Full hours of Asia/Shanghai; both left empty are none."""

    starts = forms.TypedChoiceField(label=_("From"), required=False, coerce=int, empty_value=None)
    ends = forms.TypedChoiceField(label=_("To"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [("", _("No quiet hours")), *((hour, f"{hour:02}:00") for hour in range(24))]
        for name in ("starts", "ends"):
            cast(forms.TypedChoiceField, self.fields[name]).choices = hours

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if not self.errors and starts == ends and starts is not None:
            raise forms.ValidationError(_("Quiet hours end at another hour than they begin."))
        if not self.errors and (starts is None) != (ends is None):
            raise forms.ValidationError(_("Say from when and until when, or neither."))
        return cleaned


def _sample_unit(sample_of: str) -> Unit:
    return METRICS[SampleOf(sample_of)].unit
