"""For platform staff: the policy's versions, from draft to published, and the log behind them."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant

from merchants import impact, policies, rules
from merchants.comparison import differences
from merchants.models import IllegalMove, PolicyLogEntry, PolicyStatus, PolicyVersion, User
from merchants.policy_forms import PolicyForm, rule_forms, rules_from
from merchants.services import Refused
from portal.lib.sheets import csv_file

Context = dict[str, Any]  # whatever the template is given
Step = Callable[..., None]

SHOWN = 50  # stores listed on the preview's page; its file has them all
OFFERED: dict[str, tuple[str, ...]] = {
    PolicyStatus.DRAFT: ("edit_rules", "impact", "propose"),
    PolicyStatus.PROPOSED: ("impact", "publish", "take_back"),
    PolicyStatus.PUBLISHED: (),
}


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ModelAdmin):
    form = PolicyForm
    list_display = [
        "code",
        "status",
        "effective_from",
        "effective_until",
        "proposed_by",
        "published_by",
    ]
    list_filter = ["status"]
    list_select_related = ["proposed_by", "published_by"]
    search_fields = ["code", "source_note"]
    ordering = ["-effective_from"]
    readonly_fields = ["status", "effective_until", "rule_table", "difference_table", "event_list"]
    fields = [
        ("code", "status"),
        ("effective_from", "effective_until"),
        "source_note",
        "source_note_en",
        "link_types",
        "note_sources",
        "auto_link_types",
        "auto_link_sources",
        "decides_by_itself",
        ("grace_days_at_risk", "grace_days_restricted"),
        "rule_table",
        "difference_table",
        "event_list",
    ]
    actions_detail = ["edit_rules", "impact", "propose", "take_back", "publish"]  # type: ignore[assignment]  # unfold declares an empty tuple

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        is_draft = obj is None or obj.status == PolicyStatus.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        """Only a draft, and one by one; what was ever proposed has its events, which stay."""
        if obj is None or obj.status != PolicyStatus.DRAFT or obj.events.exists():
            return False
        return self.has_draft_permission(request)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.publish_policyversion")

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.change_policyversion")

    def get_changeform_initial_data(self, request: HttpRequest) -> Context:
        forerunner = policies.latest_published()
        kept = (
            "link_types",
            "note_sources",
            "auto_link_types",
            "auto_link_sources",
            "decides_by_itself",
            "grace_days_at_risk",
            "grace_days_restricted",
        )
        return {name: getattr(forerunner, name) for name in kept} if forerunner else {}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:  # only what was changed here: the rules have a page of their own
            obj.save(update_fields=form.changed_data)
            return
        policies.start_draft(obj)
        obj.save()

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        policy = self.get_object(request, object_id)
        offered = OFFERED[policy.status] if policy else ()
        actions = super().get_actions_detail(request, object_id)
        return [each for each in actions if each.action_name.endswith(offered)]

    @admin.display(description=_("rules"))
    def rule_table(self, policy: PolicyVersion) -> SafeString:
        return _table("rules", {"rules": rules.read(policy.rules)})

    @admin.display(description=_("against the version before"))
    def difference_table(self, policy: PolicyVersion) -> SafeString:
        return _table("differences", _compared(policy))

    @admin.display(description=_("events"))
    def event_list(self, policy: PolicyVersion) -> SafeString:
        events = policy.events.newest_first() if policy.pk else []
        return _table("events", {"events": events})

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Edit the rules"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["draft"],
        icon="edit",
    )
    def edit_rules(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = self._policy(request, object_id)
        if not self.has_change_permission(request, policy):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        forms = rule_forms(policy, posted)
        invalid = [form for form in forms if not form.is_valid()]  # asks each, to show its errors
        if not invalid and self._done(request, policy, policies.change_rules, rules_from(forms)):
            return _change_page(policy)
        context = {"title": gettext("Edit the rules"), "forms": forms}
        status = 422 if posted is not None else 200
        return self._page(request, policy, "editor", context, status=status)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Impact preview"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["view"],
        icon="analytics",
    )
    def impact(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = self._policy(request, object_id)
        found = _preview(policy, request)
        if request.GET.get("as") == "csv":
            name = f"impact-{policy.pk}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            file = csv_file(impact.file_rows(found, policy))
            return HttpResponse(file, content_type="text/csv; charset=utf-8", headers=headers)
        context = {
            "title": gettext("Impact preview"),
            "impact": found,
            "changes": impact.Change,
            "listed": found.affected[:SHOWN],
        }
        return self._page(request, policy, "impact", context | _compared(policy))

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Propose"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["draft"],
        icon="send",
        variant=ActionVariant.PRIMARY,
    )
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, gettext("Propose"), policies.propose_policy)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Take back to draft"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["draft"],
        icon="undo",
    )
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(
            request, object_id, gettext("Take back to draft"), policies.take_back_policy
        )

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Publish"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["publish"],
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, gettext("Publish"), policies.publish_policy)

    def _move(self, request: HttpRequest, object_id: str, title: str, step: Step) -> HttpResponse:
        """Ask once on a page of its own; the POST takes the step."""
        policy = self._policy(request, object_id)
        if request.method == "POST":
            self._done(request, policy, step, by=cast(User, request.user))
            return _change_page(policy)
        found = _preview(policy, request)
        context = {"title": title, "row": policy, "impact": found, "changes": impact.Change}
        return self._page(request, policy, "move", context | _compared(policy))

    def _done(
        self, request: HttpRequest, policy: PolicyVersion, step: Step, *args: Any, **how: Any
    ) -> bool:
        """Take the step and say how it went; Any: whatever the step takes."""
        try:
            step(policy, *args, **how)
        except (IllegalMove, Refused) as refusal:
            messages.error(request, str(refusal))
            return False
        self.log_change(request, policy, f"→ {policy.status}")
        said = gettext("%(policy)s: %(status)s")
        status = policy.get_status_display()
        messages.success(request, said % {"policy": policy, "status": status})
        return True

    def _policy(self, request: HttpRequest, object_id: str) -> PolicyVersion:
        policy: PolicyVersion | None = self.get_object(request, object_id)
        if policy is None:
            raise Http404
        return policy

    def _page(
        self,
        request: HttpRequest,
        policy: PolicyVersion,
        name: str,
        context: Context,
        *,
        status: int = 200,
    ) -> HttpResponse:
        frame = self.admin_site.each_context(request) | {"policy": policy, "opts": self.opts}
        template = f"admin/merchants/policyversion/{name}.html"
        return TemplateResponse(request, template, frame | context, status=status)


@admin.register(PolicyLogEntry)
class PolicyLogEntryAdmin(ModelAdmin):
    """What was written into the log stays there."""

    list_display = ["day", "what", "sources"]
    search_fields = ["what_zh", "what_en"]
    ordering = ["-day", "-pk"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _compared(policy: PolicyVersion) -> Context:
    before = policies.forerunner_of(policy)
    return {"before": before, "differences": differences(before, policy)}


def _preview(policy: PolicyVersion, request: HttpRequest) -> impact.Impact:
    forerunner = policies.forerunner_of(policy)
    return impact.preview(policy, forerunner, to=cast(User, request.user))


def _change_page(policy: PolicyVersion) -> HttpResponse:
    return redirect("admin:merchants_policyversion_change", policy.pk)


def _table(name: str, context: Context) -> SafeString:
    return render_to_string(f"admin/merchants/policyversion/{name}.html", context)
