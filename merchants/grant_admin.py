"""What platform staff see of agencies: who lets whom in, and each step that led there."""

from unfold.admin import ModelAdmin, TabularInline

from merchants.admin_parts import ReadOnly
from merchants.models import BrandGrantEvent


class BrandGrantEventInline(ReadOnly, TabularInline):  # type: ignore[misc]  # unfold is untyped
    model = BrandGrantEvent
    fields = ["at", "source", "target", "role", "store_ids", "actor"]
    ordering = ["pk"]
    extra = 0


class BrandGrantAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["brand", "agency_slug", "agency", "role", "status", "offered_at", "accepted_at"]
    list_filter = ["status", "role"]
    list_select_related = ["brand", "agency"]
    search_fields = ["brand__name", "brand__slug", "agency_slug", "agency__name"]
    ordering = ["-pk"]
    fields = [
        ("brand", "agency_slug", "agency"),
        ("role", "status"),
        ("offered_by", "offered_at", "expires_at"),
        ("accepted_at", "ended_at"),
    ]
    inlines = [BrandGrantEventInline]
