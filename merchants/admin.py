"""For platform staff: brands, stores and people; applications have a module of their own."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin import EmptyFieldListFilter
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import (
    AdminPasswordChangeForm,
    PaginationInlineFormSet,
    UserChangeForm,
    UserCreationForm,
)

from merchants import (
    admin_applications,
    admin_audit,  # noqa: F401  # its pages register themselves
    admin_transfers,  # noqa: F401  # the same
    policy_admin,  # noqa: F401  # its pages register themselves
    second_factor,
    second_review_admin,  # noqa: F401  # the same
)
from merchants.admin_consents import StateFilter, StateShown
from merchants.admin_evidence import EvidenceFiles
from merchants.admin_participation import HoldsStores, ParticipationFilter
from merchants.admin_parts import Blind, ReadOnly
from merchants.admin_pauses import PausesConnections
from merchants.grant_admin import BrandGrantAdmin
from merchants.members import LAST_OWNER, NEEDS_AN_OWNER
from merchants.models import (
    Brand,
    BrandGrant,
    Connection,
    Evidence,
    Invitation,
    Membership,
    MembershipStore,
    NoticeMail,
    Store,
    User,
)
from merchants.outbox_admin import NoticeMailAdmin
from portal.lib.constraints import broken_rule

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
admin.site.unregister(UserSession)
admin.site.register(NoticeMail, NoticeMailAdmin)
admin.site.register(BrandGrant, BrandGrantAdmin)


waiting_applications = admin_applications.waiting_applications


class Kept:
    """Rows that others refer to are never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Store)
class StoreAdmin(ReadOnly, HoldsStores, Blind, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    blind_by = ("pk", "store")
    list_display = [
        "title",
        "brand",
        "kind",
        "category",
        "overall_score",
        "status",
        "participation",
        "released_at",
    ]
    list_filter = ["status", ParticipationFilter, "category", ("released_at", EmptyFieldListFilter)]
    list_select_related = ["brand"]
    search_fields = ["title", "nick", "sid", "seller_id", "brand__name"]
    ordering = ["-registered_at"]
    exclude = ["registered_by", "facts_stated_by"]
    readonly_fields = ["participation_detail"]
    actions_detail = ["suspend", "lift"]  # type: ignore[assignment]  # unfold declares an empty tuple


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly, EvidenceFiles, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["name", "kind", "store", "brand", "uploaded_at", "valid_until"]
    list_filter = ["kind"]
    list_select_related = ["store", "brand"]
    search_fields = ["name", "store__title", "brand__name", "sha256"]
    ordering = ["-pk"]
    fields = [
        ("store", "brand"),
        ("kind", "file_link"),
        ("size", "content_type"),
        "sha256",
        ("uploaded_at", "uploaded_by"),
        ("valid_until", "replaces"),
    ]


@admin.register(Connection)
class ConnectionAdmin(ReadOnly, StateShown, PausesConnections, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """No field here holds a token, sealed or not."""

    list_display = ["store", "brand", "partner", "state", "subject_name", "last_good_call_at"]
    list_filter = ["partner", StateFilter]
    list_select_related = ["store", "brand"]
    search_fields = ["store__title", "subject", "subject_name", "brand__name"]
    ordering = ["-consented_at"]
    readonly_fields = ["state"]
    fields = [
        ("store", "brand"),
        ("partner", "status", "state"),
        ("subject", "subject_name"),
        "scope",
        ("access_expires_at", "refresh_expires_at"),
        ("consented_at", "last_good_call_at"),
        ("paused_until", "paused_by_staff"),
        "pause_reason",
    ]
    actions_detail = ["pause", "resume"]  # type: ignore[assignment]  # unfold declares an empty tuple


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
    fields = ["user", "brand", "role", "joined_at", "suspended_at"]
    actions = None  # one by one: of several at once the last owner would stop them all

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["user", "brand", "joined_at"] if obj else ["joined_at"]

    def changeform_view(  # type: ignore[override]  # unfold narrows what Django answers
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponse:
        try:
            return cast(HttpResponse, super().changeform_view(request, *args, **options))
        except IntegrityError as clash:
            return _owner_kept(request, clash)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **options)
        except IntegrityError as clash:
            return _owner_kept(request, clash)

    def get_inlines(self, request: HttpRequest, obj: Membership | None) -> list[Any]:
        return [MembershipStoreInline] if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.brand_id = form.instance.brand_id
            row.save()
        for row in formset.deleted_objects:
            row.delete()


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """The token is in the mail alone."""

    list_display = ["email", "brand", "role", "invited_by", "sent_at", "expires_at", "accepted_at"]
    list_filter = ["role", "brand"]
    list_select_related = ["brand", "invited_by"]
    search_fields = ["email", "brand__name"]
    ordering = ["-invited_at"]
    fields = [
        ("email", "brand", "role"),
        ("invited_by", "invited_at"),
        ("sent_at", "times_sent", "expires_at"),
        ("accepted_at", "revoked_at"),
    ]


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
        (None, {"fields": ["email", "name", "language", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    actions = ["remove_second_factor"]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]  # type: ignore[assignment]  # unfold declares an empty tuple

    @admin.action(
        description=_("Switch off the second step and end all sessions"), permissions=["change"]
    )
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """For who has lost phone and recovery codes, and has shown who they are."""
        for user in users:
            second_factor.remove(user)
            self.log_change(request, user, gettext("Second step switched off, sessions ended."))
        messages.success(request, gettext("Their password alone opens these accounts again."))


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).order_by("name")


def _owner_kept(request: HttpRequest, clash: IntegrityError) -> HttpResponseRedirect:
    """Say that the brand would be left without an owner, and show the page as it was."""
    if broken_rule(clash) != LAST_OWNER:
        raise clash
    messages.error(request, str(NEEDS_AN_OWNER))
    return HttpResponseRedirect(request.path)
