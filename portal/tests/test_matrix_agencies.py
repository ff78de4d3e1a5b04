"""Who comes through an agency meets what a member so narrowed meets, on every page there is."""

import pytest
from django.test import Client

from campaigns.tests.cast import stage
from merchants.models import Brand, GrantStatus, Role, Store
from merchants.tests.factories import make_brand, make_grant, make_membership, make_user
from portal.lib.scope import Hat, scope
from portal.tests.test_matrix import MATRIX, logged_in

pytestmark = pytest.mark.usefixtures("own_files")
ALERTS = "/b/shancha/settings/alerts/"
# What tells of every store, and is not for whoever is narrowed to some; share links of others too.
OF_EVERY_STORE = {
    f"{ALERTS}new/": 403,
    f"{ALERTS}quiet/": 403,
    f"{ALERTS}{{alert}}/": 404,
    f"{ALERTS}{{alert}}/edit/": 404,
    f"{ALERTS}{{alert}}/switch/": 404,
    f"{ALERTS}{{alert}}/delete/": 404,
    "/b/shancha/settings/shares/{share}/revoke/": 404,
}
# What hangs on a membership of one's own: an agency's people have none.
MEMBERS_ALONE = {
    "/b/shancha/results/views/{view}/share/": 403,
    "/b/shancha/results/views/{view}/mail/": 403,
}
REFUSED = (403, 405)


def through_agency(brand: Brand, store: Store, role: Role, *, ended: bool = False) -> Client:
    """Log in as the owner of an agency that has, or had, this role for the store."""
    agency = make_brand(f"agency-{role}-{ended}".lower(), "代运营")
    user = make_user(f"{agency.slug}@example.test")
    make_membership(agency, user, Role.OWNER)
    make_grant(
        brand, agency, (store,), role, GrantStatus.REVOKED if ended else GrantStatus.ACCEPTED
    )
    return logged_in(user)


def narrowed_viewer(brand: Brand, store: Store) -> Client:
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(store,))
    return logged_in(user)


@pytest.mark.parametrize(
    ("method", "path", "anonymous", "stranger", "viewer", "marketer", "owner"), MATRIX
)
def test_an_agency_may_what_its_role_may_and_nothing_once_it_is_over(
    brand, method, path, anonymous, stranger, viewer, marketer, owner
):
    names = stage(brand)
    with scope(Hat.ADMIN):
        store = Store.objects.get(pk=names["store"])
    clients = {
        "narrowed viewer": narrowed_viewer(brand, store),
        "agency's viewer": through_agency(brand, store, Role.VIEWER),
        "agency's marketer": through_agency(brand, store, Role.MARKETER),
        "former agency": through_agency(brand, store, Role.MARKETER, ended=True),
    }

    url = path.format(**names)
    answers = {who: getattr(client, method)(url).status_code for who, client in clients.items()}

    narrowed = viewer if viewer in REFUSED else OF_EVERY_STORE.get(path, viewer)
    not_for_agencies = OF_EVERY_STORE | MEMBERS_ALONE
    assert answers == {
        "narrowed viewer": narrowed,
        "agency's viewer": viewer if viewer in REFUSED else not_for_agencies.get(path, viewer),
        "agency's marketer": marketer if marketer == 405 else not_for_agencies.get(path, marketer),
        "former agency": stranger,
    }
