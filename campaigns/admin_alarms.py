"""What platform staff see of the nights: alarms, with figures to release, and new fields."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from campaigns.models import AlarmKind, FieldDrift, SyncAlarm
from campaigns.sync.doubts import release_window
from campaigns.sync.quarantine import label_of
from merchants.admin_parts import ReadOnly


@admin.register(SyncAlarm)
class SyncAlarmAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["at", "kind", "brand", "store", "report", "day", "words", "settled_at"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter), "kind", "brand"]
    list_select_related = ["brand", "store", "window"]
    fields = ["at", "kind", "words", "brand", "store", "window", "report", "day", "settled_at"]
    readonly_fields = ["report", "day"]
    ordering = ["-at", "-pk"]
    actions = ["release"]

    @admin.display(description=_("report"))
    def report(self, alarm: SyncAlarm) -> str:
        return str(label_of(alarm.window.report))

    @admin.display(description=_("business day"))
    def day(self, alarm: SyncAlarm) -> str:
        return f"{alarm.window.day}"

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_syncwindow")

    @admin.action(
        description=_("Release the held figures: pull them once more and show them"),
        permissions=["release"],
    )
    def release(self, request: HttpRequest, alarms: QuerySet[SyncAlarm]) -> None:
        held = alarms.filter(kind=AlarmKind.MAGNITUDE).select_related("window")
        released = sum(release_window(alarm.window) for alarm in held)
        told = ngettext("%(count)d day released.", "%(count)d days released.", released)
        if released:
            self.message_user(request, told % {"count": released}, messages.SUCCESS)
        else:
            self.message_user(request, _t("None of these days is held."), messages.WARNING)


@admin.register(FieldDrift)
class FieldDriftAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["told_by", "field", "value", "times", "first_seen_at", "last_seen_at"]
    list_filter = ["report"]
    search_fields = ["field", "value"]
    ordering = ["-last_seen_at", "-pk"]

    @admin.display(description=_("report"), ordering="report")
    def told_by(self, drift: FieldDrift) -> str:
        return str(label_of(drift.report))
