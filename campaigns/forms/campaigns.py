"""What a person fills in for a campaign, its rules, and notes that they name."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignRule, Goal, Phase, RuleKind
from campaigns.notes.pasted import Reading, read_rows, read_text
from merchants.models import Brand, Store
from portal.lib import money, numbers, sheets

MOST_NOTES = 5000
MOST_BYTES = 5 * 2**20
MOST_TAGS, LONGEST_TAG = 10, 30
DAY = "%Y-%m-%d"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format=DAY)


class DayField(forms.DateField):
    """A day as the browser's own calendar writes it."""

    widget = DayInput
    default_error_messages = {"invalid": _("Write the day as 2025-06-18.")}

    def __init__(self, **kwargs: Any) -> None:  # Any: as Django's fields take them
        super().__init__(input_formats=[DAY], **kwargs)


class YuanField(forms.CharField):
    """Yuan as typed; fen once cleaned, None when left empty."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:  # Any: as Django declares it
        text = super().clean(value).replace(",", "")
        try:
            return money.fen_or_none(text)
        except numbers.BadNumber:
            raise forms.ValidationError(
                _("Write an amount in yuan, as 50000 or 1234.50.")
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return str(money.yuan(value)) if isinstance(value, int) else value


def decision_days(stores: QuerySet[Store]) -> int:
    """Return the longest decision cycle that is usual in the stores' categories."""
    usual: dict[str, int] = settings.DECISION_DAYS
    return max((usual.get(store.category, usual[""]) for store in stores), default=usual[""])


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    stores = forms.ModelMultipleChoiceField(
        label=_("Stores of the campaign"),
        queryset=Store.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose at least one store.")},
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    budget = YuanField(label=_("Budget in yuan"), required=False, max_length=20)

    class Meta:
        model = Campaign
        fields = ["name", "goal", "starts_on", "ends_on", "decision_days", "expected_notes"]
        labels = {"decision_days": _("Decision cycle in days (T+x)")}
        help_texts = {
            "decision_days": _(
                "How long buyers of this category take to decide; results are read that many days"
                " after the click."
            ),
            "expected_notes": _("How many notes you plan; what is missing is shown."),
        }

    def __init__(self, *args: Any, brand: Brand, stores: QuerySet[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brand = brand
        for name, label in self._days():
            self.fields[name] = DayField(required=False)
            self.fields[name].widget.attrs["aria-label"] = label
        chosen: forms.ModelMultipleChoiceField[Store] = self.fields["stores"]  # type: ignore[assignment]  # declared above
        chosen.queryset = stores
        self.fields["decision_days"].widget.attrs = {"min": 1, "max": 365}
        goals: forms.ChoiceField = self.fields["goal"]  # type: ignore[assignment]  # of the model
        goals.choices = [("", _("Choose…")), *Goal.choices]
        self.order_fields(["name", "stores", "goal"])
        if self.instance.pk:
            self._show_what_is_kept()
        else:
            self.initial["decision_days"] = decision_days(stores)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = self.brand.campaigns.filter(name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("Another campaign of the brand has this name."))
        return name

    def clean_decision_days(self) -> int:
        asked: int = self.cleaned_data["decision_days"]
        if not 1 <= asked <= 365:
            raise forms.ValidationError(_("From 1 to 365 days."))
        return asked

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        elif first and last:
            self._check_phases(first, last)
        self.instance.budget_fen = cleaned.get("budget")
        return cleaned

    def phase_rows(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        for phase in Phase:
            yield str(phase.label), self[f"{phase}_from"], self[f"{phase}_to"]

    def stretches(self) -> list[tuple[Phase, date, date]]:
        found = self.cleaned_data
        return [
            (phase, found[f"{phase}_from"], found[f"{phase}_to"])
            for phase in Phase
            if found.get(f"{phase}_from") and found.get(f"{phase}_to")
        ]

    def _days(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each phase's fields with what a screen reader says of it."""
        for phase in Phase:
            yield f"{phase}_from", f"{phase.label} {_t('First day')}"
            yield f"{phase}_to", f"{phase.label} {_t('Last day')}"

    def _check_phases(self, first: date, last: date) -> None:
        """Each phase lies within the period, has both its days, and overlaps no other."""
        free_from = first
        for phase in Phase:
            starts, ends = (self.cleaned_data.get(f"{phase}_{end}") for end in ("from", "to"))
            if not starts and not ends:
                continue
            if not starts or not ends or ends < starts:
                self.add_error(f"{phase}_to", _("Give both days, the later one last."))
            elif starts < first or ends > last:
                self.add_error(f"{phase}_to", _("The phase lies outside the campaign's period."))
            elif starts < free_from:
                self.add_error(f"{phase}_from", _("It begins before the phase above has ended."))
            else:
                free_from = date.fromordinal(ends.toordinal() + 1)

    def _show_what_is_kept(self) -> None:
        self.initial["budget"] = self.instance.budget_fen
        self.initial["stores"] = [row.store_id for row in self.instance.store_rows.all()]
        for row in self.instance.phases.all():
            self.initial[f"{row.phase}_from"] = row.starts_on
            self.initial[f"{row.phase}_to"] = row.ends_on


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    class Meta:
        model = CampaignRule
        fields = ["kind", "value"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: forms.ChoiceField = self.fields["kind"]  # type: ignore[assignment]  # of a column with choices
        kinds.choices = RuleKind.choices

    def clean_value(self) -> str:
        return " ".join(self.cleaned_data["value"].split())

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = super().clean() or self.cleaned_data
        value = cleaned.get("value", "")
        if cleaned.get("kind") == RuleKind.AD_CAMPAIGN and value and not value.isdecimal():
            self.add_error("value", _("The id of a Juguang ad campaign has digits only."))
        return cleaned


class TagForm(forms.Form):
    words = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=300,
        help_text=_("Your own words, with commas between them; up to ten."),
    )

    def clean_words(self) -> list[str]:
        text = self.cleaned_data["words"].replace("，", ",").replace("、", ",")
        words = [" ".join(word.split()) for word in text.split(",") if word.strip()]
        if len(words) > MOST_TAGS:
            raise forms.ValidationError(_("Ten tags at most."))
        if any(len(word) > LONGEST_TAG for word in words):
            raise forms.ValidationError(_("A tag has 30 characters at most."))
        return words


class NotesForm(forms.Form):
    """Notes by their ids or addresses, pasted or in a sheet, and where they shall belong."""

    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), empty_label=None
    )
    text = forms.CharField(
        label=_("Note addresses or ids"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One a line: an address from Xiaohongshu's share button, or the 24-digit id. Short"
            " addresses (xhslink.com) can't be read."
        ),
    )
    sheet = forms.FileField(
        label=_("Or a sheet"),
        required=False,
        help_text=_("CSV or XLSX; in each row the first cell with an id or address counts."),
    )
    campaign = forms.ModelChoiceField(
        label=_("Put them into a campaign"),
        required=False,
        queryset=Campaign.objects.none(),
        empty_label=_("In no campaign"),
    )

    def __init__(
        self, *args: Any, stores: QuerySet[Store], campaigns: QuerySet[Campaign], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("store", stores), ("campaign", campaigns)):
            field: forms.ModelChoiceField[Any] = self.fields[name]  # type: ignore[assignment]  # declared above
            field.queryset = rows
        self.reading = Reading()

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = self.cleaned_data
        sheet: TemporaryUploadedFile | None = cleaned.get("sheet")
        if not self.errors:
            self.reading = self._of_sheet(sheet) if sheet else read_text(cleaned.get("text", ""))
        field = "sheet" if sheet else "text"
        if not self.errors and not self.reading.ids:
            self.add_error(field, _("No note was found in it."))
        if len(self.reading.ids) > MOST_NOTES:
            self.add_error(field, _t("%(n)s notes at most at a time.") % {"n": MOST_NOTES})
        store, campaign = cleaned.get("store"), cleaned.get("campaign")
        if store and campaign and not campaign.store_rows.filter(store=store).exists():
            self.add_error("campaign", _("This campaign does not have the store."))
        return cleaned

    def _of_sheet(self, sheet: TemporaryUploadedFile) -> Reading:
        if sheet.size is None or sheet.size > MOST_BYTES:
            self.add_error("sheet", _("The file is larger than 5 MB."))
            return Reading()
        try:
            return read_rows(sheets.read_sheet(Path(sheet.temporary_file_path())))
        except sheets.BadSheet as problem:
            self.add_error("sheet", str(problem))
            return Reading()
