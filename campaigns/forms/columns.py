"""Which metrics are shown, as the address says it: `metrics=gmv,roi`, or once for each."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms.period import PeriodForm
from campaigns.results import columns
from campaigns.results.metrics import Line, Metric
from merchants.models import Store

SEPARATOR = ","


class KeysInput(forms.TextInput):
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Read tick boxes, which say the name once for each, as one word."""
        several = data.getlist(name) if isinstance(data, QueryDict) else [data.get(name) or ""]
        return SEPARATOR.join(str(each) for each in several if each)


class MetricsField(forms.CharField):
    """Metric keys with commas between them, each once; `line` is that of the form."""

    line = Line.DIRECT

    def __init__(self) -> None:
        super().__init__(label=_("Metrics"), max_length=1000, required=False, widget=KeysInput)

    def clean(self, value: Any) -> str:  # Any: as Django has it
        known = {metric.key for metric in columns.offered(self.line)}
        keys = [key.strip() for key in super().clean(value).split(SEPARATOR) if key.strip()]
        for key in keys:
            if key not in known:
                told = gettext("There is no metric “%(key)s” here.") % {"key": key}
                raise forms.ValidationError(told)
        return SEPARATOR.join(dict.fromkeys(keys))


class ColumnsForm(PeriodForm):
    """A period, and which metrics its tables show."""

    metrics = MetricsField()

    def __init__(self, address: Mapping[str, Any], stores: Sequence[Store]) -> None:
        super().__init__(address, stores)
        cast(MetricsField, self.fields["metrics"]).line = self.LINE

    def metric_keys(self) -> list[str]:
        """Return those that were asked for; none are the usual ones."""
        asked = self.cleaned_data.get("metrics") or ""
        return [key for key in asked.split(SEPARATOR) if key]

    def metrics_shown(self) -> list[Metric]:
        return columns.chosen(self.LINE, self.metric_keys())

    def metrics_offered(self) -> list[Metric]:
        return columns.offered(self.LINE)

    def has_own_columns(self) -> bool:
        return tuple(self.metric_keys() or columns.USUAL[self.LINE]) != columns.USUAL[self.LINE]

    def address(self) -> dict[str, str]:
        return super().address() | self._columns()

    def kept(self) -> QueryDict:
        kept = super().kept()
        kept.update(self._columns())
        return kept

    def in_words(self) -> list[tuple[str, str]]:
        words = super().in_words()
        if self.has_own_columns():
            told = gettext(", ").join(str(metric.label) for metric in self.metrics_shown())
            words.append((str(self.fields["metrics"].label), told))
        return words

    def _columns(self) -> dict[str, str]:
        return {"metrics": self.cleaned_data["metrics"]} if self.has_own_columns() else {}
