"""What holds for every page, whoever asks and however badly."""

import pytest
from django.core.cache import cache
from django.test import Client

from merchants.models import Role
from merchants.tests.factories import give_second_factor, make_user

PRIVATE = [
    ("/b/shancha/results/", 200),
    ("/b/shancha/results/?window=9", 422),
    ("/b/shancha/nothing/", 404),
    ("/b/other/results/", 404),
    ("/b/shancha/notes/0/link/", 403),
    ("/", 302),
    ("/consent/top/?state=forged&code=secret", 302),
]
NULS = [
    "application/?status=%00",
    "store/?q=%00&status__exact=a%00",
    "membership/?role=%00",
    "change/%00/change/",
    "change/a%00/history/",
]
ODD_CHARSETS = ["base64", "rot13", "utf-16", "gb18030"]


@pytest.fixture
def anybody() -> Client:
    return Client(raise_request_exception=False)


def directives(response) -> dict[str, str]:
    policy = response["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


@pytest.mark.parametrize(("path", "status"), PRIVATE)
def test_no_answer_to_a_member_is_kept_by_a_cache(client_as, path, status):
    response = client_as(Role.VIEWER).get(path)

    assert (response.status_code, response["Cache-Control"]) == (status, "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "/consent/top/?state=s&code=secret",
        "/account/password/reset/key/1-secret/",
        "/b/shancha/results/",
        "/readyz",
    ],
)
def test_no_answer_to_a_stranger_is_kept_either(anybody, db, path):
    assert "no-store" in anybody.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/account/login/", "/nothing", "/admin/?q=%00"])
def test_every_page_allows_only_its_own_scripts_and_no_frame_around_it(anybody, db, path):
    response = anybody.get(path)
    policy = directives(response)

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_a_page_of_the_jump_allows_only_what_bears_its_nonce(anybody, db):
    response = anybody.get("/j/22222222")
    policy = directives(response)

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"]
    assert policy["script-src"].startswith("'nonce-")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", NULS)
def test_a_nul_in_an_address_of_the_admin_is_a_bad_request(anybody, db, path):
    staff = make_user(is_staff=True, is_superuser=True)
    anybody.force_login(staff)
    give_second_factor(anybody, staff)

    assert anybody.get(f"/admin/merchants/{path}").status_code == 400


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_a_request_in_another_charset_is_a_bad_request(anybody, db, charset):
    response = anybody.get("/account/login/", CONTENT_TYPE=f"text/plain; charset={charset}")

    assert response.status_code == 400


def test_a_host_that_is_not_ours_is_a_bad_request(anybody, db):
    assert anybody.get("/account/login/", headers={"host": "evil.test"}).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "/\\evil.test"])
def test_changing_the_language_leads_to_no_other_site(anybody, db, target):
    response = anybody.post("/language/", {"language": "en", "next": target})

    assert response["Location"] == "/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_changes_their_own_address(client_as, method):
    client = client_as(Role.OWNER)
    new = {"action_add": "", "email": "victim@example.test"}

    assert getattr(client, method)("/account/email/", new).status_code == 404


@pytest.mark.parametrize("path", ["/language/", "/account/login/", "/account/password/reset/"])
def test_a_form_without_our_token_is_refused(db, path):
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_the_link_to_a_new_password_leads_to_us_whoever_asks(anybody, db, settings, mailoutbox):
    settings.ALLOWED_HOSTS = ["localhost"]
    asked = {"email": make_user().email}

    anybody.post("/account/password/reset/", asked, headers={"host": "localhost:666"})

    assert f"{settings.PORTAL_URL}/account/password/reset/key/" in mailoutbox[0].body
    assert "localhost:666" not in mailoutbox[0].body


def test_guessing_passwords_is_slowed_down_whatever_address_is_claimed(anybody, db):
    cache.clear()
    right = {"login": make_user().email, "password": "a-long-password"}

    for n in range(6):
        guess = right | {"password": f"guess-{n}"}
        anybody.post("/account/login/", guess, headers={"x-forwarded-for": f"10.0.0.{n}"})

    assert anybody.post("/account/login/", right).status_code == 200
    cache.clear()
