import gzip
import json
import re
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client

from merchants.models import Role, User
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_membership,
    make_user,
)
from portal import frontend

TEMPLATES = sorted((frontend.ROOT / "templates").rglob("*.html"))
REFUSED_BY_CSP = re.compile(
    r"\sstyle=|\son[a-z]+=\"|<style(?! nonce=)|javascript:"
    r"|<script(?! nonce=)(?![^>]*\bsrc=)(?![^>]*application/json)"
)
OPEN_DOORS = ["login", "signup", "password/reset", "password/reset/done", "inactive"]
OPEN_DOORS += ["password/reset/key/1-worn", "password/reset/key/done", "confirm-email/worn"]
OWN_PAGES = ["", "password/change/", "email/", "logout/", "reauthenticate/", "confirm-email/"]
OWN_PAGES += ["sessions/", "second-step/", "second-step/webauthn/"]
PROTECTED = ["", "totp/deactivate/", "webauthn/add/"]
PROTECTED += ["recovery-codes/", "recovery-codes/generate/", "reauthenticate/"]


def relative(path: Path) -> str:
    return str(path.relative_to(frontend.ROOT))


@pytest.fixture
def in_english(client) -> Client:
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_page_shows_again_the_messages_that_its_frame_shows(path):
    text = path.read_text()
    assert not ('{% extends "base.html" %}' in text and "components/messages.html" in text)


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_holds_what_the_security_policy_refuses(path):
    assert not REFUSED_BY_CSP.search(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_is_longer_than_its_budget(path):
    assert len(path.read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", OPEN_DOORS)
def test_account_pages_of_strangers_wear_our_look_and_keep_the_policy(db, client, page):
    page = client.get(f"/account/{page}/", follow=True)
    assert 'class="rc-login"' in page.text
    assert not REFUSED_BY_CSP.search(page.text)


@pytest.mark.parametrize("page", OWN_PAGES)
def test_account_pages_of_members_wear_our_look_and_keep_the_policy(client_as, page):
    page = client_as(Role.VIEWER).get(f"/account/{page}")
    assert "css/redcat.css" in page.text
    assert not REFUSED_BY_CSP.search(page.text)


@pytest.mark.parametrize("page", PROTECTED)
def test_pages_of_the_second_step_wear_our_look_and_keep_the_policy(client_as, page):
    client, user = client_as(Role.VIEWER), User.objects.get(email="viewer@example.test")
    give_second_factor(client, user)
    RecoveryCodes.activate(user)
    response = client.get(f"/account/second-step/{page}")
    assert response.status_code == 200
    assert "css/redcat.css" in response.text
    assert not REFUSED_BY_CSP.search(response.text)


@pytest.mark.parametrize("page", ["", "sessions/", *(f"second-step/{page}" for page in PROTECTED)])
def test_account_pages_of_members_send_strangers_to_the_login(db, client, page):
    for ask in (client.get, client.post):
        assert ask(f"/account/{page}")["Location"].startswith("/account/login/")


def test_the_lock_names_no_registry_and_pins_every_file():
    lock = json.loads((frontend.ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


def test_an_icon_named_in_a_template_is_found():
    assert {"link", "language", "circle-check"} <= frontend.used_icons()


@pytest.mark.skipif(not frontend.MODULES.is_dir(), reason="npm has not run here")
def test_the_sprite_has_every_icon_that_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "VENDOR", tmp_path)
    frontend.place_sprite()
    drawn = re.findall(r'<symbol id="([^"]+)"', (tmp_path / "icons.svg").read_text())
    assert set(drawn) == frontend.used_icons()


@pytest.mark.skipif(not frontend.MODULES.is_dir(), reason="npm has not run here")
def test_a_first_visit_loads_less_than_600_kilobytes(tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "VENDOR", tmp_path)
    frontend.main()
    static = frontend.ROOT / "portal" / "static"
    own = [*static.glob("css/*.css"), *static.glob("js/*.js")]
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    loaded = [file for file in [*tmp_path.iterdir(), *own, htmx] if file.suffix != ".map"]
    assert len(loaded) > 8
    assert sum(len(gzip.compress(file.read_bytes())) for file in loaded) < 600_000


def test_missing_modules_are_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "MODULES", tmp_path)
    with pytest.raises(SystemExit, match="run npm ci first"):
        frontend.main()


def test_a_wrong_password_is_told_beside_the_form_and_the_address_is_kept(db, in_english):
    make_user("lin@example.test")
    credentials = {"login": "lin@example.test", "password": "wrong"}
    page = in_english.post("/account/login/", credentials)
    assert "are not correct" in page.text
    assert 'value="lin@example.test"' in page.text


def test_the_language_changes_by_a_plain_form_and_the_page_stays(db, client):
    choice = {"language": "en", "next": "/account/login/"}
    page = client.post("/language/", choice, follow=True)
    assert page.redirect_chain == [("/account/login/", 302)]
    assert '<html lang="en"' in page.text
    assert "Log in" in page.text


def test_the_way_back_of_a_refused_form_is_no_address_that_only_takes_posts(db, client):
    page = client.post("/account/login/", {"login": "nobody"})
    assert '<input type="hidden" name="next" value="/">' in page.text


def test_a_person_without_a_brand_is_told_whom_to_ask(db, in_english):
    in_english.force_login(make_user("lin@example.test"))
    page = in_english.get("/")
    assert "Ask its owner to invite lin@example.test" in page.text
    assert 'href="/brands/new/"' in page.text


def test_a_person_with_two_brands_may_choose(db, client):
    lin = make_user()
    for slug in ["shancha", "yejing"]:
        make_membership(make_brand(slug, slug), lin, Role.VIEWER)
    client.force_login(lin)
    page = client.get("/")
    assert 'href="/b/shancha/"' in page.text
    assert 'href="/b/yejing/"' in page.text


def test_the_frame_offers_the_persons_other_brands_and_a_new_one(client_as):
    client = client_as(Role.OWNER)
    assert 'href="/brands/new/"' in client.get("/b/shancha/data/").text
    owner = User.objects.get(email="owner@example.test")
    make_membership(make_brand("yejing", "野径"), owner, Role.VIEWER)
    assert 'href="/b/yejing/"' in client.get("/b/shancha/data/").text


def test_the_frame_marks_where_one_is(client_as):
    page = client_as(Role.VIEWER).get("/b/shancha/data/")
    here = '<a href="/b/shancha/data/" aria-current="page">'
    frame, _tabs, content = page.text.partition('<nav class="rc-tabs"')
    assert (frame.count(here), frame.count('aria-current="page"')) == (2, 2)
    assert (content.count(here), content.count('aria-current="page"')) == (1, 1)


def test_an_unknown_address_gets_our_page_with_a_way_on(db, in_english):
    page = in_english.get("/nowhere/")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text
    assert 'href="/"' in page.text


def test_an_expired_form_is_told_as_such(db):
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    page = client.post("/account/login/", {})
    assert page.status_code == 403
    assert "This form has expired" in page.text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_needs_no_context_and_no_database(name):
    assert 'href="/"' in render_to_string(f"{name}.html")
