"""How the nights go, for platform staff: monitor, windows that never came, incidents, replay."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from campaigns.models import SyncWindow
from campaigns.models.window import SyncWindowQuerySet
from campaigns.reports import REPORTS
from campaigns.sync.monitor import monitor
from campaigns.sync.replay import OutOfReach, replay
from campaigns.sync.windows import NEVER_CAME, ask_again
from merchants.admin_parts import ReadOnly
from merchants.models import Brand, PartnerIncident, User
from portal.lib import days


class ReplayForm(forms.Form):
    """The choices are read when the form is made: brands come and go."""

    brand = forms.ModelChoiceField(
        label=_("brand"), queryset=Brand.objects.none(), widget=UnfoldAdminSelectWidget
    )
    report = forms.ChoiceField(
        label=_("Report"),
        choices=lambda: [(key, report.label) for key, report in REPORTS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(label=_("First day"), widget=UnfoldAdminDateWidget)
    last = forms.DateField(label=_("Last day"), widget=UnfoldAdminDateWidget)

    def __init__(self, *args: Any, **options: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args, **options)
        field = cast("forms.ModelChoiceField[Brand]", self.fields["brand"])
        field.queryset = Brand.objects.by_name()


class LostFilter(admin.SimpleListFilter):
    title = _("what became of it")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("lost", gettext("refused or given up")), ("open", gettext("still owed"))]

    def queryset(self, request: HttpRequest, windows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "lost":
            return windows.filter(NEVER_CAME)
        if self.value() == "open":
            return cast(SyncWindowQuerySet, windows).still_open()
        return windows


@admin.register(SyncWindow)
class SyncWindowAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["report_label", "day", "status", "brand", "store", "owed_at", "error"]
    list_filter = [LostFilter, "status", "report", "brand"]
    list_select_related = ["brand", "store"]
    search_fields = ["error", "store__title", "brand__name"]
    ordering = ["-day", "-pk"]
    show_full_result_count = False
    actions = ["ask_for_again"]
    fields = [
        ("report", "day", "status"),
        ("brand", "store", "connection"),
        ("owed_on", "owed_at", "not_before"),
        ("pull", "attempts", "retries"),
        ("expected_rows", "closed_on", "closed_at"),
        "error",
    ]

    def get_urls(self) -> list[URLPattern]:
        view, asks = require_GET(self.monitor), require_http_methods(["GET", "POST"])(self.replay)
        own = [
            path("monitor/", self.admin_site.admin_view(view), name="campaigns_syncwindow_monitor"),
            path("replay/", self.admin_site.admin_view(asks), name="campaigns_syncwindow_replay"),
        ]
        return [*own, *super().get_urls()]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_syncwindow")

    @admin.display(description=_("report"), ordering="report")
    def report_label(self, window: SyncWindow) -> str:
        report = REPORTS.get(window.report)
        return str(report.label) if report else window.report

    @admin.action(description=_("Ask for these again"), permissions=["replay"])
    def ask_for_again(self, request: HttpRequest, windows: SyncWindowQuerySet) -> None:
        chosen = list(windows)
        asked = ask_again(SyncWindow.objects.filter(pk__in=[each.pk for each in chosen]))
        by = cast(User, request.user)  # the admin lets nobody else in
        LogEntry.objects.log_actions(by.pk, chosen, CHANGE, "→ owed")
        told = ngettext(
            "%(count)d window is asked for again.", "%(count)d windows are asked for again.", asked
        )
        self.message_user(request, told % {"count": asked}, messages.SUCCESS)

    def monitor(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self._frame(request, gettext("Sync monitor")) | {
            "monitor": monitor(),
            "may_replay": self.has_replay_permission(request),
        }
        return TemplateResponse(request, "admin/campaigns/sync/monitor.html", context)

    def replay(self, request: HttpRequest) -> HttpResponse:
        """Ask once for brand, report and days; the page says what will happen."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        yesterday = days.yesterday()
        form = ReplayForm(request.POST or None, initial={"first": yesterday, "last": yesterday})
        if request.method == "POST" and form.is_valid() and self._replayed(request, form):
            return redirect("admin:campaigns_syncwindow_monitor")
        context = self._frame(request, gettext("Replay days")) | {"form": form}
        status = 422 if request.method == "POST" else 200
        template = "admin/campaigns/sync/replay.html"
        return TemplateResponse(request, template, context, status=status)

    def _replayed(self, request: HttpRequest, form: ReplayForm) -> bool:
        """Ask again, or write on the form why not."""
        brand, report = form.cleaned_data["brand"], REPORTS[form.cleaned_data["report"]]
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        try:
            number = replay(brand, report, first, last)
        except OutOfReach as refusal:
            form.add_error(None, str(refusal))
            return False
        self.log_change(request, brand, f"{report.key} {first}–{last} → owed ({number})")
        told = ngettext("%(count)d window is owed now.", "%(count)d windows are owed now.", number)
        messages.success(request, told % {"count": number})
        return True

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:  # template context
        own = {"title": title, "opts": self.opts, "media": self.media}
        return self.admin_site.each_context(request) | own


@admin.register(PartnerIncident)
class PartnerIncidentAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["partner", "began_at", "ended_at", "probe_at", "words"]
    list_filter = ["partner"]
    ordering = ["-began_at", "-pk"]
    fields = ["partner", ("began_at", "ended_at", "probe_at"), "words"]
