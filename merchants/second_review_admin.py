"""For reviewers: decisions drawn for a second judgement, shown without the first one."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant

from merchants import reasons, second_reviews
from merchants.admin_ask import AsksOnce
from merchants.admin_evidence import file_url
from merchants.admin_parts import ReadOnly
from merchants.case_file import CaseFile, case_of
from merchants.models import Evidence, IllegalMove, Judgement, SecondReview, User
from merchants.review_forms import JudgeForm
from merchants.services import Refused

Rows = QuerySet[SecondReview]


class StateFilter(admin.SimpleListFilter):
    title = _("second review")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("waits for its judgement")),
            ("disagreed", _("judged differently")),
            ("done", _("judged a second time")),
        ]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "open":
            return queryset.filter(judgement="")
        if self.value() == "disagreed":
            return queryset.filter(pk__in=SecondReview.objects.disagreed().values("pk"))
        return queryset.exclude(judgement="") if self.value() == "done" else queryset


@admin.register(SecondReview)
class SecondReviewAdmin(ReadOnly, AsksOnce, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ["__str__", "about", "store_name", "brand_name", "sampled_at", "state"]
    list_filter = [StateFilter]
    list_select_related = ["application", "store", "brand"]
    search_fields = ["store__title", "store__nick", "brand__name"]
    ordering = ["judgement", "sampled_at", "pk"]
    fields = [("about", "sampled_at"), ("store_name", "brand_name"), "state", "comparison"]
    readonly_fields = ["about", "store_name", "brand_name", "state", "comparison"]
    change_form_outer_before_template = "admin/merchants/secondreview/case.html"  # type: ignore[assignment]  # unfold declares None
    actions_detail = ["judge"]  # type: ignore[assignment]  # unfold declares an empty tuple

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Leave out what would tell a first decision to those who are not to know it."""
        user = cast(User, request.user)
        seen = Q(pk__in=SecondReview.objects.kept_from(user).values("pk"))
        seen |= ~Q(judgement="") if self._compares(request) else Q(second_by=user)
        return cast(Rows, super().get_queryset(request)).filter(seen)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No column filters by an address typed by hand: the first decision is one of them."""
        return lookup == StateFilter.parameter_name

    def has_judge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("merchants.change_secondreview")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        review = self.get_object(request, object_id)
        actions: list[Any] = super().get_actions_detail(request, object_id)
        return [] if review is None or review.is_done else actions

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **how: Any
    ) -> HttpResponse:
        own = {"case": _case(context["original"])}
        return super().render_change_form(request, context | own, *args, **how)

    @admin.display(description=_("application"))
    def about(self, review: SecondReview) -> str:
        return str(review.application)

    @admin.display(description=_("store"))
    def store_name(self, review: SecondReview) -> str:
        return str(review.store)

    @admin.display(description=_("brand"))
    def brand_name(self, review: SecondReview) -> str:
        return str(review.brand)

    @admin.display(description=_("second review"))
    def state(self, review: SecondReview) -> str:
        if not review.is_done:
            return gettext("waits for its judgement")
        return gettext("both agree") if review.agrees else gettext("judged differently")

    @admin.display(description=_("both decisions"))
    def comparison(self, review: SecondReview) -> str | SafeString:
        if not review.is_done:
            return gettext("Shown when the second one is given.")
        context = {
            "review": review,
            "first_reasons": reasons.read(review.decision.reasons),
            "second_reasons": reasons.read(review.reasons),
        }
        return render_to_string("admin/merchants/secondreview/comparison.html", context)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Give the second judgement"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["judge"],
        icon="balance",
        variant=ActionVariant.PRIMARY,
    )
    def judge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        review: SecondReview | None = self.get_object(request, object_id)
        if review is None:
            raise Http404
        if not self.has_judge_permission(request):
            raise PermissionDenied
        form = JudgeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._judged(request, review, form)
        context = {"title": gettext("Give the second judgement"), "row": review, "form": form}
        return self.ask_page(request, "admin/merchants/secondreview/judge.html", context)

    def _judged(self, request: HttpRequest, review: SecondReview, form: JudgeForm) -> HttpResponse:
        judgement = Judgement(form.cleaned_data["judgement"])
        note, user = form.cleaned_data["note"], cast(User, request.user)
        try:
            second_reviews.judge(review, judgement, because=form.because, note=note, by=user)
        except (IllegalMove, Refused) as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:merchants_secondreview_changelist")
        self.log_change(request, review, f"→ {judgement}")
        messages.success(request, gettext("Kept. The first decision stands as it is."))
        return redirect("admin:merchants_secondreview_change", review.pk)

    def _compares(self, request: HttpRequest) -> bool:
        return request.user.has_perm("merchants.compare_secondreview")


def waiting_for(request: HttpRequest) -> str:
    """The badge beside the second reviews in the side bar."""
    return str(SecondReview.objects.kept_from(cast(User, request.user)).count() or "")


def _case(review: SecondReview) -> CaseFile:
    """Show what the first reviewer saw: what was frozen, and the files of that time."""
    handed_in = review.handed_in.frozen
    files = list(Evidence.objects.filter(pk__in=review.evidence).order_by("-pk"))
    return case_of(handed_in["facts"], handed_in["verdicts"], files, (), file_url)
