"""Leading a link to another item: the likest at one click, any other by search."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from campaigns.forms.links import ReplaceForm
from campaigns.links.ground import NotAttachable
from campaigns.links.replace import replace_item, replacements
from campaigns.links.shelf import offers_of
from campaigns.models import Link
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER, calls_partner=True)
def link_replace(request: BrandRequest, link_pk: int) -> HttpResponse:
    """Show what may stand in for the item; on POST lead the link there."""
    with brand_scope(request):
        links = request.brand.links.seen_by(request.membership).not_ended()
        link = get_object_or_404(links.select_related("note", "store"), pk=link_pk)
    form = ReplaceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _replace(request, link, form):
        return redirect("campaigns:link", request.brand.slug, link.pk)
    return _page(request, link, form)


def _replace(request: BrandRequest, link: Link, form: ReplaceForm) -> bool:
    """Replace the item, or write on the form why not."""
    try:
        replace_item(link, form.cleaned_data["item"], by=request.user)
    except NotAttachable as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    return True


def _page(request: BrandRequest, link: Link, form: ReplaceForm) -> HttpResponse:
    q = request.GET.get("q", "").replace("\0", "")[:500]
    context = {
        "link": link,
        "note": link.note,
        "form": form,
        "q": q,
        "shelf": offers_of(link.store, q=q, number=request.GET.get("page")),
    }
    status = 422 if form.errors else 200
    template = "campaigns/link_replace.html"
    with brand_scope(request):
        context["alike"] = replacements(link)
        return render_page(request, template, context, fragment="shelf", status=status)
