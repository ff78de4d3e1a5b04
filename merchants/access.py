"""Who may open a brand's page: the lock, and the database scope behind it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from merchants.access_events import record_denied
from merchants.models import Brand, BrandGrant, Membership, Role, User
from portal.lib.htmx import HtmxRequest
from portal.lib.scope import Hat, scope

Rest = ParamSpec("Rest")


class BrandRequest(HtmxRequest):
    user: User
    brand: Brand
    membership: Membership
    is_scoped: bool  # while the view runs in the scope of its brand


@dataclass(frozen=True, slots=True)
class Entrance:
    """A brand that a person may open, and the agency by whose grant, if they are not in it."""

    brand: Brand
    agency: Brand | None = None


BrandView = Callable[Concatenate[BrandRequest, Rest], HttpResponse]
View = Callable[..., HttpResponse]  # the URL resolver passes `brand` by name


def brand_view(role: Role, *, calls_partner: bool = False) -> Callable[[BrandView[Rest]], View]:
    """Load the brand named in the URL, check the user's role there, and open its scope.

    A stranger gets 404, so slugs cannot be probed; a member without the role gets 403. The
    view runs and renders inside the scope. One that calls a partner says so: it gets no scope
    and opens `brand_scope(request)` itself, before and after the call but never around it.
    """

    def decorate(view: BrandView[Rest]) -> View:
        @wraps(view)
        def wrapper(
            request: BrandRequest, brand: str, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            membership = _membership(request, brand)
            if not membership.allows(role):
                raise PermissionDenied
            request.brand = membership.brand
            request.membership = membership
            request.is_scoped = not calls_partner
            if calls_partner:
                return view(request, *args, **kwargs)
            try:
                with brand_scope(request):
                    return view(request, *args, **kwargs)
            finally:
                request.is_scoped = False

        return wrapper

    return decorate


def brand_scope(request: BrandRequest) -> AbstractContextManager[None]:
    """Open the scope of the request's brand, narrowed as its membership is."""
    return scope(
        Hat.WEB,
        brand=request.brand.pk,
        user=request.user.pk,
        stores=request.membership.narrowed_to,
    )


def frame_scope(request: BrandRequest) -> AbstractContextManager[None]:
    """Return the scope in which the page's frame reads: its view's, where it is still open."""
    return nullcontext() if request.is_scoped else brand_scope(request)


def brands_open_to(user: User) -> list[Entrance]:
    """Return the brands that the person is in, and then those that they work for, by name."""
    with scope(Hat.WEB, user=user.pk):
        own = [Entrance(brand) for brand in Brand.objects.joined_by(user).by_name()]
        grants = BrandGrant.objects.reaching(user).select_related("brand", "agency")
        oldest = {grant.brand_id: grant for grant in grants.order_by("-accepted_at", "-pk")}
    granted = sorted(oldest.values(), key=lambda grant: (grant.brand.name, grant.brand_id))
    return own + [Entrance(grant.brand, grant.agency) for grant in granted]


def standing_of(user: User, slug: str) -> Membership | None:
    """Return how the person stands in the brand now, by a membership or through an agency."""
    with scope(Hat.WEB, user=user.pk):
        memberships = Membership.objects.active().select_related("brand")
        found = memberships.filter(brand__slug=slug, user=user).first()
        if found:
            with scope(Hat.WEB, brand=found.brand_id, user=user.pk):
                found.load_stores()
            return found
        return _through_agency(user, slug)


def _membership(request: BrandRequest, slug: str) -> Membership:
    found = standing_of(request.user, slug)
    if found is None:
        record_denied(request, slug)
        raise Http404
    return found


def _through_agency(user: User, slug: str) -> Membership | None:
    """Return what the oldest grant lets the user do; `reaching` says whom a grant lets in."""
    grants = BrandGrant.objects.reaching(user).filter(brand__slug=slug)
    grant = grants.select_related("brand", "agency").oldest_first().first()
    if grant is None:
        return None
    grant.load_stores()
    if not grant.narrowed_to:  # a membership narrowed to none would be one of every store
        return None
    return grant.membership_of(user)
