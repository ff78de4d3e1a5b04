"""推广活动: list, detail, the form, rules, and notes that join or are taken out."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.campaigns import CampaignForm, RuleForm
from campaigns.models import (
    Campaign,
    CampaignNote,
    CampaignRule,
    Link,
    Note,
    StarTask,
    StarTaskNote,
)
from campaigns.models.campaign import CampaignNoteQuerySet
from campaigns.notes import services
from campaigns.results.campaign_lines import direct_line, star_line
from campaigns.results.metrics import DEFAULT_WINDOW, WINDOWS
from campaigns.views.pace import pace_shown
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib import days
from portal.lib.htmx import render_page

CAMPAIGNS_A_PAGE = NOTES_A_PAGE = 50
PRESENT = Q(note_rows__removed_at=None)


@require_safe
@brand_view(Role.VIEWER)
def campaign_list(request: BrandRequest) -> HttpResponse:
    mine = request.brand.campaigns.seen_by(request.membership).newest_first()
    joined = mine.annotate(joined=Count("note_rows", filter=PRESENT & _seen_notes(request)))
    stores = Store.objects.seen_by(request.membership)
    rows = joined.prefetch_related("phases", Prefetch("stores", stores, to_attr="seen_stores"))
    page = Paginator(rows, CAMPAIGNS_A_PAGE).get_page(request.GET.get("page"))
    today = days.today()
    context = {
        "page": page,
        "rows": [(each, each.stage_on(today), _phase_now(each)) for each in page],
        "may_edit": request.membership.allows(Role.MARKETER),
        "has_stores": _stores(request).exists(),
    }
    return render_page(request, "campaigns/campaign_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def campaign_create(request: BrandRequest) -> HttpResponse:
    return _form_page(request, Campaign(brand=request.brand, created_by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def campaign_edit(request: BrandRequest, campaign_pk: int) -> HttpResponse:
    return _form_page(request, _campaign(request, campaign_pk))


@require_safe
@brand_view(Role.VIEWER)
def campaign_detail(request: BrandRequest, campaign_pk: int) -> HttpResponse:
    return _detail_page(request, _campaign(request, campaign_pk), RuleForm())


@require_POST
@brand_view(Role.MARKETER)
def rule_add(request: BrandRequest, campaign_pk: int) -> HttpResponse:
    campaign = _campaign(request, campaign_pk)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, campaign, form, status=422)
    before = campaign.note_rows.present().count()
    services.add_rule(campaign, **form.cleaned_data, by=request.user)
    _tell_joined(request, campaign.note_rows.present().count() - before)
    return redirect("campaigns:campaign", request.brand.slug, campaign.pk)


@require_POST
@brand_view(Role.MARKETER)
def rule_remove(request: BrandRequest, campaign_pk: int, rule_pk: int) -> HttpResponse:
    campaign = _campaign(request, campaign_pk)
    try:
        services.remove_rule(get_object_or_404(campaign.rules.all(), pk=rule_pk))
    except services.NotAllHere as refusal:
        messages.error(request, str(refusal))
    return redirect("campaigns:campaign", request.brand.slug, campaign.pk)


@require_POST
@brand_view(Role.MARKETER)
def take_out(request: BrandRequest, campaign_pk: int) -> HttpResponse:
    campaign = _campaign(request, campaign_pk)
    notes = _named_notes(request)
    services.take_out(campaign, [note.pk for note in notes], by=request.user)
    return redirect("campaigns:campaign", request.brand.slug, campaign.pk)


@require_POST
@brand_view(Role.MARKETER)
def notes_join(request: BrandRequest) -> HttpResponse:
    """Put the notes that are ticked in the list into the campaign that is chosen below it."""
    asked = request.POST.get("campaign", "")
    if not _is_number(asked):
        messages.error(request, _("Choose a campaign for the notes. Nothing was changed."))
        return redirect("campaigns:notes", request.brand.slug)
    campaign = _campaign(request, int(asked))
    joined = services.join_notes(campaign, _named_notes(request), by=request.user)
    _tell_joined(request, joined)
    return redirect("campaigns:campaign", request.brand.slug, campaign.pk)


def _campaign(request: BrandRequest, pk: int) -> Campaign:
    return get_object_or_404(request.brand.campaigns.seen_by(request.membership), pk=pk)


def _stores(request: BrandRequest) -> QuerySet[Store]:
    return Store.objects.seen_by(request.membership).present().oldest_first()


def _named_notes(request: BrandRequest) -> list[Note]:
    pks = [int(pk) for pk in request.POST.getlist("note")[:NOTES_A_PAGE] if _is_number(pk)]
    return list(request.brand.notes.seen_by(request.membership).filter(pk__in=pks))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _seen_notes(request: BrandRequest) -> Q:
    stores = request.membership.narrowed_to
    return Q(note_rows__store_id__in=stores) if stores else Q()


def _phase_now(campaign: Campaign) -> str:
    today = days.today()
    return next((str(phase) for phase in campaign.phases.all() if phase.is_on(today)), "")


def _tell_joined(request: BrandRequest, joined: int) -> None:
    said = ngettext("%(n)d note joined.", "%(n)d notes joined.", joined) % {"n": joined}
    if joined:
        messages.success(request, said)
    else:
        messages.info(
            request,
            _("No note joined: they belong to it already, or to stores outside the campaign."),
        )


def _form_page(request: BrandRequest, campaign: Campaign) -> HttpResponse:
    stores = _stores(request)
    sent = request.POST if request.method == "POST" else None
    form = CampaignForm(sent, instance=campaign, brand=request.brand, stores=stores)
    if sent is not None and form.is_valid() and _is_saved(form, list(stores)):
        return redirect("campaigns:campaign", request.brand.slug, form.instance.pk)
    context = {"form": form, "campaign": campaign if campaign.pk else None}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/campaign_form.html", context, status=status)


def _is_saved(form: CampaignForm, offered: list[Store]) -> bool:
    """Save the campaign; a name that one has which the person doesn't see is told on the form."""
    try:
        services.save_campaign(
            form.instance,
            stores=list(form.cleaned_data["stores"]),
            offered=offered,
            stretches=form.stretches(),
        )
    except IntegrityError as clash:
        if "campaign_name_once" not in str(clash):
            raise
        form.add_error("name", _("Another campaign of the brand has this name."))
        return False
    return True


