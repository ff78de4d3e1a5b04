"""How the audit page is narrowed; what can't be read narrows nothing."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.audit import PLATFORM
from merchants.models import User
from merchants.models.access import AccessEventQuerySet
from merchants.models.history import ChangeQuerySet

STAFF = "staff"
Rows = TypeVar("Rows", ChangeQuerySet, AccessEventQuerySet)
Choices = list[tuple[str, Any]]  # Any: a name that is translated when it is shown


class AuditFilter(forms.Form):
    person = forms.ChoiceField(label=pgettext_lazy("audit", "Person"), required=False)
    kind = forms.ChoiceField(label=pgettext_lazy("audit", "What"), required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )

    def __init__(self, asked: QueryDict, people: Iterable[User], kinds: Choices) -> None:
        super().__init__(asked)
        persons = [(str(person.pk), str(person)) for person in people]
        everybody = ("", pgettext_lazy("audit", "Everybody"))
        everything = ("", pgettext_lazy("audit", "Everything"))
        self._offer("person", [everybody, *persons, (STAFF, PLATFORM)])
        self._offer("kind", [everything, *kinds])
        self.full_clean()

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())

    def apply(self, rows: Rows) -> Rows:
        person, kind, day = (self.cleaned_data.get(name) for name in ("person", "kind", "day"))
        if person:
            rows = rows.by_staff() if person == STAFF else rows.by(int(person))
        if kind:
            rows = rows.of_kind(kind)
        return rows.on(day) if day else rows

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices
