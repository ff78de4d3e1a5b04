"""For platform staff: brands, stores and people; applications have a module of their own."""

import json
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import (
    AdminPasswordChangeForm,
    PaginationInlineFormSet,
    UserChangeForm,
    UserCreationForm,
)

from merchants import admin_applications
from merchants.admin_parts import ReadOnly
from merchants.models import (
    Brand,
    Connection,
    Membership,
    MembershipStore,
    PolicyVersion,
    Store,
    User,
)

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)


waiting_applications = admin_applications.waiting_applications


class Kept:
    """Rows that others refer to are never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Store)
class StoreAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["title", "brand", "kind", "category", "overall_score", "status"]
    list_filter = ["status", "category"]
    list_select_related = ["brand"]
    search_fields = ["title", "nick", "sid", "seller_id", "brand__name"]
    ordering = ["-registered_at"]
    exclude = ["registered_by", "facts_stated_by"]


@admin.register(Connection)
class ConnectionAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """No field here holds a token, sealed or not."""

    list_display = ["store", "brand", "partner", "status", "subject_name", "last_good_call_at"]
    list_filter = ["partner", "status"]
    list_select_related = ["store", "brand"]
    search_fields = ["store__title", "subject", "subject_name", "brand__name"]
    ordering = ["-consented_at"]
    fields = [
        ("store", "brand"),
        ("partner", "status"),
        ("subject", "subject_name"),
        "scope",
        ("access_expires_at", "refresh_expires_at"),
        ("consented_at", "last_good_call_at"),
    ]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["code", "effective_from", "effective_until"]
    ordering = ["-effective_from"]
    fields = ["code", ("effective_from", "effective_until"), "source_note", "readable_rules"]

    @admin.display(description=_("rules"))
    def readable_rules(self, policy: PolicyVersion) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(policy.rules, ensure_ascii=False, indent=2))


@admin.register(Brand)
class BrandAdmin(Kept, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["name", "slug", "created_at"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    readonly_fields = ["created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> list[str]:
        return ["created_at", "slug"] if obj else ["created_at"]


class MembershipStores(PaginationInlineFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        return "stores"


class MembershipStoreInline(TabularInline):
    model = MembershipStore
    formset = MembershipStores
    verbose_name = _("store")
    verbose_name_plural = _("Only these stores (none: every store)")
    fields = ["store"]
    extra = 0

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **options: Any
    ) -> "ModelChoiceField[Any] | None":
        match = request.resolver_match
        membership = match.kwargs.get("object_id") if match else None
        options["queryset"] = Store.objects.filter(brand__memberships=membership)
        return super().formfield_for_foreignkey(db_field, request, **options)


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):
    list_display = ["user", "brand", "role", "suspended_at"]
    list_filter = ["role", "brand"]
    list_select_related = ["user", "brand"]
    search_fields = ["user__email", "user__name", "brand__name"]
    ordering = ["brand__name", "user__email"]
    autocomplete_fields = ["user", "brand"]
    fields = ["user", "brand", "role", "suspended_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["user", "brand"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Membership | None) -> list[Any]:
        return [MembershipStoreInline] if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.brand_id = form.instance.brand_id
            row.save()
        for row in formset.deleted_objects:
            row.delete()


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class UserAdmin(Kept, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # unfold is untyped
    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]  # type: ignore[assignment]  # unfold declares an empty tuple


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).order_by("name")
