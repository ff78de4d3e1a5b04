"""Reading the filters of the data pages out of the address; what can't be used counts as empty."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms.period import DayField
from campaigns.models import Campaign, FileImport
from campaigns.models.window import QuarantinedRowQuerySet
from campaigns.reports import REPORTS
from campaigns.results.metrics import DEFAULT_WINDOW, WINDOWS
from merchants.models import Store


class StoreFilter(forms.Form):
    store = forms.TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)

    def __init__(self, address: Mapping[str, Any], stores: Sequence[Store]) -> None:
        super().__init__(address)
        field = cast(forms.TypedChoiceField, self.fields["store"])  # as declared above
        field.choices = [("", _("All")), *((store.pk, store.name_now) for store in stores)]
        self.full_clean()

    @property
    def chosen_store(self) -> int | None:
        return cast(int | None, self.cleaned_data.get("store"))  # by `coerce`


class QuarantineFilter(StoreFilter):
    report = forms.ChoiceField(label=_("Report"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    day = DayField(_("Business day"))
    settled = forms.BooleanField(label=_("Settled ones"), required=False)

    def __init__(self, address: Mapping[str, Any], stores: Sequence[Store]) -> None:
        super().__init__(address, stores)
        field = cast(forms.ChoiceField, self.fields["report"])  # as declared above
        field.choices = [
            ("", _("All")),
            *((key, report.label) for key, report in REPORTS.items()),
        ]
        self.full_clean()

    def apply(self, rows: QuarantinedRowQuerySet) -> QuarantinedRowQuerySet:
        chosen = self.cleaned_data
        rows = rows.filter(settled_at__isnull=not chosen.get("settled"))
        wanted = {
            "store": chosen.get("store"),
            "window__report": chosen.get("report"),
            "reason": chosen.get("reason"),
            "window__day": chosen.get("day"),
        }
        return rows.filter(**{name: value for name, value in wanted.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("store", "report", "reason", "day"))

    def address(self) -> dict[str, str]:
        """Return the filters in use as an address that asks for the same rows."""
        asked = {name: self.cleaned_data.get(name) for name in self.fields}
        return {
            name: "on" if value is True else f"{value}" for name, value in asked.items() if value
        }

    def in_words(self) -> list[tuple[str, str]]:
        fields: dict[str, Any] = self.fields  # Any: of choices, as declared above
        shown = {name: dict(fields[name].choices) for name in ("store", "report")}
        shown["settled"] = {True: gettext("yes")}
        return [
            (str(self.fields[name].label), str(shown.get(name, {}).get(value, value)))
            for name in self.fields
            if (value := self.cleaned_data.get(name))
        ]


class MissingFilter(forms.Form):
    campaign = forms.TypedChoiceField(label=_("Campaign"), coerce=int, required=False)
    window = forms.TypedChoiceField(
        label=_("Attribution window"),
        choices=[(days, days) for days in WINDOWS],
        coerce=int,
        required=False,
    )

    def __init__(self, address: Mapping[str, Any], campaigns: Sequence[Campaign]) -> None:
        super().__init__(address)
        field = cast(forms.TypedChoiceField, self.fields["campaign"])  # as declared above
        field.choices = [(campaign.pk, campaign.name) for campaign in campaigns]
        self.campaigns = {campaign.pk: campaign for campaign in campaigns}
        self.full_clean()

    @property
    def chosen(self) -> Campaign | None:
        """The campaign asked for, or the newest."""
        newest = next(iter(self.campaigns.values()), None)
        return self.campaigns.get(self.cleaned_data.get("campaign") or 0, newest)

    @property
    def chosen_window(self) -> int:
        return self.cleaned_data.get("window") or DEFAULT_WINDOW


class MissingLine(TextChoices):
    NOTES = "notes", _("Direct link")
    STAR = "star", _("Star task")


class MissingFileForm(MissingFilter):
    """What is missing of a campaign, on one line."""

    line = forms.ChoiceField(label=_("Line"), choices=MissingLine)

    def clean(self) -> None:
        if self.chosen is None:
            raise forms.ValidationError(_("No campaign yet"))

    @property
    def campaign_asked(self) -> Campaign:
        if self.chosen is None:
            raise ValueError("A file is asked of a valid form.")
        return self.chosen

    @property
    def line_asked(self) -> MissingLine:
        return MissingLine(self.cleaned_data["line"])

    def address(self) -> dict[str, str]:
        asked = {"campaign": self.campaign_asked.pk, "window": self.chosen_window}
        return {name: f"{value}" for name, value in asked.items()} | {"line": self.line_asked.value}

    def in_words(self) -> list[tuple[str, str]]:
        return [
            (gettext("Campaign"), self.campaign_asked.name),
            (gettext("Line"), str(self.line_asked.label)),
            (gettext("Attribution window"), gettext("%(n)s d") % {"n": self.chosen_window}),
        ]


class RefusedFileForm(forms.Form):
    """Of which import the refused rows are asked for."""

    def __init__(self, address: Mapping[str, Any], imports: QuerySet[FileImport]) -> None:
        super().__init__(address)
        self.fields["file_import"] = forms.ModelChoiceField(imports)

    @property
    def asked(self) -> FileImport:
        return cast(FileImport, self.cleaned_data["file_import"])

    def address(self) -> dict[str, str]:
        return {"file_import": f"{self.asked.pk}"}

    def in_words(self) -> list[tuple[str, str]]:
        return [(gettext("File"), self.asked.name)]


class RestatedFilter(StoreFilter):
    metric = forms.ChoiceField(label=_("Metric"), required=False)
    small = forms.BooleanField(label=_("Small changes too"), required=False)

    def __init__(
        self,
        address: Mapping[str, Any],
        stores: Sequence[Store],
        metrics: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(address, stores)
        field = cast(forms.ChoiceField, self.fields["metric"])  # as declared above
        field.choices = [("", _("All")), *metrics]
        self.full_clean()

    @property
    def chosen_metric(self) -> str:
        return self.cleaned_data.get("metric") or ""

    @property
    def with_small(self) -> bool:
        return bool(self.cleaned_data.get("small"))
