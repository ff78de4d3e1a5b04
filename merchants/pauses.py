"""Pausing what is pulled by a consent, for a time: the consent stays, and what is owed waits."""

from datetime import timedelta

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from merchants.models import Connection
from merchants.services import Refused

LENGTHS = (1, 3, 7, 14, 30)  # days; nobody has to remember to end a pause


def _days(number: int) -> str:
    return ngettext("for %(n)d day", "for %(n)d days", number) % {"n": number}


class PauseForm(forms.Form):
    length = forms.TypedChoiceField(
        label=_lazy("For how long"),
        choices=lambda: [(days, _days(days)) for days in LENGTHS],
        coerce=int,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=_lazy("Reason"),
        max_length=200,
        help_text=_lazy("All who see the store read this."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


@transaction.atomic
def pause_connection(
    connection: Connection, *, days: int, reason: str, by_staff: bool = False
) -> None:
    """Let windows wait for so many days; a page that is under way is still kept."""
    now = timezone.now()
    connection = _locked(connection)
    _refuse_staffs_own(connection, by_staff=by_staff)
    if not Connection.objects.connected().filter(pk=connection.pk).exists():
        raise Refused(_("Nothing is pulled by this consent now, so there is nothing to pause."))
    connection.pause(now + timedelta(days=days), reason=reason, by_staff=by_staff)


@transaction.atomic
def resume_connection(connection: Connection, *, by_staff: bool = False) -> None:
    """End the pause; what waited is handed out within a minute."""
    connection = _locked(connection)
    _refuse_staffs_own(connection, by_staff=by_staff)
    if not connection.is_paused_at(timezone.now()):
        raise Refused(_("This connection is not paused."))
    connection.resume()


def _locked(connection: Connection) -> Connection:
    return Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)


def _refuse_staffs_own(connection: Connection, *, by_staff: bool) -> None:
    if connection.is_paused_at(timezone.now()) and connection.paused_by_staff and not by_staff:
        raise Refused(_("The platform paused this connection, and only the platform resumes it."))
