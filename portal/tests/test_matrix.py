"""Who may open what: every URL of the resolver, by every kind of person, both languages' roots.

A page that is in no list stops the suite. Foreign → 404, missing right → 403, logged out → login.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from campaigns.tests.cast import stage
from campaigns.tests.matrix_data import MATRIX as DATA
from campaigns.tests.matrix_links import MATRIX as LINKS
from campaigns.tests.matrix_results import MATRIX as RESULTS
from merchants.models import Role
from merchants.tests.factories import make_brand, make_membership, make_user
from portal.lib.scope import Hat, scope

MATRIX = [*DATA, *LINKS, *RESULTS]
# open to everybody, or answered by the libraries behind their own locks
PUBLIC = {"healthz", "readyz", "set_language"}
OWN_LOCKS = ("account_", "admin:")
ROW = "method path anonymous stranger viewer marketer owner"


def people(brand) -> dict[str, Client]:
    clients = {"anonymous": Client()}
    stranger = make_user("stranger@example.test")
    make_membership(make_brand("other", "别家"), stranger, Role.OWNER)
    clients["stranger"] = logged_in(stranger)
    for role in Role:
        user = make_user(f"{role}@example.test")
        make_membership(brand, user, role)
        clients[role.value] = logged_in(user)
    return clients


def logged_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def page_names(resolver=None, namespace="") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name


@pytest.mark.parametrize(
    ("method", "path", "anonymous", "stranger", "viewer", "marketer", "owner"), MATRIX
)
def test_who_may_open_what(brand, method, path, anonymous, stranger, viewer, marketer, owner):
    url = path.format(**stage(brand))
    expected = dict(
        zip(ROW.split()[2:], (anonymous, stranger, viewer, marketer, owner), strict=True)
    )

    answers = {
        who: getattr(client, method)(url).status_code for who, client in people(brand).items()
    }

    assert answers == expected


def test_a_suspended_member_is_a_stranger(brand):
    user = make_user()
    membership = make_membership(brand, user)
    with scope(Hat.WEB, brand=brand.pk):
        membership.suspended_at = timezone.now()
        membership.save()

    assert logged_in(user).get(f"/b/{brand.slug}/").status_code == 404


def test_every_page_is_public_in_the_matrix_or_behind_a_librarys_own_lock():
    parts = dict.fromkeys(("store", "note", "link", "code", "application"), "1")
    tested = {resolve(path.format(**parts)).view_name for _method, path, *_ in MATRIX}
    names = {name for name in page_names() if not name.startswith(OWN_LOCKS)}

    assert names == tested | PUBLIC
