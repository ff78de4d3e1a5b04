"""The schema for programs, and the page that tells people of it, made of the same."""

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.endpoint import Endpoint
from campaigns.api.repeatable import HEADER
from merchants.models import ApiScope

Schema = dict[str, Any]  # as OpenAPI has it


class SchemaView(Endpoint):
    """Open to every key: it tells nothing of any brand."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema(get_language() or ""))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    context = {
        "operations": _operations(schema(get_language() or "")),
        "scopes": list(ApiScope),
        "limit": settings.API_CALLS_PER_MINUTE,
        "header": HEADER,
        "base": f"{settings.PORTAL_URL}/api/v1",
    }
    return render(request, "campaigns/api_docs.html", context)


@lru_cache(maxsize=8)
def schema(language: str) -> Schema:
    """Return the schema in the language, which is the one in use; made once for each."""
    made: Schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: bytes = JSONRenderer().render(made)
    told: Schema = orjson.loads(plain)
    return told


def names_of(told: Schema) -> list[str]:
    """Return what the page quotes: addresses, names of parameters and fields, and values."""
    found = [*ApiScope.values]
    for operation in _operations(told):
        found += [operation["method"], operation["path"], *operation["fields"]]
        for each in operation["parameters"]:
            found += [each["name"], *map(str, each["choices"])]
    return found


def _operations(told: Schema) -> list[dict[str, Any]]:
    """Return each address with what it is asked, in the order of the addresses."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "parameters": [_parameter(each) for each in operation.get("parameters", ())],
            "fields": _fields(operation),
        }
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(told: Schema) -> dict[str, Any]:
    kind = told["schema"]
    return {
        "name": told["name"],
        "words": told.get("description") or gettext("Part of the address"),
        "choices": kind.get("enum", ()),
    }


def _fields(operation: Schema) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    return [name for each in content.values() for name in each["schema"].get("properties", ())]