def _detail_page(
    request: BrandRequest, campaign: Campaign, rule_form: RuleForm, *, status: int = 200
) -> HttpResponse:
    rows = CampaignNote.objects.seen_by(request.membership).filter(campaign=campaign)
    present = rows.present()
    page = Paginator(_with_links(present), NOTES_A_PAGE).get_page(request.GET.get("page"))
    bound = StarTaskNote.objects.filter(note__campaign_rows__in=present)
    context = {
        "campaign": campaign,
        "stage": campaign.stage_on(days.today()),
        "pace": pace_shown(request, campaign),
        "stores": Store.objects.seen_by(request.membership).filter(campaigns=campaign),
        "phases": [
            (phase, phase.is_on(days.today()), min(phase.ends_on, days.yesterday()))
            for phase in campaign.phases.order_by("starts_on")
        ],
        "rules": _counted(campaign),
        "rule_form": rule_form,
        "page": page,
        "missing": max((campaign.expected_notes or 0) - page.paginator.count, 0),
        "linked": present.filter(_has_open_link()).count(),
        "taken_out": rows.exclude(removed_at=None).count(),
        "star_tasks": StarTask.objects.seen_by(request.membership)
        .filter(pk__in=bound.values("star_task"))
        .newest_first(),
        "may_edit": request.membership.allows(Role.MARKETER),
    } | _results(request, campaign)
    return render_page(request, "campaigns/campaign_detail.html", context, status=status)


def _results(request: BrandRequest, campaign: Campaign) -> dict[str, object]:
    """Return what either line brought in the campaign's period, in the window that is asked for."""
    asked = request.GET.get("window", "")
    window = int(asked) if asked in {str(each) for each in WINDOWS} else DEFAULT_WINDOW
    own = (request.brand, request.membership, campaign, window, days.known_now())
    return {
        "windows": WINDOWS,
        "window": window,
        "direct": direct_line(*own),
        "star": star_line(*own),
    }


def _with_links(rows: CampaignNoteQuerySet) -> CampaignNoteQuerySet:
    open_links = Prefetch(
        "note__links", Link.objects.not_ended().with_suspension(), to_attr="open_links"
    )
    chosen = rows.select_related("note__store", "rule").prefetch_related(open_links)
    return chosen.order_by("-joined_at", "-pk")


def _has_open_link() -> Exists:
    return Exists(Link.objects.not_ended().filter(note=OuterRef("note")))


def _counted(campaign: Campaign) -> list[CampaignRule]:
    """Return the rules, each with `joined`, the notes that are in the campaign because of it."""
    joined = Count("note_rows", filter=PRESENT)
    return list(campaign.rules.annotate(joined=joined).order_by("kind", "value"))
