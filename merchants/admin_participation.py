"""For the platform's admins: how a joined store takes part, and its suspension by staff."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from merchants import rules, suspension
from merchants.admin_ask import AsksOnce, Step
from merchants.models import (
    Participation,
    ParticipationStatus,
    Store,
    StoreStatus,
)


class ParticipationFilter(admin.SimpleListFilter):
    title = _("participation")
    parameter_name = "participation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*ParticipationStatus.choices, ("held", _("Suspended by staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Store]) -> QuerySet[Store]:
        found = Participation.objects.all()
        if self.value() == "held":
            return queryset.filter(pk__in=found.exclude(held_from="").values("store"))
        if self.value() == ParticipationStatus.GOOD:  # also the ones that were never judged
            troubled = found.troubled().values("store")
            return queryset.filter(status=StoreStatus.APPROVED).exclude(pk__in=troubled)
        if self.value() in ParticipationStatus.values:
            return queryset.filter(pk__in=found.filter(status=self.value()).values("store"))
        return queryset


class HoldsStores(AsksOnce):
    """What the stores' pages show of a participation, and the two steps of staff."""

    def has_hold_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.hold_participation")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Store]:
        stores: QuerySet[Store] = super().get_queryset(request)
        return stores.prefetch_related("participations__policy")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        store = self.get_object(request, object_id)
        offered = _offered(store) if store else ()
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # a mixin
        return [each for each in actions if each.action_name.endswith(offered or ("-",))]

    @admin.display(description=_("participation"))
    def participation(self, store: Store) -> str:
        if store.status != StoreStatus.APPROVED or store.is_released:
            return "—"
        found = _participation(store)
        if found is None:
            return str(ParticipationStatus.GOOD.label)
        return gettext("Suspended by staff") if found.is_held else str(found)

    @admin.display(description=_("how it takes part"))
    def participation_detail(self, store: Store) -> SafeString:
        found = _participation(store)
        context = {
            "participation": found,
            "lacking": rules.thaw(found.lacking) if found else (),
            "events": found.events.newest_first() if found else (),
        }
        return render_to_string("admin/merchants/store/participation.html", context)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Suspend this store"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["hold"],
        icon="pause",
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        says = gettext(
            "Its links are paused at once: readers get to the store's own page, and nothing new"
            " can be attached. The brand is told, with your reason; the nightly judgement does not"
            " lift it."
        )
        step = suspension.suspend_store
        return self._hold(request, object_id, gettext("Suspend this store"), says, step)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Lift the suspension"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["hold"],
        icon="play_arrow",
    )
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        says = gettext(
            "The store is judged at once: where every rule is met its links work again, otherwise"
            " it goes back to where it was, with a new period of grace. The brand is told, with"
            " your reason."
        )
        step = suspension.lift_suspension
        return self._hold(request, object_id, gettext("Lift the suspension"), says, step)

    def _hold(
        self, request: HttpRequest, object_id: str, title: str, says: str, step: Step
    ) -> HttpResponse:
        return self.ask_reason(
            request,
            object_id,
            title,
            step,
            template="admin/merchants/store/hold.html",
            says=[says],
            read_by=gettext("The brand reads this."),
            done=gettext("Done; the brand has been told."),
        )


def _participation(store: Store) -> Participation | None:
    return next(iter(store.participations.all()), None)


def _offered(store: Store) -> tuple[str, ...]:
    if store.status != StoreStatus.APPROVED or store.is_released:
        return ()
    found = _participation(store)
    return ("lift",) if found and found.is_held else ("suspend",)
