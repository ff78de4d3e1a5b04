"""Consents as platform staff see them: every step, and how near each connection is to its end."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from merchants.admin_parts import ReadOnly
from merchants.models import Connection, ConnectionState, ConsentRecord


class StateFilter(admin.SimpleListFilter):
    title = _("state of the consent")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in ConnectionState]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if wanted is None or wanted not in ConnectionState.values:
            return rows
        chosen = Connection.objects.in_state(ConnectionState(wanted), timezone.now())
        return rows.filter(pk__in=chosen)


class StateShown:
    @admin.display(description=_("state of the consent"))
    def state(self, connection: Connection) -> str:
        return str(connection.state_at(timezone.now()).label)


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["at", "store", "brand", "partner", "step", "actor", "text_version"]
    list_filter = ["partner", "step", "text_version"]
    list_select_related = ["store", "brand", "actor"]
    search_fields = ["store__title", "brand__name", "subject", "subject_name"]
    ordering = ["-pk"]
    fields = [
        ("store", "brand"),
        ("partner", "step"),
        ("subject", "subject_name"),
        "scope",
        ("at", "actor"),
        ("text_version", "language"),
        "text_sha256",
    ]
