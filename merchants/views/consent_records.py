"""Who consented to what, in which words; and withdrawing a consent."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from merchants import consent_texts, services
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, ConnectionStatus, ConsentRecord, Role
from merchants.views.stores import own_store
from portal.lib.htmx import render_page

ON_A_PAGE = 50


@require_GET
@brand_view(Role.VIEWER)
def consent_list(request: BrandRequest) -> HttpResponse:
    records = ConsentRecord.objects.seen_by(request.membership).select_related("store", "actor")
    page = Paginator(records.newest_first(), ON_A_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "merchants/consent_list.html", {"page": page})


@require_GET
@brand_view(Role.VIEWER)
def consent_detail(request: BrandRequest, record_id: int) -> HttpResponse:
    records = ConsentRecord.objects.seen_by(request.membership).select_related("store", "actor")
    record = get_object_or_404(records, pk=record_id)
    context: dict[str, object] = {"record": record}
    if record.text_version:
        text = consent_texts.text_of(record.partner, record.text_version)
        language = record.language or get_language() or ""
        context |= {
            "clauses": text.read_in(language),
            "language": language,
            "is_unchanged": text.sha256 == record.text_sha256,
        }
    return render_page(request, "merchants/consent_detail.html", context)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def consent_withdraw(request: BrandRequest, store_id: int, partner: str) -> HttpResponse:
    """Ask once, and say what will happen."""
    store = own_store(request, store_id)
    connections = Connection.objects.seen_by(request.membership).select_related("store__brand")
    connection = get_object_or_404(connections, store=store, partner=partner)
    if request.method == "POST":
        try:
            services.withdraw_consent(connection, by=request.user)
        except services.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("The consent at %(partner)s is withdrawn. Nothing new is read from there.")
            messages.success(request, said % {"partner": connection.get_partner_display()})
        return redirect("merchants:store", request.brand.slug, store.pk)
    if connection.status == ConnectionStatus.REVOKED:
        return redirect("merchants:store", request.brand.slug, store.pk)
    context = {
        "store": store,
        "connection": connection,
        "state": connection.state_at(timezone.now()),
    }
    return render_page(request, "merchants/consent_withdraw.html", context)
