"""The queue of links for the platform's reviewers: narrow it, look, approve or send back."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from campaigns.links.checks import checks_of_link
from campaigns.links.ground import NotAttachable
from campaigns.links.review import approve_link, questions_of, reject_link, version_of
from campaigns.models import Link, LinkStatus
from merchants import link_reasons
from merchants.admin_ask import LONGEST, AsksOnce
from merchants.models import IllegalMove, User
from merchants.queue_filters import ChosenFilter
from merchants.services import Refused
from portal.lib import days

NAMED = 100  # links listed on the page that decides many, a page of the queue
STEPS = ("approve", "reject")


class RejectForm(forms.Form):
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        choices=list(link_reasons.REASONS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    words = forms.CharField(
        label=_("Remark"),
        help_text=_("The brand reads this: say what it can change."),
        required=False,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:  # as Django declares it
        chosen = self.cleaned_data.get("reasons", [])
        if chosen == [link_reasons.OTHER] and not self.cleaned_data.get("words"):
            self.add_error("words", _("Name the other reason here."))
        return self.cleaned_data


class ConfirmForm(forms.Form):
    confirmed = forms.BooleanField(initial=True, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class QueueFilter(ChosenFilter):
    title = _("review")
    parameter_name = "queue"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        return {"waiting": (_("waits for a reviewer"), Q(status=LinkStatus.IN_REVIEW))}


class SensitiveFilter(ChosenFilter):
    title = _("sensitive")
    parameter_name = "sensitive"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        return {
            "yes": (_("raises a question of health or of goods"), ~Q(questions=[])),
            "no": (_("raises none"), Q(questions=[])),
        }


class WaitingFilter(ChosenFilter):
    title = _("waiting time")
    parameter_name = "waited"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        waits = Q(status=LinkStatus.IN_REVIEW)
        return {
            "day": (_("more than a day"), waits & Q(handed_in_at__lt=now - timedelta(days=1))),
            "days": (_("more than 3 days"), waits & Q(handed_in_at__lt=now - timedelta(days=3))),
        }


class LinkReview(AsksOnce):
    def has_review_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.review_link")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Who has waited longest comes first in the queue; elsewhere the newest does."""
        in_queue = {"queue", "waited"} & set(request.GET)
        return ("handed_in_at", "pk") if in_queue else ("-created_at", "-pk")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer the two decisions only where one is waited for."""
        link = self.get_object(request, object_id)
        offered = STEPS if link and link.status == LinkStatus.IN_REVIEW else ()
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # unfold's
        return [each for each in actions if each.action_name.endswith(offered or ("?",))]

    @admin.display(description=_("note"))
    def note_preview(self, link: Link) -> SafeString:
        return render_to_string("admin/campaigns/link/note.html", {"note": link.note})

    @admin.display(description=_("waits since"))
    def waiting(self, link: Link) -> str:
        if link.status != LinkStatus.IN_REVIEW or link.handed_in_at is None:
            return "—"
        return timesince(link.handed_in_at, days.known_now())

    @admin.display(description=_("what is judged"))
    def case(self, link: Link) -> SafeString:
        context = {
            "link": link,
            "note": link.note,
            "checks": checks_of_link(link),
            "questions": questions_of(link),
        }
        return render_to_string("admin/campaigns/link/case.html", context)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Approve"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["review"],
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        link = self._link(request, object_id)
        if request.method != "POST":
            form = ConfirmForm(initial={"seen": version_of(link)})
            context = {"title": gettext("Approve"), "row": link, "form": form}
            return self.ask_page(request, "admin/campaigns/link/approve.html", context)
        form = ConfirmForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else 0
        done = [link] if self._take(request, link, approve_link, seen=seen) else []
        self._decided(request, done, gettext("Approve"))
        return redirect("admin:campaigns_link_change", link.pk)

    @action(  # type: ignore[operator]  # unfold types its decorator as a record
        description=_("Reject"),  # type: ignore[arg-type]  # a lazy text is one
        permissions=["review"],
        icon="close",
    )
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        link = self._link(request, object_id)
        form = RejectForm(request.POST or None, initial={"seen": version_of(link)})
        if not form.is_valid():
            context = {"title": gettext("Reject"), "row": link, "form": form}
            return self.ask_page(request, "admin/campaigns/link/reject.html", context)
        self._decided(request, self._rejected(request, [link], form), gettext("Reject"))
        return redirect("admin:campaigns_link_change", link.pk)

    @admin.action(description=_("Approve the links…"), permissions=["review"])
    def approve_all(self, request: HttpRequest, chosen: QuerySet[Link]) -> HttpResponse:
        """Show where each leads, then approve those that nobody has edited since."""
        if "confirmed" not in request.POST:
            return self._ask_all(request, chosen, gettext("Approve the links"), "approve_all")
        links = list(chosen.select_related("note", "store__brand"))
        seen = {link.pk: request.POST.get(f"seen_{link.pk}", "") for link in links}
        shown = [link for link in links if seen[link.pk].isdecimal()]
        done = [
            link
            for link in shown
            if self._take(request, link, approve_link, seen=int(seen[link.pk]))
        ]
        self._decided(request, done, gettext("Approve"))
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=_("Reject the links…"), permissions=["review"])
    def reject_all(self, request: HttpRequest, chosen: QuerySet[Link]) -> HttpResponse:
        form = RejectForm(request.POST if "words" in request.POST else None)
        if form.is_valid():
            links = list(chosen.select_related("note", "store__brand"))
            self._decided(request, self._rejected(request, links, form), gettext("Reject"))
            return HttpResponseRedirect(request.get_full_path())
        title = gettext("Reject the links")
        return self._ask_all(request, chosen, title, "reject_all", form=form)

    def _ask_all(
        self,
        request: HttpRequest,
        chosen: QuerySet[Link],
        title: str,
        action_name: str,
        *,
        form: RejectForm | None = None,
    ) -> HttpResponse:
        """Ask once for many links; `newest_event` is the version of each that is shown."""
        rows = Link.objects.filter(pk__in=chosen.values("pk")).with_newest_event()
        shown = rows.select_related("note", "store").order_by("handed_in_at", "pk")
        context = self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "form": form,
            "action_name": action_name,
            "chosen": shown[:NAMED],
            "count": chosen.count(),
            "ids": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", "0"),
        }
        status = 422 if form and form.is_bound else 200
        template = "admin/campaigns/link/ask_all.html"
        return TemplateResponse(request, template, context, status=status)

    def _rejected(self, request: HttpRequest, links: list[Link], form: RejectForm) -> list[Link]:
        return [
            link for link in links if self._take(request, link, reject_link, **form.cleaned_data)
        ]

    def _take(
        self,
        request: HttpRequest,
        link: Link,
        step: Any,  # Any: one of the two decisions, with its own arguments
        **how: Any,
    ) -> bool:
        try:
            step(link, by=cast(User, request.user), **how)
        except (IllegalMove, Refused, NotAttachable) as refusal:
            self.message_user(request, f"{link}: {refusal}", messages.ERROR)
            return False
        return True

    def _decided(self, request: HttpRequest, done: list[Link], title: str) -> None:
        for link in done:
            self.log_change(request, link, title)
        if done:
            said = ngettext("%(count)d link is decided.", "%(count)d links are decided.", len(done))
            self.message_user(request, said % {"count": len(done)}, messages.SUCCESS)

    def _link(self, request: HttpRequest, object_id: str) -> Link:
        if not self.has_review_permission(request):
            raise PermissionDenied
        rows = Link.objects.select_related("note", "store__brand")
        link = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if link is None:
            raise Http404
        return link


def waiting_links(request: HttpRequest) -> str:
    """The badge beside the links in the side bar."""
    return str(Link.objects.in_review().count() or "")
