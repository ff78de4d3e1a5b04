"""What is asked of an owner's webhook, and how its log is narrowed."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from merchants.models import DeliveryStatus, WebhookEndpoint
from merchants.models.webhooks import WebhookDeliveryQuerySet
from merchants.webhook_kinds import ALL, KINDS, Kind
from portal.lib.outgoing import LONGEST, Forbidden, Unreached, check


class EndpointForm(forms.Form):
    """Cleaning looks the host up, so no scope may be open around it."""

    url = forms.CharField(
        label=_("Address that is called"),
        max_length=LONGEST,
        help_text=_("Begins with https:// and is public; ports 443 or 8443."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(kind.key, kind.name) for kind in ALL],
        error_messages={"required": _("Choose at least one event.")},
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check(url, networks=settings.WEBHOOK_NETWORKS)
        except (Forbidden, Unreached) as problem:
            raise forms.ValidationError(str(problem)) from None
        return url

    @property
    def offered(self) -> list[tuple[Kind, bool]]:
        """Return every kind, and whether its box is ticked."""
        chosen = set(self["kinds"].value() or [])
        return [(kind, kind.key in chosen) for kind in ALL]


class SinceForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Events since"),
        validators=[MinValueValidator(datetime(2000, 1, 1, tzinfo=UTC))],
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "autocomplete": "off"}, format="%Y-%m-%dT%H:%M"
        ),
    )


class LogFilter(forms.Form):
    """What can't be read narrows nothing."""

    webhook = forms.TypedChoiceField(
        label=_("Sent to"), required=False, coerce=int, empty_value=None
    )
    kind = forms.ChoiceField(label=_("Kind of event"), required=False)
    status = forms.ChoiceField(label=_("Delivery outcome"), required=False)

    def __init__(self, asked: QueryDict, endpoints: Iterable[WebhookEndpoint]) -> None:
        super().__init__(asked)
        every = ("", _("All"))
        kinds = [(kind.key, kind.name) for kind in KINDS.values()]
        self._offer("webhook", [every, *((str(each.pk), str(each)) for each in endpoints)])
        self._offer("kind", [every, *kinds])
        self._offer("status", [every, *DeliveryStatus.choices])
        self.full_clean()

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())

    def apply(self, rows: WebhookDeliveryQuerySet) -> WebhookDeliveryQuerySet:
        asked = self.cleaned_data
        if asked.get("webhook"):
            rows = rows.filter(endpoint_id=asked["webhook"])
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        return rows.filter(status=asked["status"]) if asked.get("status") else rows

    def _offer(self, name: str, choices: "list[tuple[str, object]]") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices
