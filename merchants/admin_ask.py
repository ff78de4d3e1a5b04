"""Steps of staff that are asked for once, on a page of their own, and taken by its POST."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from merchants.models import IllegalMove, User
from merchants.services import Refused

LONGEST = 1000
Step = Callable[..., None]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


class AsksOnce(admin.ModelAdmin):  # type: ignore[type-arg]  # as unfold's own
    def ask_page(
        self,
        request: HttpRequest,
        template: str,
        context: dict[str, Any],  # Any: template context
    ) -> HttpResponse:
        """Show the page that asks; after a POST, which then was refused, as 422."""
        frame = self.admin_site.each_context(request) | {"opts": self.opts}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, template, frame | context, status=status)

    def ask_reason(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        step: Step,
        *,
        template: str,
        says: list[str],
        read_by: str,
        done: str,
    ) -> HttpResponse:
        """Take a step that needs a reason; `read_by` says who reads it, `done` what was done."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        form = ReasonForm(request.POST or None)
        form.fields["reason"].help_text = read_by
        if request.method != "POST" or not form.is_valid():
            context = {"title": title, "says": says, "row": row, "form": form}
            return self.ask_page(request, template, context)
        try:
            step(row, reason=form.cleaned_data["reason"], by=cast(User, request.user))
        except (IllegalMove, Refused) as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, row, title)
            messages.success(request, done)
        return redirect(f"admin:merchants_{self.opts.model_name}_change", row.pk)
