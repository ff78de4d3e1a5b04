"""A brand's owner pauses what is pulled by a consent, and resumes it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from merchants import pauses, services
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, Role
from merchants.pauses import PauseForm
from merchants.views.stores import own_store
from portal.lib.htmx import render_page


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def connection_pause(request: BrandRequest, store_id: int, partner: str) -> HttpResponse:
    """Ask for how long and why, and say what will happen."""
    connection = _own_connection(request, store_id, partner)
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pauses.pause_connection(
                connection, days=form.cleaned_data["length"], reason=form.cleaned_data["reason"]
            )
        except services.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("Pulling from %(partner)s is paused. What is owed waits, nothing is lost.")
            messages.success(request, said % {"partner": connection.get_partner_display()})
        return redirect("merchants:store", request.brand.slug, store_id)
    context = {
        "store": connection.store,
        "connection": connection,
        "state": connection.state_at(timezone.now()),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/connection_pause.html", context, status=status)


@require_POST
@brand_view(Role.OWNER)
def connection_resume(request: BrandRequest, store_id: int, partner: str) -> HttpResponse:
    connection = _own_connection(request, store_id, partner)
    try:
        pauses.resume_connection(connection)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The pause is over. What waited follows within minutes."))
    return redirect("merchants:store", request.brand.slug, store_id)


def _own_connection(request: BrandRequest, store_id: int, partner: str) -> Connection:
    store = own_store(request, store_id)
    connections = Connection.objects.seen_by(request.membership).select_related("store__brand")
    return get_object_or_404(connections, store=store, partner=partner)
