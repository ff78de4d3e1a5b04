"""指标说明: what each figure means, from the registry that computes it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.results.catalogue import entries
from campaigns.results.metrics import Line
from merchants.access import BrandRequest, brand_view
from merchants.models import Role


@require_GET
@brand_view(Role.VIEWER)
def metric_list(request: BrandRequest) -> HttpResponse:
    lines = [(line, entries(line)) for line in Line]
    return render(request, "campaigns/metric_list.html", {"lines": lines})
