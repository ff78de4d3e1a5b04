"""Who may open what: every URL of the resolver, by every kind of person, both languages' roots.

A page that is in no list stops the suite. Foreign → 404, missing right → 403, logged out → login.
"""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from campaigns.tests.cast import stage
from campaigns.tests.matrix_api import MATRIX as API
from campaigns.tests.matrix_data import MATRIX as DATA
from campaigns.tests.matrix_links import MATRIX as LINKS
from campaigns.tests.matrix_plans import MATRIX as PLANS
from campaigns.tests.matrix_results import MATRIX as RESULTS
from campaigns.tests.matrix_results import ORDERS
from campaigns.tests.matrix_sheets import MATRIX as SHEETS
from merchants.models import Role
from merchants.tests.factories import make_brand, make_membership, make_user
from merchants.tests.matrix import MATRIX as JOINING
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files")
MATRIX = [*JOINING, *DATA, *LINKS, *PLANS, *SHEETS, *RESULTS, *API]
# open to everybody, or answered by the libraries behind their own locks
PUBLIC = {"healthz", "metrics", "readyz", "set_language"}
PLACEHOLDERS = (
    "store",
    "alert",
    "campaign",
    "rule",
    "star_task",
    "star_row",
    "note",
    "link",
    "sheet",
    "file_import",
    "view",
    "report",
    "export",
    "stop",
    "share",
    "share_token",
    "window",
    "code",
    "application",
    "evidence",
    "consent",
    "member",
    "invitation",
    "grant",
    "transfer",
    "release",
    "token",
    "webhook",
    "robot",
    "delivery",
    "order",
    "api_key",
)
HOME = {
    "anonymous": "/account/login/?next=/",
    "stranger": "/b/other/",
    "reviewer": "/admin/",
    "admin": "/admin/",
    **dict.fromkeys(Role.values, "/b/shancha/"),
}
OWN_LOCKS = ("account_", "mfa_", "usersessions_", "admin:")


def members(brand) -> dict[str, Client]:
    clients = {}
    for role in Role:
        user = make_user(f"{role}@example.test")
        make_membership(brand, user, role)
        clients[role.value] = logged_in(user)
    return clients


def outsiders(brand) -> dict[str, Client]:
    """Everybody who is signed in and has no place in the brand, the platform's staff included."""
    stranger, suspended = make_user("stranger@example.test"), make_user("suspended@example.test")
    make_membership(make_brand("other", "别家"), stranger, Role.OWNER)
    membership = make_membership(brand, suspended, Role.VIEWER)
    with scope(Hat.WEB, brand=brand.pk):
        membership.role, membership.suspended_at = Role.OWNER, timezone.now()
        membership.save()
    reviewer = make_user("reviewer@example.test", is_staff=True)
    admin = make_user("admin@example.test", is_staff=True, is_superuser=True)
    people = {
        "stranger": stranger,
        "suspended": suspended,
        "without a brand": make_user("nobody@example.test"),
        "reviewer": reviewer,
        "admin": admin,
    }
    return {who: logged_in(user) for who, user in people.items()}


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
    clients = {"anonymous": Client()} | outsiders(brand) | members(brand)
    roles = {"anonymous": anonymous, "viewer": viewer, "marketer": marketer, "owner": owner}
    roles["finance"] = owner if path in ORDERS else viewer
    expected = dict.fromkeys(clients, stranger) | roles

    answers = {who: getattr(client, method)(url).status_code for who, client in clients.items()}

    assert answers == expected


def test_home_leads_everybody_to_their_own_place(brand):
    clients = {"anonymous": Client()} | outsiders(brand) | members(brand)

    answers = {who: client.get("/") for who, client in clients.items()}

    assert {who: a["Location"] for who, a in answers.items() if a.status_code == 302} == HOME
    assert [who for who, a in answers.items() if a.status_code == 200] == [
        "suspended",
        "without a brand",
    ]


def name_of(address):
    path, _mark, _query = address.format(**dict.fromkeys(PLACEHOLDERS, "1")).partition("?")
    return resolve(path).view_name


def test_every_page_is_public_in_the_matrix_or_behind_a_librarys_own_lock():
    tested = {name_of(path) for _method, path, *_ in MATRIX}
    names = {name for name in page_names() if not name.startswith(OWN_LOCKS)}

    assert names == tested | PUBLIC | {"home"}


def test_every_page_is_asked_with_both_methods():
    asked = {(method, name_of(path)) for method, path, *_ in MATRIX}
    names = {name for _method, name in asked}

    assert asked == {(method, name) for method in ("get", "post") for name in names}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_page_of_the_admin_opens_to_a_brand(brand, model):
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    clients = members(brand).values()

    for page in ("admin:index", f"admin:{name}_changelist", f"admin:{name}_add"):
        answer = Client().get(reverse(page), follow=True)
        assert answer.wsgi_request.path == reverse("account_login")
        assert {c.get(reverse(page), follow=True).status_code for c in clients} == {403}
