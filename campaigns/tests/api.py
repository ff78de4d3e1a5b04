"""A program with a key, as tests need it."""

from datetime import timedelta

from django.test import Client

from merchants import api_keys
from merchants.models import ApiScope, Brand, Membership, Role
from merchants.tests.factories import make_membership, make_user
from portal.lib.scope import Hat, scope


def make_key(member: Membership, *scopes: str, days: int = 90) -> str:
    """Return the whole key, as a program sends it."""
    wanted = scopes or ApiScope.values
    with scope(Hat.WEB, brand=member.brand_id, user=member.user_id):
        _key, secret = api_keys.create_key(member, "BI", wanted, valid=timedelta(days=days))
    return secret


def program(key: str, language: str = "en") -> Client:
    """Return a client that sends the key with each call."""
    return Client(headers={"authorization": f"Bearer {key}", "accept-language": language})


def program_of(brand: Brand, role: Role = Role.OWNER, stores=(), scopes=()) -> Client:
    user = make_user(f"api-{role}-{len(stores)}@example.test")
    member = make_membership(brand, user, role, stores)
    kept = scopes or [each for each in ApiScope.values if role != "viewer" or each != "links"]
    return program(make_key(member, *kept))
