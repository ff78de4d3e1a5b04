"""What platform staff see of notes and links: everything to read, two moves to make."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline

from campaigns import admin_alarms, admin_sync  # noqa: F401  # their pages register themselves
from campaigns.admin_review import LinkReview, QueueFilter, SensitiveFilter, WaitingFilter
from campaigns.models import (
    Campaign,
    Click,
    CreatorOrder,
    Item,
    Link,
    LinkEvent,
    LinkStatus,
    Note,
    StarTask,
)
from merchants import link_reasons
from merchants.models import IllegalMove, User
from portal.lib import money

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def nobody(self: object, request: HttpRequest, obj: Model | None = None) -> bool:
    """Rows come from brands, partners and readers; they are not edited here."""
    return False


def in_yuan(column: str, title: "StrPromise") -> Callable[[object, Model], str]:
    """Return what shows a column of fen as money, to be sorted by it."""

    @admin.display(description=title, ordering=column)
    def shown(self: object, row: Model) -> str:
        fen = getattr(row, column)
        return "—" if fen is None else f"¥{money.full(fen)}"

    return shown


class ReadOnlyAdmin(ModelAdmin):
    has_add_permission = has_change_permission = has_delete_permission = nobody


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    list_display = ["title", "creator", "brand", "store", "source", "kind", "published_at"]
    list_filter = ["brand", "source", "kind"]
    list_select_related = ["brand", "store"]
    search_fields = ["title", "creator", "note_id"]
    fields = ["note_id", "title", "creator", "source", "kind", "status", "published_at"]
    fields += ["cover_url", "brand", "store", "connection", "first_seen_at"]
    ordering = ["-published_at", "-pk"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["name", "brand", "goal", "starts_on", "ends_on", "budget"]
    list_filter = ["brand", "goal"]
    list_select_related = ["brand"]
    search_fields = ["name"]
    readonly_fields = ["budget"]
    fields = ["name", "brand", "goal", "starts_on", "ends_on", "budget", "decision_days"]
    fields += ["expected_notes", "created_by", "created_at"]
    ordering = ["-starts_on", "-pk"]
    budget = in_yuan("budget_fen", _("budget"))


@admin.register(StarTask)
class StarTaskAdmin(ReadOnlyAdmin):
    list_display = ["name", "task_id", "group", "brand", "store", "starts_on", "ends_on"]
    list_filter = ["brand"]
    list_select_related = ["brand", "store"]
    search_fields = ["name", "task_id", "group"]
    readonly_fields = ["budget"]
    fields = ["task_id", "name", "group", "brand", "store", "starts_on", "ends_on"]
    fields += ["budget", "created_by", "created_at"]
    ordering = ["-starts_on", "-pk"]
    budget = in_yuan("budget_fen", _("budget"))


@admin.register(CreatorOrder)
class CreatorOrderAdmin(ReadOnlyAdmin):
    list_display = ["order_id", "kind_word", "creator", "brand", "store", "task_id", "ordered_at"]
    list_filter = ["brand", "kind"]
    list_select_related = ["brand", "store"]
    search_fields = ["order_id", "creator", "task_id"]
    readonly_fields = ["fee"]
    fields = ["order_id", "note", "kind", "kind_word", "creator", "fee", "task_id"]
    fields += ["ordered_at", "known_at", "brand", "store", "connection"]
    ordering = ["-ordered_at", "-pk"]
    fee = in_yuan("fee_fen", _("creator's fee"))


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ["title", "num_iid", "status", "price", "brand", "store", "known_at"]
    list_filter = ["status", "brand"]
    list_select_related = ["brand", "store"]
    search_fields = ["title", "num_iid"]
    readonly_fields = ["price"]
    fields = ["num_iid", "title", "status", "price", "stock", "cid", "picture_url"]
    fields += ["modified_at", "list_at", "delist_at", "known_at", "missing_since", "brand", "store"]
    ordering = ["-known_at", "-pk"]
    price = in_yuan("price_fen", _("price"))


class LinkEventInline(TabularInline):
    model = LinkEvent
    has_add_permission = has_change_permission = has_delete_permission = nobody
    fields = ["at", "source", "target", "actor", "said"]
    readonly_fields = ["said"]
    ordering = ["-at", "-pk"]
    extra = 0

    @admin.display(description=_("remark"))
    def said(self, event: LinkEvent) -> str:
        return event.said


@admin.register(Link)
class LinkAdmin(LinkReview, ReadOnlyAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["code", "status", "note_preview", "item_title", "brand", "store", "waiting"]
    list_filter = [
        QueueFilter,
        SensitiveFilter,
        WaitingFilter,
        "status",
        "note__source",
        "policy",
        "target",
        "brand",
    ]
    list_select_related = ["brand", "store", "note"]
    search_fields = ["code", "item_id", "item_title", "note__title", "note__note_id"]
    readonly_fields = ["case"]
    fields = ["case", "status", "brand", "store", "policy", "handed_in_at", "created_by"]
    fields += ["marked_as_ad_by", "marked_as_ad_at", "direct_link_id", "review_state"]
    fields += ["review_comment", "submitted_at", "waits_for"]
    inlines = [LinkEventInline]
    actions_detail = ["approve", "reject"]  # type: ignore[assignment]  # unfold declares an empty tuple
    actions = ["approve_all", "reject_all", "pause", "resume"]

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_link")

    @admin.action(description=_("Pause the links"), permissions=["move"])
    def pause(self, request: HttpRequest, links: QuerySet[Link]) -> None:
        self._move(request, links, LinkStatus.LIVE, LinkStatus.PAUSED)

    @admin.action(description=_("Resume the links"), permissions=["move"])
    def resume(self, request: HttpRequest, links: QuerySet[Link]) -> None:
        self._move(request, links, LinkStatus.PAUSED, LinkStatus.LIVE)

    def _move(
        self,
        request: HttpRequest,
        links: QuerySet[Link],
        source: LinkStatus,
        target: LinkStatus,
    ) -> None:
        by = cast(User, request.user)  # the admin lets nobody else in
        moved = 0
        for link in links:
            try:
                if link.status != source:
                    raise IllegalMove(
                        _t("Only a link that is “%(status)s” can be.") % {"status": source.label}
                    )
                link.move_to(target, by=by, note=link_reasons.kept([link_reasons.BY_PLATFORM]))
            except IllegalMove as problem:
                self.message_user(request, f"{link}: {problem}", messages.ERROR)
            else:
                moved += 1
        if moved:
            told = ngettext("%(count)d link moved.", "%(count)d links moved.", moved)
            self.message_user(request, told % {"count": moved}, messages.SUCCESS)


@admin.register(Click)
class ClickAdmin(ReadOnlyAdmin):
    list_display = ["at", "link", "brand", "kind", "is_repeat", "system", "app", "went", "click_id"]
    list_filter = ["kind", "is_repeat", "system", "app", "went", "brand"]
    list_select_related = ["link", "brand"]
    search_fields = ["link__code", "click_id"]
    ordering = ["-at", "-pk"]
    show_full_result_count = False
