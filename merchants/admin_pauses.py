"""For the platform's admins: pausing what is pulled by a consent, and resuming it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from merchants import pauses
from merchants.admin_ask import AsksOnce
from merchants.models import Connection, ConnectionStatus
from merchants.services import Refused


class StaffPauseForm(pauses.PauseForm):
    def __init__(self, *args: Any, **options: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args, **options)
        length = self.fields["length"]
        length.widget = UnfoldAdminSelectWidget(choices=length.choices)  # type: ignore[attr-defined]  # a choice field
        self.fields["reason"].widget = UnfoldAdminTextInputWidget()


class PausesConnections(AsksOnce):
    def has_pause_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.change_connection")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, object_id)
        offered = _offered(row) if isinstance(row, Connection) else "-"
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # a mixin
        return [each for each in actions if each.action_name.endswith(offered)]

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Pause pulling"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["pause"],
        icon="pause",
    )
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        form = StaffPauseForm(request.POST or None)
        title = gettext("Pause pulling")
        if request.method != "POST" or not form.is_valid():
            says = gettext(
                "Windows of this connection wait; nothing is lost. The brand reads your reason on"
                " its pages and can't resume it. The pause ends by itself."
            )
            context = {"title": title, "says": [says], "row": row, "form": form}
            return self.ask_page(request, "admin/merchants/store/hold.html", context)
        days, reason = form.cleaned_data["length"], form.cleaned_data["reason"]
        try:
            pauses.pause_connection(row, days=days, reason=reason, by_staff=True)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, row, f"{title}: {days} d, {reason}")
            messages.success(request, gettext("Paused; the brand's pages say so."))
        return redirect("admin:merchants_connection_change", row.pk)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Resume pulling"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["pause"],
        icon="play_arrow",
    )
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        title = gettext("Resume pulling")
        if request.method != "POST":
            says = gettext("What waited is pulled within minutes.")
            context = {"title": title, "says": [says], "row": row, "form": None}
            return self.ask_page(request, "admin/merchants/store/hold.html", context)
        try:
            pauses.resume_connection(row, by_staff=True)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, row, title)
            messages.success(request, gettext("Resumed."))
        return redirect("admin:merchants_connection_change", row.pk)

    def _row(self, request: HttpRequest, object_id: str) -> Connection:
        row = self.get_object(request, object_id)
        if not isinstance(row, Connection):
            raise Http404
        return row


def _offered(row: Connection) -> str:
    if row.is_paused:
        return "resume"
    return "pause" if row.status == ConnectionStatus.CONNECTED else "-"
