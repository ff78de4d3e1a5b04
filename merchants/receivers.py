"""Which of the notices that groups can be told of each webhook and each robot is told of.

An endpoint's own list of kinds is the only place where this is kept; here it is seen from the
other side, all receivers together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from merchants.models import WebhookEndpoint
from merchants.models.webhooks import WebhookEndpointQuerySet
from merchants.robot_messages import OFFERED
from merchants.webhook_kinds import Kind

HERE = {kind.key for kind in OFFERED}


@dataclass(frozen=True, slots=True)
class Box:
    endpoint: WebhookEndpoint
    value: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    boxes: list[Box]


class ReceiversForm(forms.Form):
    told = forms.MultipleChoiceField(label=_("Who is told"), required=False)

    def __init__(self, *args: object, endpoints: Iterable[WebhookEndpoint]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's own
        self.endpoints = list(endpoints)
        values = [_value(kind, each) for kind in OFFERED for each in self.endpoints]
        field = self.fields["told"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(value, value) for value in values]

    @property
    def rows(self) -> list[Row]:
        """Return each kind with a box for each receiver, as was typed, else as it is kept."""
        typed = set(self["told"].value() or []) if self.is_bound else self._kept()
        return [Row(kind, self._boxes(kind, typed)) for kind in OFFERED]

    def _boxes(self, kind: Kind, ticked: set[str]) -> list[Box]:
        values = [(each, _value(kind, each)) for each in self.endpoints]
        return [Box(each, value, value in ticked) for each, value in values]

    def _kept(self) -> set[str]:
        told = ((kind, each) for kind in OFFERED for each in self.endpoints)
        return {_value(kind, each) for kind, each in told if kind.key in each.kinds}


@transaction.atomic
def keep_receivers(endpoints: WebhookEndpointQuerySet, told: Sequence[str]) -> None:
    """Have each endpoint told of what is ticked; of other kinds as before."""
    for endpoint in endpoints.select_for_update(of=("self",)):
        chosen = {kind.key for kind in OFFERED if _value(kind, endpoint) in told}
        kinds = sorted((set(endpoint.kinds) - HERE) | chosen)
        if kinds != sorted(endpoint.kinds):
            endpoint.kinds = kinds
            endpoint.save(update_fields=["kinds"])


def _value(kind: Kind, endpoint: WebhookEndpoint) -> str:
    return f"{endpoint.pk}:{kind.key}"
