"""设置 · 预警: the rules, what each suggests now, and what was raised and cleared."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.alerts import AlertRuleForm, QuietForm
from campaigns.models import AlertEvent, AlertRule, QuietHours
from campaigns.results.alert_history import changes_of
from campaigns.results.alert_words import Standing, Told
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page

TURNS_LISTED = 50
DAYS_LISTED = 100


@require_safe
@brand_view(Role.VIEWER)
def alert_list(request: BrandRequest) -> HttpResponse:
    rules = AlertRule.objects.seen_by(request.membership).present().by_name()
    events = AlertEvent.objects.seen_by(request.membership).select_related("campaign", "rule")
    newest = {each.rule_id: Told(each) for each in events.newest_of_each()}
    context = {
        "standings": [
            Standing(rule, newest.get(rule.pk)) for rule in rules.select_related("campaign")
        ],
        "turns": [Told(event) for event in events.turns().newest_first()[:TURNS_LISTED]],
        "quiet": QuietHours.objects.seen_by(request.membership).first(),
        "may_edit": _may_edit(request),
        "is_narrowed": bool(request.membership.narrowed_to),
    }
    return render_page(request, "campaigns/alert_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def alert_create(request: BrandRequest) -> HttpResponse:
    if not _may_edit(request):
        raise PermissionDenied
    return _form_page(request, AlertRule(brand=request.brand, made_by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def alert_edit(request: BrandRequest, alert_pk: int) -> HttpResponse:
    return _form_page(request, _rule(request, alert_pk))


@require_safe
@brand_view(Role.VIEWER)
def alert_detail(request: BrandRequest, alert_pk: int) -> HttpResponse:
    """Show a rule and each day it was judged for; a deleted one stays readable."""
    rules = AlertRule.objects.seen_by(request.membership)
    rule = get_object_or_404(rules.select_related("campaign", "made_by"), pk=alert_pk)
    events = [Told(event) for event in rule.events.newest_first()[:DAYS_LISTED]]
    context = {
        "standing": Standing(rule, events[0] if events else None),
        "rule": rule,
        "events": events,
        "changes": changes_of(rule, request.membership),
        "may_edit": _may_edit(request) and rule.ended_at is None,
    }
    return render_page(request, "campaigns/alert_detail.html", context)


@require_POST
@brand_view(Role.MARKETER)
def alert_switch(request: BrandRequest, alert_pk: int) -> HttpResponse:
    rule = _rule(request, alert_pk)
    rule.switch(on=request.POST.get("on") == "1")
    return redirect("campaigns:alert", request.brand.slug, rule.pk)


@require_POST
@brand_view(Role.MARKETER)
def alert_delete(request: BrandRequest, alert_pk: int) -> HttpResponse:
    rule = get_object_or_404(AlertRule.objects.seen_by(request.membership), pk=alert_pk)
    rule.end()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.name})
    return redirect("campaigns:alerts", request.brand.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def alert_quiet(request: BrandRequest) -> HttpResponse:
    """Set the hours in which nobody of the brand is told of an alert, or none."""
    if not _may_edit(request):
        raise PermissionDenied
    hours = QuietHours.objects.seen_by(request.membership)
    kept = hours.values("starts", "ends").first()
    form = QuietForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        if form.cleaned_data["starts"] is None:
            hours.delete()
        else:
            QuietHours.objects.update_or_create(brand=request.brand, defaults=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("campaigns:alerts", request.brand.slug)
    status = 422 if form.is_bound else 200
    return render_page(request, "campaigns/alert_quiet.html", {"form": form}, status=status)


def _form_page(request: BrandRequest, rule: AlertRule) -> HttpResponse:
    form = AlertRuleForm(
        request.POST if request.method == "POST" else None,
        instance=rule,
        brand=request.brand,
        campaigns=request.brand.campaigns.seen_by(request.membership).newest_first(),
    )
    if form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved as “%(name)s”.") % {"name": saved.name})
        return redirect("campaigns:alert", request.brand.slug, saved.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "rule": rule}
    return render_page(request, "campaigns/alert_form.html", context, status=status)


def _may_edit(request: BrandRequest) -> bool:
    member = request.membership
    return member.allows(Role.MARKETER) and not member.narrowed_to


def _rule(request: BrandRequest, alert_pk: int) -> AlertRule:
    rules = AlertRule.objects.seen_by(request.membership).present()
    return get_object_or_404(rules, pk=alert_pk)
