"""Reading the question out of the address; what can't be used falls back and says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import NoteSource
from campaigns.results.calendar import last_days
from campaigns.results.choice import NoteChoice, Offered
from campaigns.results.groups import Group
from campaigns.results.metrics import DEFAULT_WINDOW, METRICS, WINDOWS, Text
from campaigns.results.question import (
    DEFAULT_DAYS,
    Against,
    Question,
    moment_of,
    newest_closed,
)
from campaigns.results.table import COLUMNS, DEFAULT_SORT
from portal.lib import days

EARLIEST = date(2020, 1, 1)  # older than anything the programme has
LONGEST = 366
IN_ADDRESS = {"first": "from", "last": "to"}  # `from` can't be a Python name
SORTS = [sign + column.key for column in COLUMNS for sign in ("", "-")]
CHOICES = ("campaign", "creator", "source", "tag", "item")
NOT_OFFERED = {"invalid_choice": _("Choose one of those offered.")}


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """A filter in use: its name in the address, the word for it, and what was chosen."""

    name: str
    word: str
    value: str

    @property
    def dropped(self) -> dict[str, None]:
        """Return what changes in the address without it."""
        return {self.name: None, "page": None, "receipt": None}


class DayField(forms.DateField):
    def __init__(self, label: Text) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            validators=[MinValueValidator(EARLIEST)],
            error_messages={"invalid": _("Write the day as 2025-06-18.")},
        )


class NumberChoice(forms.TypedChoiceField):
    def __init__(self, label: Text, choices: Any = ()) -> None:  # Any: as Django declares it
        super().__init__(
            label=label,
            choices=choices,
            coerce=int,
            empty_value=None,
            required=False,
            error_messages=NOT_OFFERED,
        )


class QuestionForm(forms.Form):
    first = DayField(_("From"))
    last = DayField(_("To"))
    as_of = DayField(_("As of"))
    window = forms.TypedChoiceField(
        label=_("Attribution window"),
        choices=[(days, days) for days in WINDOWS],
        coerce=int,
        required=False,
        error_messages=NOT_OFFERED,
    )
    store = NumberChoice(_("Store"))
    campaign = NumberChoice(_("Campaign"))
    creator = forms.CharField(label=_("Creator"), max_length=80, required=False)
    source = NumberChoice(_("Source"), NoteSource.choices)
    tag = forms.CharField(label=_("Tag"), max_length=30, required=False)
    item = forms.RegexField(r"\A[0-9]{6,15}\Z", label=_("Item"), required=False)
    group = forms.ChoiceField(
        label=_("Rows"),
        choices=[(group.value, group.label) for group in Group],
        required=False,
        error_messages=NOT_OFFERED,
    )
    against = forms.ChoiceField(
        label=_("Compare with"),
        choices=[
            ("", _("nothing")),
            (Against.PERIOD, _("the days before")),
            (Against.YEAR, _("a year earlier")),
        ],
        required=False,
        error_messages=NOT_OFFERED,
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        choices=[(sort, sort) for sort in SORTS],
        required=False,
        error_messages=NOT_OFFERED,
    )
    receipt = forms.ChoiceField(
        label=_("Receipt"),
        choices=[(key, key) for key in METRICS],
        required=False,
        error_messages=NOT_OFFERED,
    )
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=10**6, required=False)

    def __init__(self, address: Mapping[str, Any], offered: Offered) -> None:
        super().__init__(address)
        self.offered = offered
        names = {
            "store": [(store.pk, store.name_now) for store in offered.stores],
            "campaign": [(campaign.pk, campaign.name) for campaign in offered.campaigns],
        }
        for name, choices in names.items():
            cast(NumberChoice, self.fields[name]).choices = choices  # as declared above

    def add_prefix(self, field_name: str) -> str:
        return IN_ADDRESS.get(field_name, field_name)

    def clean_as_of(self) -> date | None:
        asked: date | None = self.cleaned_data["as_of"]
        if asked and asked > days.today():
            raise forms.ValidationError(_("That day has not come yet."))
        return asked

    def clean_last(self) -> date | None:
        asked: date | None = self.cleaned_data["last"]
        if asked and asked > (newest := newest_closed(days.known_now())):
            raise forms.ValidationError(
                _("That day is not closed yet; the newest is %(day)s."), params={"day": newest}
            )
        return asked

    def clean(self) -> None:
        first, last = self._period()
        if first > last:
            self._refuse_period(gettext("The period ends before it begins."))
        elif last - first >= timedelta(days=LONGEST):
            self._refuse_period(gettext("A period has at most %(n)s days.") % {"n": LONGEST})

    def question(self) -> Question:
        """Return what was asked; a field that can't be used counts as left empty."""
        first, last = self._period()
        return Question(
            first=first,
            last=last,
            window=self.cleaned_data.get("window") or DEFAULT_WINDOW,
            moment=moment_of(self.cleaned_data.get("as_of")),
            store=self.cleaned_data.get("store"),
            notes=NoteChoice(
                campaign=self.cleaned_data.get("campaign"),
                creator=self.cleaned_data.get("creator") or "",
                source=self.cleaned_data.get("source"),
                tag=self.cleaned_data.get("tag") or "",
                item=self.cleaned_data.get("item") or "",
            ),
        )

    def grouped_by(self) -> Group:
        return Group(self.cleaned_data.get("group") or Group.NOTE)

    def compared_with(self) -> Against | None:
        asked = self.cleaned_data.get("against")
        return Against(asked) if asked else None

    def choices_made(self) -> list[ChoiceMade]:
        """Return the note filters in use, in words."""
        words: dict[str, Mapping[Any, object]] = {
            "campaign": {campaign.pk: campaign.name for campaign in self.offered.campaigns},
            "source": dict(NoteSource.choices),
        }
        return [
            ChoiceMade(name, str(self.fields[name].label), str(words.get(name, {}).get(made, made)))
            for name in CHOICES
            if (made := self.cleaned_data.get(name))
        ]

    def sorted_by(self) -> str:
        return self.cleaned_data.get("sort") or DEFAULT_SORT

    def asked_receipt(self) -> str:
        return self.cleaned_data.get("receipt") or ""

    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1

    def _refuse_period(self, reason: str) -> None:
        """Fall back to the usual days, both of them: half of a period is not what was asked."""
        self.add_error("first", reason)
        self.cleaned_data.pop("last", None)

    def _period(self) -> tuple[date, date]:
        newest = newest_closed(moment_of(self.cleaned_data.get("as_of")))
        last = self.cleaned_data.get("last") or newest
        first, _last = last_days(DEFAULT_DAYS, last)
        return self.cleaned_data.get("first") or first, last
