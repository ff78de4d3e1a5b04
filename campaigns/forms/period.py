"""Days, a window and a store, read out of the address; what can't be used counts as left empty."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.results.calendar import PRESETS, last_days
from campaigns.results.metrics import DEFAULT_WINDOW, Line, Text
from campaigns.results.question import DEFAULT_DAYS, Question, moment_of, newest_closed
from merchants.models import Store
from portal.lib import days

EARLIEST = date(2020, 1, 1)  # older than anything the programme has
LONGEST = 366
IN_ADDRESS = {"first": "from", "last": "to"}  # `from` can't be a Python name
NOT_OFFERED = {"invalid_choice": _("Choose one of those offered.")}


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


class PeriodForm(forms.Form):
    LINE: ClassVar = Line.DIRECT
    REMEMBERED: ClassVar[tuple[str, ...]] = ()  # what else of the address a saved view keeps

    first = DayField(_("From"))
    last = DayField(_("To"))
    as_of = DayField(_("As of"))
    latest = NumberChoice(_("Newest days"), [(n, n) for n in PRESETS])  # where no day is named
    window = NumberChoice(_("Attribution window"))
    store = NumberChoice(_("Store"))

    def __init__(self, address: Mapping[str, Any], stores: Sequence[Store]) -> None:
        super().__init__(address)
        self.stores = stores
        self.offer("window", [(days, days) for days in self.LINE.windows])
        self.offer("store", [(store.pk, store.name_now) for store in stores])

    def offer(self, name: str, choices: Sequence[tuple[int, object]]) -> None:
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
        if asked and asked > (newest := newest_closed(days.known_now(), self.LINE)):
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
            line=self.LINE,
        )

    def moving_days(self) -> int | None:
        """Return how many of the newest days were asked for, if just these: they move on."""
        question = self.question()
        if self.cleaned_data.get("as_of"):
            return None
        asked = question.first, question.last
        return next((n for n in PRESETS if last_days(n, question.newest) == asked), None)

    def address(self) -> dict[str, str]:
        """Return the question as an address that asks it again; a moving period keeps moving."""
        question, as_of = self.question(), self.cleaned_data.get("as_of")
        asked: dict[str, object] = {"from": question.first, "to": question.last, "as_of": as_of}
        if moving := self.moving_days():
            asked = {"latest": moving}
        asked |= {"window": question.window, "store": question.store}
        asked |= {name: self.cleaned_data.get(name) for name in self.REMEMBERED}
        return {name: str(value) for name, value in asked.items() if value}

    def in_words(self) -> list[tuple[str, str]]:
        """Say what is asked, each part by its name."""
        question = self.question()
        period = f"{question.first} – {question.last}"
        if moving := self.moving_days():
            period = gettext("the newest %(n)s days, moving on each day") % {"n": moving}
        window = gettext("%(n)s d") % {"n": question.window}
        words = [(gettext("Period"), period), (gettext("Attribution window"), window)]
        if as_of := self.cleaned_data.get("as_of"):
            words.append((gettext("As of"), f"{as_of}"))
        names = {store.pk: str(store.name_now) for store in self.stores}
        if question.store:
            words.append((gettext("Store"), names[question.store]))
        return words

    def kept(self) -> QueryDict:
        """Return the days, window and store as they were asked for, for another page's address."""
        names = [self.add_prefix(name) for name in PeriodForm.base_fields]
        asked = QueryDict(mutable=True)
        asked.update({name: self.data[name] for name in names if self.data.get(name)})
        return asked

    def _refuse_period(self, reason: str) -> None:
        """Fall back to the usual days, both of them: half of a period is not what was asked."""
        self.add_error("first", reason)
        self.cleaned_data.pop("last", None)

    def _period(self) -> tuple[date, date]:
        newest = newest_closed(moment_of(self.cleaned_data.get("as_of")), self.LINE)
        last = self.cleaned_data.get("last") or newest
        first, _last = last_days(self.cleaned_data.get("latest") or DEFAULT_DAYS, last)
        return self.cleaned_data.get("first") or first, last


class StarPeriodForm(PeriodForm):
    LINE: ClassVar = Line.STAR
