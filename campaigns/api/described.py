"""What the schema says of each address, out of the forms that read it and the shapes it tells."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from campaigns.api.shapes import ProblemShape, Shape
from portal.lib.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

JSON = "application/json"
REFUSALS = (400, 401, 403, 404, 422, 429)
TYPES = [
    (forms.BooleanField, "boolean", OpenApiTypes.BOOL),
    (forms.IntegerField, "integer", OpenApiTypes.INT),
    (forms.TypedChoiceField, "integer", OpenApiTypes.INT),
    (forms.DateField, "string", OpenApiTypes.DATE),
]
Method = Callable[..., Any]
Asks = Sequence[type[forms.Form]]


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as the library has it
    target_class = "campaigns.api.keys.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def described(
    summary: "StrOrPromise",
    tells: Any,  # Any: a shape, or a schema as it is written
    *,
    asks: Asks = (),
    without: Sequence[str] = (),
    body: Any = None,  # Any: a schema as it is written
    status: int = 200,
    named: str = "",
) -> Callable[[Method], Method]:
    """Describe a method by what it is asked and what it tells; refusals are alike everywhere."""
    refusals = {(code, MEDIA_TYPE): ProblemShape for code in REFUSALS}
    asked = {}
    for form in asks:
        for name, field in form.base_fields.items():
            if name not in without:
                asked[name] = _parameter(name, field)
    return extend_schema(
        operation_id=named or None,
        summary=summary,
        parameters=list(asked.values()),
        request={JSON: body} if body else None,
        responses=(tells if isinstance(tells, dict) else {status: tells}) | refusals,
    )


def page_shape(shape: type[Shape]) -> Any:  # Any: a class made here
    """Return the shape of a page of such rows."""
    fields = {"data": shape(many=True), "next_cursor": serializers.CharField(allow_null=True)}
    return inline_serializer(f"{shape.__name__}Page", fields)


def body_of(*asks: type[forms.Form], without: Sequence[str] = ()) -> dict[str, Any]:
    """Return the schema of a JSON object that the forms read."""
    fields = {
        _named(name): each
        for form in asks
        for name, each in form.base_fields.items()
        if name not in without
    }
    required = [name for name, each in fields.items() if each.required]
    told = {
        "type": "object",
        "properties": {name: _property(each) for name, each in fields.items()},
    }
    return told | ({"required": required} if required else {})


def _named(name: str) -> str:
    return {"first": "from", "last": "to"}.get(name, name)


def _parameter(name: str, field: forms.Field) -> OpenApiParameter:
    kind = next((kind for made, _word, kind in TYPES if isinstance(field, made)), OpenApiTypes.STR)
    return OpenApiParameter(
        _named(name),
        kind,
        description=str(field.label),
        enum=_choices(field) or None,
    )


def _property(field: forms.Field) -> dict[str, Any]:
    word = next((word for made, word, _kind in TYPES if isinstance(field, made)), "string")
    choices = _choices(field)
    return {"type": word, "enum": choices} if choices else {"type": word}


def _choices(field: forms.Field) -> list[Any]:
    if not isinstance(field, forms.ChoiceField) or callable(field.choices):
        return []
    return [value for value, _label in field.choices if value != ""]
