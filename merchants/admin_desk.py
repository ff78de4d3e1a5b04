"""The reviewer's desk: the case on the application's page, its keys, and handing out work."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from merchants import applications, desk, second_reviews
from merchants.admin_ask import AsksOnce
from merchants.admin_evidence import file_url
from merchants.case_file import CaseFile, case_of
from merchants.models import Application, ApplicationStatus, User
from merchants.queue_filters import tomorrow
from merchants.review_forms import AssignForm
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMED = 20  # applications listed on the page that assigns them
DECIDING: dict[str, tuple[str, ...]] = {
    ApplicationStatus.SUBMITTED: (),
    ApplicationStatus.IN_REVIEW: ("approve", "ask", "reject"),
    ApplicationStatus.APPEALED: ("overturn", "uphold"),
}
STEPS: dict[str, tuple[str, "StrOrPromise"]] = {
    "claim": ("c", _("Claim")),
    "approve": ("a", _("Approve")),
    "reject": ("r", _("Reject")),
    "ask": ("i", _("Ask the brand")),
    "overturn": ("a", _("Approve on appeal")),
    "uphold": ("r", _("Uphold the rejection")),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keyboard and the link it opens; no link where the step isn't offered."""

    key: str
    label: "StrOrPromise"
    url: str = ""


class Desk(AsksOnce):
    class Media:
        js = ["js/desk.js"]

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("merchants.assign_application")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.figures))
        own = path("figures/", view, name="merchants_application_figures")
        return [own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """Leave out of the list what only the page of each shows, and what is long."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = match and match.url_name == "merchants_application_changelist"
        return rows.defer("facts", "verdicts", "draft") if is_list else rows

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **how: Any) -> Any:
        """Lead whoever may not know the decision yet to where they can judge it themselves."""
        user = cast(User, request.user)
        if self.has_view_permission(request):
            review = second_reviews.kept_from(user, object_id)
            if review and user.has_perm("merchants.view_secondreview"):
                messages.info(request, gettext("Its decision is hidden until it is judged again."))
                return redirect("admin:merchants_secondreview_change", review.pk)
        return super().change_view(request, object_id, *args, **how)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **how: Any
    ) -> HttpResponse:
        application: Application = context["original"]
        own = {
            "case": _case(application),
            "due": due_badge(application.due_at),
            "keys": _keys(application, cast(User, request.user)),
        }
        return super().render_change_form(request, context | own, *args, **how)

    def figures(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": gettext("Review figures"),
            "opts": self.opts,
            "desk": desk.figures(days.known_now()),
            "is_lead": self.has_assign_permission(request),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/merchants/application/figures.html", context)

    @admin.action(description=_("Assign to a reviewer"), permissions=["assign"])
    def assign(self, request: HttpRequest, chosen: QuerySet[Application]) -> HttpResponse:
        form = AssignForm(request.POST if "to" in request.POST else None)
        if form.is_valid():
            return self._assigned(request, list(chosen), form.cleaned_data["to"])
        context = self.admin_site.each_context(request) | {
            "title": gettext("Assign to a reviewer"),
            "opts": self.opts,
            "form": form,
            "chosen": chosen[:NAMED],
            "count": chosen.count(),
            "ids": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", "0"),
        }
        status = 422 if form.is_bound else 200
        template = "admin/merchants/application/assign.html"
        return TemplateResponse(request, template, context, status=status)

    def _assigned(
        self, request: HttpRequest, chosen: list[Application], to: User
    ) -> HttpResponseRedirect:
        taken, skipped = applications.assign_applications(chosen, to=to)
        message = [{"changed": {"fields": [f"→ {to}"]}}]
        LogEntry.objects.log_actions(cast(int, request.user.pk), taken, CHANGE, message)
        if taken:
            said = ngettext(
                "%(count)d application is assigned to %(who)s.",
                "%(count)d applications are assigned to %(who)s.",
                len(taken),
            )
            messages.success(request, said % {"count": len(taken), "who": to})
        if skipped:
            said = gettext("Skipped, since another holds them or they don't wait: %(names)s")
            names = gettext(", ").join(map(str, skipped[:NAMED]))
            messages.warning(request, said % {"names": names + (" …" * (len(skipped) > NAMED))})
        return HttpResponseRedirect(request.get_full_path())


def offered(application: Application, user: User) -> tuple[str, ...]:
    """Return the steps that the user may take now."""
    if application.status not in DECIDING:
        return ()
    if application.claimed_by_id == user.pk:
        return ("claim", *DECIDING[application.status])
    return ("claim",)


def due_badge(due_at: datetime | None) -> str | SafeString:
    """Show by when the decision is promised; what is late or for today says so in a word."""
    if due_at is None:
        return "—"
    now = days.known_now()
    when = due_at.astimezone(days.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if due_at <= now:
        return format_html(
            '<span class="desk-due late">{} · {}</span>', gettext("Decision overdue"), when
        )
    if due_at < tomorrow(now):
        return format_html(
            '<span class="desk-due">{} · {}</span>', gettext("Decision due today"), when
        )
    return when


def _case(application: Application) -> CaseFile:
    files = [(each, each.replaced_by) for each in application.store.evidence.newest_first()]
    return case_of(
        application.facts,
        application.verdicts,
        [each for each, newer in files if newer is None],
        [each for each, newer in files if newer],
        file_url,
    )


def _keys(application: Application, user: User) -> list[Key]:
    """Return every key of the page, so that they can be listed in one place."""
    rows = Application.objects.claimable(user)
    appeals = {"status": ApplicationStatus.APPEALED, "rejected_by": user}
    queue = rows.exclude(pk=application.pk).exclude(**appeals)
    steps = offered(application, user)
    appealed = application.status == ApplicationStatus.APPEALED
    shown = ("claim", *(("overturn", "uphold") if appealed else ("approve", "reject", "ask")))
    return [
        Key("j", _("Next application to take"), _change_url(queue.after(application).first())),
        Key(
            "k", _("Application to take before it"), _change_url(queue.before(application).first())
        ),
        *(
            Key(*STEPS[step], _step_url(application, step) if step in steps else "")
            for step in shown
        ),
    ]


def _change_url(application: Application | None) -> str:
    return (
        reverse("admin:merchants_application_change", args=[application.pk]) if application else ""
    )


def _step_url(application: Application, step: str) -> str:
    return reverse(f"admin:merchants_application_{step}", args=[application.pk])
