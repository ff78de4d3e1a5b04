"""The schema holds what is told, and the page lists it."""

import jsonschema
import pytest
from django.core.management import call_command
from django.urls import get_resolver

from campaigns.api.docs import schema
from campaigns.tests.api import make_key, program, program_of
from campaigns.tests.factories import make_link, make_note, make_note_day
from campaigns.tests.test_api_metrics import DAY
from merchants.models import Role
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_membership,
    make_store,
    make_user,
)

V1 = "/api/v1/"
TOLD = [
    *("stores/", "applications/", "campaigns/", "notes/", "links/", "data-status/", "metrics/"),
    *("metrics/query/?dimension=note", "metrics/query/?line=star", "links/0/"),
    "metrics/query/?dimension=day&against=period&metrics=spend",
]


@pytest.fixture
def api(brand):
    return program_of(brand)


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


@pytest.mark.parametrize("path", TOLD)
def test_what_is_told_is_as_the_schema_says(brand, api, path):
    connection = make_connection(make_store(brand))
    note = make_note(connection)
    make_note_day(note, DAY)
    make_link(note)
    make_application(connection.store)
    answer = api.get(f"{V1}{path}")
    told, address = schema("en"), path.split("?")[0].replace("links/0/", "links/{link_pk}/")

    responses = told["paths"][f"{V1}{address}"]["get"]["responses"]
    [content] = responses[str(answer.status_code)]["content"].values()
    nullable = {"components": told["components"], **content["schema"]}
    jsonschema.validate(answer.json(), nullable, cls=as_openapi())


def as_openapi():
    """OpenAPI 3.0 says `nullable` where JSON Schema says a type of null."""
    plain = jsonschema.Draft4Validator

    def unless_null(check):
        def checked(validator, value, instance, told):
            if instance is None and told.get("nullable"):
                return
            yield from check(validator, value, instance, told) or ()

        return checked

    every = {name: unless_null(check) for name, check in plain.VALIDATORS.items()}
    return jsonschema.validators.extend(plain, every)


def test_every_address_is_in_the_schema():
    [api] = [
        each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "api"
    ]
    left_out = {"schema", "docs"}

    named = {pattern.name for pattern in api.url_patterns} - left_out

    assert len(schema("en")["paths"]) == len(named)


def test_a_key_of_any_scope_reads_the_schema(brand):
    member = make_membership(brand, make_user("api@example.test"), Role.MARKETER)

    answer = program(make_key(member, "links")).get(f"{V1}schema/")

    assert answer.json()["openapi"].startswith("3.")


def test_the_page_lists_every_address_in_the_readers_language(client_as):
    viewer = client_as(Role.VIEWER)
    paths = schema("en")["paths"]

    page = viewer.get(f"{V1}docs/").text

    assert all(path in page for path in paths)
    assert "数据回传状态：哪天已到、哪些延迟" in page
    assert "State of the data" in viewer.get(f"{V1}docs/", headers={"accept-language": "en"}).text
