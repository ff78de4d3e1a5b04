"""What every address of the API does: check the key's scope and role, and open its brand."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from merchants.access import BrandRequest
from merchants.models import ApiKey, ApiScope, Membership, Role
from portal.lib.scope import Hat, scope

Rest = ParamSpec("Rest")
Answers = Callable[Concatenate[Any, Request, Rest], HttpResponse]  # Any: the endpoint itself


class Endpoint(APIView):
    """Methods are marked with `needs`; what one answers says how many calls are left."""

    def finalize_response(self, request: Request, response: Response, *rest: Any, **by: Any) -> Any:
        answer = super().finalize_response(request, response, *rest, **by)
        if allowance := getattr(request._request, "allowance", None):
            answer["RateLimit-Limit"] = str(allowance.limit)
            answer["RateLimit-Remaining"] = str(allowance.remaining)
            answer["RateLimit-Reset"] = str(allowance.resets_in)
        return answer


def needs(
    wanted: ApiScope, role: Role = Role.VIEWER, *, calls_partner: bool = False
) -> Callable[[Answers[Rest]], Answers[Rest]]:
    """Let in keys with the scope whose member has the role, inside their brand's scope.

    A method that calls a partner gets no scope and opens `key_scope` itself, as pages do.
    """

    def decorate(method: Answers[Rest]) -> Answers[Rest]:
        @wraps(method)
        def wrapper(
            self: Any, request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            key = key_of(request)
            if wanted not in key.scopes:
                lacking = _("The key lacks the scope “%(scope)s”.") % {"scope": wanted}
                raise PermissionDenied(lacking)
            if not key.membership.allows(role):
                raise PermissionDenied(_("The member who made the key may not do this."))
            caller = as_page(request)
            caller.brand, caller.membership, caller.user = (
                key.brand,
                key.membership,
                key.membership.user,
            )
            if calls_partner:
                return method(self, request, *args, **kwargs)
            with key_scope(request):
                return method(self, request, *args, **kwargs)

        return wrapper

    return decorate


def key_scope(request: Request) -> Any:  # Any: a context manager
    """Open the scope of the key's brand, narrowed as its membership is."""
    member = member_of(request)
    return scope(Hat.WEB, brand=member.brand_id, user=member.user_id, stores=member.narrowed_to)


def as_page(request: Request) -> BrandRequest:
    """Return the request as the pages' functions take it, with the key's brand and member."""
    return cast(BrandRequest, request._request)


def key_of(request: Request) -> ApiKey:
    return cast(ApiKey, request.auth)  # as our authentication leaves it


def member_of(request: Request) -> Membership:
    return key_of(request).membership
