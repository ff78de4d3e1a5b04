"""What the brand's stores sell, as Tmall last told of it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from campaigns.forms.items import ItemFilter
from merchants.access import BrandRequest, brand_view
from merchants.models import Partner, Role
from portal.lib.htmx import render_page

ITEMS_A_PAGE = 50


@require_safe
@brand_view(Role.VIEWER)
def item_list(request: BrandRequest) -> HttpResponse:
    form = ItemFilter(request.GET)
    mine = request.brand.items.seen_by(request.membership)
    items = form.apply(mine).on_sale_first().select_related("store")
    connections = request.brand.connections.seen_by(request.membership)
    catalogues = request.brand.catalogues.seen_by(request.membership)
    context = {
        "form": form,
        "page": Paginator(items, ITEMS_A_PAGE).get_page(request.GET.get("page")),
        "catalogues": catalogues.select_related("store").order_by("store"),
        "is_connected": connections.connected().filter(partner=Partner.TOP).exists(),
    }
    return render_page(request, "campaigns/item_list.html", context, fragment="items")
