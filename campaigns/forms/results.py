"""Reading the question out of the address; what can't be used falls back and says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms.columns import ColumnsForm
from campaigns.forms.period import NOT_OFFERED, DayField, NumberChoice, PeriodForm
from campaigns.models import Campaign, NoteSource, Placement
from campaigns.reports.note_placement_day import LARGEST_CODE
from campaigns.results import columns
from campaigns.results.choice import NoteChoice, Offered
from campaigns.results.groups import Group
from campaigns.results.metrics import METRICS, Line, Text
from campaigns.results.placements import placement_name
from campaigns.results.question import Against, Question, moment_of
from campaigns.results.table import DEFAULT_SORT
from merchants.models import Store
from portal.lib import days

SORTS = [sign + each.key for each in columns.offered(Line.DIRECT) for sign in ("", "-")]
OFFERED: Mapping[str, Mapping[str, Text]] = {
    "group": {group.value: group.label for group in Group},
    "against": {
        "": _("nothing"),
        Against.PERIOD.value: _("the days before"),
        Against.YEAR.value: _("a year earlier"),
    },
}
CHOICES = ("campaign", "creator", "source", "tag", "item", "placement")


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """A filter in use: its name in the address, the word for it, what was chosen, and as asked."""

    name: str
    word: str
    value: str
    asked: str

    @property
    def dropped(self) -> dict[str, None]:
        """Return what changes in the address without it."""
        return {self.name: None, "page": None, "receipt": None}


def _receipt_of(line: Line) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Receipt"),
        choices=[(key, key) for key, metric in METRICS.items() if metric.line is line],
        required=False,
        error_messages=NOT_OFFERED,
    )


class PhasedForm(PeriodForm):
    """A period of a campaign, if one is chosen, and how its phases are compared."""

    campaign = NumberChoice(_("Campaign"))
    per = forms.ChoiceField(
        label=_("Phases"),
        choices=[("day", _("Average per day"))],
        required=False,
        error_messages=NOT_OFFERED,
    )

    def __init__(
        self, address: Mapping[str, Any], stores: Sequence[Store], campaigns: Sequence[Campaign]
    ) -> None:
        super().__init__(address, stores)
        self.campaigns = campaigns
        self.offer("campaign", [(campaign.pk, campaign.name) for campaign in campaigns])

    def chosen_campaign(self) -> Campaign | None:
        asked = self.cleaned_data.get("campaign")
        return next((each for each in self.campaigns if each.pk == asked), None)

    def is_per_day(self) -> bool:
        return bool(self.cleaned_data.get("per"))


class TableForm(ColumnsForm):
    """A period, and how the table of its notes is read."""

    sort = forms.ChoiceField(
        label=_("Order"),
        choices=[(sort, sort) for sort in SORTS],
        required=False,
        error_messages=NOT_OFFERED,
    )
    receipt = _receipt_of(Line.DIRECT)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=10**6, required=False)

    def sorted_by(self) -> str:
        return self.cleaned_data.get("sort") or DEFAULT_SORT

    def asked_receipt(self) -> str:
        return self.cleaned_data.get("receipt") or ""

    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1


class SubjectForm(TableForm):
    """What is asked of one note, creator or item; only of a creator the address says which."""

    creator = forms.CharField(label=_("Creator"), max_length=80, required=False)

    def question_of(self, choice: NoteChoice) -> Question:
        return replace(self.question(), notes=choice)


class QuestionForm(PhasedForm, TableForm):
    REMEMBERED: ClassVar[tuple[str, ...]] = (*CHOICES, "group", "against", "sort")

    creator = forms.CharField(label=_("Creator"), max_length=80, required=False)
    source = NumberChoice(_("Source"), NoteSource.choices)
    tag = forms.CharField(label=_("Tag"), max_length=30, required=False)
    item = forms.RegexField(r"\A[0-9]{6,15}\Z", label=_("Item"), required=False)
    placement = forms.IntegerField(
        label=_("Placement"), min_value=1, max_value=LARGEST_CODE, required=False
    )
    group = forms.ChoiceField(
        label=_("Rows"),
        choices=list(OFFERED["group"].items()),
        required=False,
        error_messages=NOT_OFFERED,
    )
    against = forms.ChoiceField(
        label=_("Compare with"),
        choices=list(OFFERED["against"].items()),
        required=False,
        error_messages=NOT_OFFERED,
    )

    def __init__(self, address: Mapping[str, Any], offered: Offered) -> None:
        super().__init__(address, offered.stores, offered.campaigns)
        self.offered = offered

    def question(self) -> Question:
        choice = NoteChoice(
            campaign=self.cleaned_data.get("campaign"),
            creator=self.cleaned_data.get("creator") or "",
            source=self.cleaned_data.get("source"),
            tag=self.cleaned_data.get("tag") or "",
            item=self.cleaned_data.get("item") or "",
        )
        placement = self.cleaned_data.get("placement")
        return replace(super().question(), notes=choice, placement=placement)

    def placements(self) -> list[tuple[int, str]]:
        """Return those that may be chosen: what has a word, and the code in use without one."""
        codes = dict.fromkeys([*Placement.values, self.cleaned_data.get("placement")])
        return [(code, placement_name(code)) for code in codes if code]

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
            "placement": dict(self.placements()),
        }
        return [
            ChoiceMade(
                name=name,
                word=str(self.fields[name].label),
                value=str(words.get(name, {}).get(made, made)),
                asked=str(made),
            )
            for name in CHOICES
            if (made := self.cleaned_data.get(name))
        ]

    def in_words(self) -> list[tuple[str, str]]:
        words = super().in_words() + [(made.word, made.value) for made in self.choices_made()]
        named = {"group": gettext("Grouped by"), "against": str(self.fields["against"].label)}
        for name, word in named.items():
            if asked := self.cleaned_data.get(name):
                words.append((word, str(OFFERED[name][asked])))
        return words


class ComparedForm(PeriodForm):
    """A question as known on one day, and until when it is compared; empty is now."""

    until = DayField(_("Compared with"))

    def clean_as_of(self) -> date | None:
        """Yesterday, unless said: something may have moved since."""
        return super().clean_as_of() or days.today() - timedelta(days=1)

    def clean_until(self) -> date | None:
        asked: date | None = self.cleaned_data["until"]
        if asked and asked > days.today():
            raise forms.ValidationError(_("That day has not come yet."))
        known: date | None = self.cleaned_data.get("as_of")
        if asked and known and asked < known:
            raise forms.ValidationError(_("It lies before the day it is compared with."))
        return asked

    def until_when(self) -> datetime:
        return moment_of(self.cleaned_data.get("until"))


class DiffForm(ComparedForm, QuestionForm):
    pass


class StarForm(PhasedForm, ColumnsForm):
    LINE: ClassVar = Line.STAR
    REMEMBERED: ClassVar[tuple[str, ...]] = ("campaign", "task", "scaled")

    task = forms.CharField(label=_("Star task"), max_length=60, required=False)
    scaled = forms.BooleanField(label=_("Scaled up (estimate)"), required=False)
    receipt = _receipt_of(Line.STAR)

    def question(self) -> Question:
        return replace(
            super().question(),
            notes=NoteChoice(campaign=self.cleaned_data.get("campaign")),
            is_scaled=bool(self.cleaned_data.get("scaled")),
        )

    def asked_task(self) -> str:
        return self.cleaned_data.get("task") or ""

    def asked_receipt(self) -> str:
        return self.cleaned_data.get("receipt") or ""

    def choices_made(self) -> list[ChoiceMade]:
        """Return what the tasks are narrowed to, or read as, in words."""
        campaign, task = self.chosen_campaign(), self.asked_task()
        found = []
        if campaign:
            word = gettext("Campaign")
            found.append(ChoiceMade("campaign", word, campaign.name, f"{campaign.pk}"))
        if task:
            found.append(ChoiceMade("task", gettext("Star task"), task, task))
        if self.cleaned_data.get("scaled"):
            told = gettext("Scaled up (estimate)")
            found.append(ChoiceMade("scaled", gettext("Sampling"), told, "1"))
        return found

    def in_words(self) -> list[tuple[str, str]]:
        return super().in_words() + [(made.word, made.value) for made in self.choices_made()]


class StarDiffForm(ComparedForm, StarForm):
    pass
