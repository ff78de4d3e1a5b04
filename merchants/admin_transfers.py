"""For the platform's admins: both sides of a transfer, and its decision."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action

from merchants import transfers
from merchants.admin_ask import AsksOnce, Step
from merchants.admin_parts import ReadOnly
from merchants.models import StoreRelease, StoreTransfer, StoreTransferEvent
from merchants.models.transfers import REGISTER_WITHIN


def waiting_transfers(request: HttpRequest) -> str:
    return str(StoreTransfer.objects.requested().count() or "")


class StoreReleaseInline(ReadOnly, TabularInline):  # type: ignore[misc]  # unfold is untyped
    model = StoreRelease
    verbose_name_plural = _("The brand that has the store")
    fields = ["brand", "store", "status", "answer_by", "answer", "answered_by", "answered_at"]
    extra = 0


class StoreTransferEventInline(ReadOnly, TabularInline):  # type: ignore[misc]  # unfold is untyped
    model = StoreTransferEvent
    fields = ["at", "source", "target", "actor", "note"]
    ordering = ["pk"]
    extra = 0


@admin.register(StoreTransfer)
class StoreTransferAdmin(ReadOnly, AsksOnce, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["title", "brand", "present_brand", "their_answer", "status", "answer_by"]
    list_filter = ["status", "releases__status"]
    list_select_related = ["brand"]
    search_fields = ["title", "nick", "seller_id", "brand__name", "releases__brand__name"]
    ordering = ["-pk"]
    fields = [
        ("title", "nick", "seller_id"),
        ("brand", "requested_by", "requested_at"),
        "reason",
        "evidence",
        ("status", "answer_by", "register_by"),
        ("decided_at", "decision"),
    ]
    inlines = [StoreReleaseInline, StoreTransferEventInline]
    actions_detail = ["approve", "reject"]  # type: ignore[assignment]  # unfold declares an empty tuple

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.decide_storetransfer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoreTransfer]:
        rows: QuerySet[StoreTransfer] = super().get_queryset(request)
        return rows.prefetch_related("releases__brand")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        transfer = self.get_object(request, object_id)
        is_open = transfer is not None and transfer.is_requested
        return super().get_actions_detail(request, object_id) if is_open else []

    @admin.display(description=_("present brand"))
    def present_brand(self, transfer: StoreTransfer) -> str:
        return ", ".join(str(each.brand) for each in transfer.releases.all())

    @admin.display(description=_("its answer"))
    def their_answer(self, transfer: StoreTransfer) -> str:
        return ", ".join(each.get_status_display() for each in transfer.releases.all())

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Approve the transfer"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="check",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        says = [
            gettext("The present brand's consents for the store end at once; their keys are gone."),
            gettext("Its links lead to the store's own page, and new ones can't be attached."),
            gettext("Nothing that it has moves: figures, links and files stay with it, to read."),
            gettext("What it has under review for this store lapses."),
            gettext(
                "For %(days)s days only the asking brand can register the store, by a new consent."
            )
            % {"days": REGISTER_WITHIN.days},
            gettext("Other requests for the store lapse. A release can't be undone."),
        ]
        transfer = self.get_object(request, object_id)
        if request.method != "POST" and transfer and (said := transfers.too_early(transfer)):
            messages.error(request, said)  # before anybody writes a reason in vain
            return redirect("admin:merchants_storetransfer_change", transfer.pk)
        step = transfers.approve_transfer
        return self._decide(request, object_id, gettext("Approve the transfer"), says, step)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Reject the transfer"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="close",
    )
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        says = [
            gettext("The store stays where it is, and nothing of it changes."),
            gettext("The asking brand is told, with your reason; it may ask again."),
        ]
        step = transfers.reject_transfer
        return self._decide(request, object_id, gettext("Reject the transfer"), says, step)

    def _decide(
        self, request: HttpRequest, object_id: str, title: str, says: list[str], step: Step
    ) -> HttpResponse:
        return self.ask_reason(
            request,
            object_id,
            title,
            step,
            template="admin/merchants/storetransfer/decide.html",
            says=says,
            read_by=gettext("Both brands read this."),
            done=gettext("Done; both brands have been told."),
        )
