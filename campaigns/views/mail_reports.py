"""效果 · 邮件报告: saved views that come to a person by mail, and the way out of each mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import tasks
from campaigns.forms.mail_reports import MailReportForm
from campaigns.forms.saved import question_form
from campaigns.mail_reports import services
from campaigns.models import MailReport, SavedView
from campaigns.results.choice import offered
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, MailStatus, Role
from portal.lib.htmx import HtmxRequest, render_page

MOVES = ("pause", "resume", "delete", "send")


@require_safe
@brand_view(Role.VIEWER)
def mail_report_list(request: BrandRequest) -> HttpResponse:
    reports = MailReport.objects.seen_by(request.membership).with_last_mail().by_name()
    context = {
        "reports": reports,
        "weekdays": WEEKDAYS,
        "unsent": [MailStatus.UNSURE, MailStatus.FAILED],
        "waiting": [MailStatus.OWED, MailStatus.CLAIMED],
    }
    return render_page(request, "campaigns/mail_report_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.VIEWER)
def mail_report_add(request: BrandRequest, view_pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.seen_by(request.membership), pk=view_pk)
    if request.membership.agency:  # the report ends with the membership, and they have none
        raise PermissionDenied
    report = MailReport(brand=request.brand, view=view, membership=request.membership)
    form = MailReportForm(request.POST if request.method == "POST" else None, instance=report)
    if form.is_valid():
        form.save()
        record(request, AccessKind.EXPORT, store=view.store_id, what=f"{view.name} · {_('mail')}")
        messages.success(request, _("“%(name)s” comes to you by mail.") % {"name": view.name})
        return redirect("campaigns:mail_reports", request.brand.slug)
    question = question_form(view.line, view.asked, offered(request.brand, request.membership))
    question.is_valid()
    context = {"form": form, "view": view, "words": question.in_words()}
    status = 422 if form.is_bound else 200
    return render_page(request, "campaigns/mail_report_form.html", context, status=status)


@require_POST
@brand_view(Role.VIEWER)
def mail_report_move(request: BrandRequest, report_pk: int, move: str) -> HttpResponse:
    reports = MailReport.objects.seen_by(request.membership).select_related("view")
    report = get_object_or_404(reports, pk=report_pk)
    if move not in MOVES:
        raise Http404
    if move == "send":
        _send_one(request, report)
    elif move == "delete":
        report.delete()
        messages.success(request, _("Deleted: it comes no more."))
    elif move == "pause":
        report.pause()
        messages.success(request, _("Paused: nothing is sent until you resume it."))
    else:
        report.resume()
        messages.success(request, _("Resumed: the next one comes at its hour."))
    return redirect("campaigns:mail_reports", request.brand.slug)


@csrf_exempt  # the token is the permission: a mail program posts it without a cookie
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def report_stop(request: HtmxRequest, token: str) -> HttpResponse:
    """Stop the report that the mail names; a GET only asks, as mail programs open every link."""
    try:
        if request.method == "POST":
            services.stop(token)
        else:
            services.brand_and_report(token)
    except BadSignature as forged:
        raise Http404 from forged
    stopped = request.method == "POST"
    response = render_page(request, "campaigns/report_stop.html", {"stopped": stopped})
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _send_one(request: BrandRequest, report: MailReport) -> None:
    try:
        mail = services.ask_for_one(report)
    except services.NotNow:
        messages.error(request, _("One is on its way already, or five were asked for today."))
        return
    transaction.on_commit(lambda: tasks.send_report_mail.delay(mail.pk), robust=True)
    record(request, AccessKind.EXPORT, store=report.view.store_id, what=report.view.name)
    messages.success(request, _("It is on its way to %(email)s.") % {"email": request.user.email})
