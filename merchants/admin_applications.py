"""For reviewers: the applications that wait, claimed before they are decided."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant

from merchants import applications, reasons, rules
from merchants.admin_desk import Desk, due_badge, offered
from merchants.admin_evidence import frozen
from merchants.admin_parts import Blind, ReadOnly
from merchants.models import Application, IllegalMove, User
from merchants.models.application import QUEUE, Claimed
from merchants.queue_filters import AssignedFilter, HandsFilter, PromiseFilter, ScoreFilter
from merchants.review_forms import (
    ClaimForm,
    ConfirmForm,
    NoteForm,
    QuestionForm,
    RejectForm,
    UpholdForm,
)
from merchants.rules import Verdict
from merchants.services import Refused
from portal.lib import days

Step = Callable[[Application, Any, User], None]  # Any: the step's own form


def waiting_applications(request: HttpRequest) -> str:
    """The badge beside the applications in the side bar."""
    return str(Application.objects.waiting().count() or "")


@admin.register(Application)
class ApplicationAdmin(ReadOnly, Desk, Blind, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    blind_by = ("pk", "application")
    list_display = [
        "__str__",
        "store",
        "brand",
        "category",
        "score",
        "margin",
        "status",
        "due",
        "hands",
        "assigned_to",
    ]
    list_filter = [
        PromiseFilter,
        AssignedFilter,
        HandsFilter,
        "status",
        "margin",
        ScoreFilter,
        "store__category",
        "policy",
    ]
    list_select_related = ["store", "brand", "claimed_by", "assigned_to"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["store__title", "store__nick", "store__sid", "brand__name"]
    ordering = QUEUE
    actions = ["assign"]
    change_form_outer_before_template = "admin/merchants/application/review.html"  # type: ignore[assignment]  # unfold declares None
    fields = [
        ("store", "brand"),
        ("status", "policy"),
        ("submitted_at", "decided_at"),
        ("hands", "due"),
        ("assigned_to", "margin"),
        "decision",
        "asked",
        "frozen_evidence",
        "event_list",
    ]
    actions_detail = ["claim", "approve", "ask", "reject", "overturn", "uphold"]  # type: ignore[assignment]  # unfold declares an empty tuple

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.change_application")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        application = self.get_object(request, object_id)
        steps = offered(application, cast(User, request.user)) if application else ()
        actions = super().get_actions_detail(request, object_id)
        return [each for each in actions if each.action_name.rsplit("_", 1)[-1] in steps]

    @admin.display(description=_("main category"), ordering="store__category")
    def category(self, application: Application) -> str:
        return application.store.get_category_display() or "—"

    @admin.display(description=_("overall score"), ordering="store__overall_score")
    def score(self, application: Application) -> str:
        score = application.store.overall_score
        return "—" if score is None else str(score)

    @admin.display(description=_("promised by"), ordering="due_at")
    def due(self, application: Application) -> str | SafeString:
        return due_badge(application.due_at)

    @admin.display(description=_("in the hands of"))
    def hands(self, application: Application) -> str:
        if application.claimed_by is None or application.claimed_until is None:
            return "—"
        if application.claimed_until <= timezone.now():
            return gettext("%(who)s, run out") % {"who": application.claimed_by}
        until = _clock(application.claimed_until)
        return gettext("%(who)s until %(until)s") % {"who": application.claimed_by, "until": until}

    @admin.display(description=_("decision"))
    def decision(self, application: Application) -> SafeString:
        found = reasons.read(application.reasons)
        context = {"application": application, "reasons": found, "unmet": _unmet(application)}
        return _table("decision", context)

    @admin.display(description=_("evidence at submission"))
    def frozen_evidence(self, application: Application) -> SafeString:
        return _table("frozen", {"pieces": frozen(application)})

    @admin.display(description=_("events"))
    def event_list(self, application: Application) -> SafeString:
        return _table("events", {"events": application.events.oldest_first().reverse()})

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Claim"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="back_hand",
    )
    def claim(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, ClaimForm, gettext("Claim"), _claim)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Approve"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, ConfirmForm, gettext("Approve"), _approve)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Ask the brand"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="help",
    )
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, QuestionForm, gettext("Ask the brand"), _ask)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Reject"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="close",
    )
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, RejectForm, gettext("Reject"), _reject)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Approve on appeal"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    def overturn(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, NoteForm, gettext("Approve on appeal"), _overturn)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Uphold the rejection"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["decide"],
        icon="close",
    )
    def uphold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, UpholdForm, gettext("Uphold the rejection"), _uphold)

    def _step(
        self, request: HttpRequest, object_id: str, form_class: type[Form], title: str, step: Step
    ) -> HttpResponse:
        """Ask once on a page of its own; the step is taken by its POST."""
        application = self.get_object(request, object_id)
        if application is None:
            raise Http404
        form = form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._taken(request, application, form, step)
        context = {"title": title, "row": application, "form": form}
        return self.ask_page(request, "admin/merchants/application/decide.html", context)

    def _taken(
        self, request: HttpRequest, application: Application, form: Form, step: Step
    ) -> HttpResponseRedirect:
        try:
            step(application, form, cast(User, request.user))
        except (IllegalMove, Refused, Claimed) as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, application, f"→ {application.status}")
            said = gettext("%(application)s: %(status)s")
            status = application.get_status_display()
            messages.success(request, said % {"application": application, "status": status})
        return redirect("admin:merchants_application_change", application.pk)


def _unmet(application: Application) -> list[Verdict]:
    """Return what the rules alone found lacking when they decided, if they did."""
    for event in application.events.oldest_first().reverse():
        if event.decided_by_version:
            verdicts = rules.thaw(event.frozen["verdicts"])
            return [verdict for verdict in verdicts if not verdict.result.lets_in]
    return []


def _claim(application: Application, form: ClaimForm, user: User) -> None:
    applications.claim_application(application, by=user)


def _approve(application: Application, form: ConfirmForm, user: User) -> None:
    applications.approve_application(application, by=user)


def _ask(application: Application, form: QuestionForm, user: User) -> None:
    applications.ask_brand(application, question=form.cleaned_data["question"], by=user)


def _reject(application: Application, form: RejectForm, user: User) -> None:
    note = form.cleaned_data["note"]
    applications.reject_application(application, because=form.because, note=note, by=user)


def _overturn(application: Application, form: NoteForm, user: User) -> None:
    applications.overturn_rejection(application, note=form.cleaned_data["note"], by=user)


def _uphold(application: Application, form: UpholdForm, user: User) -> None:
    applications.uphold_rejection(application, note=form.cleaned_data["note"], by=user)


def _clock(moment: datetime, shape: str = "%H:%M") -> str:
    return moment.astimezone(days.SHANGHAI).strftime(shape)


def _table(name: str, context: dict[str, Any]) -> SafeString:  # Any: template context
    return render_to_string(f"admin/merchants/application/{name}.html", context)
