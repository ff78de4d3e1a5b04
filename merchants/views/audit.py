"""Settings · Audit: what was changed in a brand, and who took data out or was turned away."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from merchants import audit
from merchants.access import BrandRequest, brand_view
from merchants.audit_forms import AuditFilter, Choices
from merchants.models import AccessEvent, AccessKind, Change, Role, User
from merchants.models.access import OF_A_BRAND
from portal.lib.htmx import render_page

ON_A_PAGE = 50


@require_safe
@brand_view(Role.OWNER)
def changes(request: BrandRequest) -> HttpResponse:
    form = _form(request, audit.kinds())
    seen = Change.objects.seen_by(request.membership)
    found = form.apply(seen).newest_first().without_content()
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    told = audit.tell(seen.in_full(page).with_before().newest_first())
    context = {"form": form, "page": page, "told": told, "about": "changes"}
    return render_page(request, "merchants/audit.html", context, fragment="rows")


@require_safe
@brand_view(Role.OWNER)
def accesses(request: BrandRequest) -> HttpResponse:
    form = _form(request, [(kind.value, kind.label) for kind in map(AccessKind, OF_A_BRAND)])
    rows = form.apply(AccessEvent.objects.seen_by(request.membership)).newest_first()
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "told": audit.tell_access(page), "about": "accesses"}
    return render_page(request, "merchants/audit.html", context, fragment="rows")


def _form(request: BrandRequest, kinds: Choices) -> AuditFilter:
    people = User.objects.filter(memberships__brand=request.brand).order_by("name", "email")
    return AuditFilter(request.GET, people, kinds)
