"""The record of access: who came in, took data out or was turned away."""

from datetime import timedelta

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.test import Client

from merchants import tasks
from merchants.models import AccessEvent, AccessKind, Change, Role
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_evidence,
    make_membership,
    make_store,
    make_user,
)
from merchants.tests.test_second_factor import code_at
from portal.lib.scope import Hat, scope

PASSWORD = "a-long-password"
STEP = "/account/second-step/"
EN = {"accept-language": "en"}
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def lin(db):
    return make_user("lin@example.test", name="林")


def log_in(password=PASSWORD, email="lin@example.test", **head) -> Client:
    client = Client(headers={"user-agent": "Firefox/130.0", **EN}, **head)
    client.post("/account/login/", {"login": email, "password": password})
    return client


def events(*fields) -> list[tuple]:
    with scope(Hat.ADMIN):
        return list(AccessEvent.objects.order_by("pk").values_list("kind", *fields))


def test_logins_that_work_and_that_fail_are_on_record_with_their_address(lin):
    log_in("wrong", REMOTE_ADDR="203.0.113.9")
    browser = log_in(REMOTE_ADDR="203.0.113.9")
    browser.post("/account/logout/", REMOTE_ADDR="203.0.113.9")

    where = ("203.0.113.9", "Firefox/130.0", lin.pk, None)
    assert events("ip", "agent", "actor", "brand") == [
        ("login_failed", *where),
        ("login", *where),
        ("logout", *where),
    ]


def test_what_was_typed_for_an_address_nobody_has_is_not_kept(lin):
    log_in(email="my-password@example.test")

    assert events("actor", "what") == [("login_failed", None, "")]


def test_a_changed_password_is_on_record(lin):
    browser = log_in()
    new = "another-long-password"

    browser.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert [kind for (kind,) in events()] == ["login", "password_changed"]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])  # kept on commit
def test_a_second_step_set_up_failed_and_removed_is_on_record(lin):
    browser = log_in()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.get(f"{STEP}totp/activate/")
    secret = browser.session["mfa.totp.secret"]
    browser.post(f"{STEP}totp/activate/", {"code": code_at(secret=secret)})
    log_in().post(f"{STEP}authenticate/", {"code": "no code"})
    browser.post(f"{STEP}reauthenticate/", {"code": code_at(1, secret=secret)})
    browser.post(f"{STEP}totp/deactivate/")

    kinds = [kind for (kind,) in events()]
    assert kinds == ["login", "factor_added", "factor_failed", "factor_removed"]


def test_a_person_sees_what_was_done_with_their_own_account_only(lin):
    make_user("he@example.test")
    log_in("wrong", email="he@example.test", REMOTE_ADDR="198.51.100.1")

    shown = log_in(REMOTE_ADDR="203.0.113.9").get("/account/activity/").text

    assert "203.0.113.9" in shown
    assert "198.51.100.1" not in shown


def test_an_export_is_on_record_with_its_file(client_as, brand):
    client_as(Role.VIEWER).get("/b/shancha/results.csv")

    [(kind, of_brand, what)] = events("brand", "what")
    assert (kind, of_brand, what.endswith(".csv")) == ("export", brand.pk, True)


def test_a_member_of_some_stores_exports_and_is_on_record_too(brand):
    viewer = make_user("narrow@example.test")
    make_membership(brand, viewer, Role.VIEWER, stores=(make_store(brand),))
    client = Client()
    client.force_login(viewer)

    assert client.get("/b/shancha/results.csv").status_code == 200
    assert events("actor") == [("export", viewer.pk)]


def test_who_is_turned_away_is_on_record_once_an_hour(client_as, brand):
    stranger = client_as(None)

    answers = [stranger.get(f"/b/shancha/{page}").status_code for page in ("", "stores/", "data/")]
    assert stranger.get("/b/no-such-brand/").status_code == 404

    assert answers == [404, 404, 404]
    assert events("brand", "actor__email") == [("denied", brand.pk, "stranger@example.test")]


@transactional
def test_what_the_refused_page_rolls_back_keeps_its_record(brand):
    client = Client()
    client.force_login(make_user("he@example.test"))
    client.get("/b/shancha/")

    connection.close()
    assert events("brand") == [("denied", brand.pk)]


def test_a_member_who_opens_their_brand_is_not_on_record(client_as):
    client_as(Role.VIEWER).get("/b/shancha/stores/")

    assert events() == []


@pytest.mark.parametrize("hat", Hat)
@pytest.mark.parametrize("verb", ["insert", "update", "delete"])
def test_nobody_writes_the_record_but_its_function(client_as, brand, hat, verb):
    client_as(None).get("/b/shancha/")
    rows = AccessEvent.objects.all()
    write = {
        "insert": lambda: AccessEvent.objects.create(kind=AccessKind.LOGIN),
        "update": lambda: rows.update(ip=None),
        "delete": lambda: rows._raw_delete("default"),
    }[verb]

    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, scope(hat, brand=brand.pk):
        write()


def test_nobody_puts_a_login_on_a_brands_record(brand, lin):
    call = "SELECT record_access('login', '', NULL, NULL, '', NULL, '', '')"
    with (
        pytest.raises(IntegrityError, match="access_event_of_a_brand"),
        scope(Hat.WEB, brand=brand.pk, user=lin.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(call)


@transactional
def test_access_older_than_180_days_is_forgotten_and_nothing_younger(brand):
    make_membership(brand, make_user("wu@example.test"))
    with connections["owner"].cursor() as cursor:
        for days_ago in (181, 179):
            cursor.execute(
                "INSERT INTO merchants_accessevent (kind, what, agent, request, at, brand_id)"
                " VALUES ('export', %s, '', '', now() - %s, %s)",
                [str(days_ago), timedelta(days=days_ago), brand.pk],
            )
            cursor.execute(
                "INSERT INTO merchants_brandhistory"
                " (id, name, slug, created_at, pgh_label, pgh_created_at, pgh_context)"
                " VALUES (%s, %s, 'shancha', now(), 'update', now() - %s, %s)",
                [brand.pk, str(days_ago), timedelta(days=days_ago), '{"ip": "::1", "user": 1}'],
            )

    tasks.purge_access()

    with scope(Hat.ADMIN):
        old = Change.objects.get(subject="brand", kept__name="181")
        young = Change.objects.get(subject="brand", kept__name="179")
    assert events("what") == [("export", "179")]
    assert (old.context, young.context["ip"]) == ({"user": 1}, "::1")


@pytest.mark.parametrize("hat", [Hat.WEB, Hat.ADMIN])
def test_only_the_night_may_forget(brand, hat):
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, scope(hat, brand=brand.pk), connection.cursor() as cursor:
        cursor.execute("SELECT purge_access()")


@pytest.mark.parametrize(
    "page",
    ["change/", "change/?q=10.1.2.3", "change/?q=shancha", "accessevent/", "accessevent/?q=lin"],
)
def test_staff_search_and_read_and_change_nothing(client, brand, page):
    staff = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(staff)
    give_second_factor(client, staff)

    shown = client.get(f"/admin/merchants/{page}")

    assert shown.status_code == 200
    assert "/add/" not in shown.text.partition("<main")[2]


def test_staff_read_one_change_in_full(client, brand):
    staff = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(staff)
    give_second_factor(client, staff)
    with scope(Hat.ADMIN):
        change = Change.objects.get(subject="brand")

    shown = client.get(f"/admin/merchants/change/{change.key.replace(':', '_3A')}/change/")

    assert "山茶" in shown.text


def test_the_list_of_changes_speaks_the_readers_language(client, brand):
    staff = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(staff)
    give_second_factor(client, staff)
    chinese = {"accept-language": "zh-hans"}

    text = client.get("/admin/merchants/change/?label=insert&subject=brand", headers=chinese).text

    assert "新增" in text
    assert ">insert<" not in text.replace(" ", "").replace("\n", "")
    assert ">brand<" not in text.replace(" ", "").replace("\n", "")


def test_no_event_of_another_brand_is_seen(client_as, brand):
    other = make_brand("yejing", "野径")
    client_as(Role.VIEWER).get("/b/yejing/")

    with scope(Hat.WEB, brand=brand.pk):
        assert not AccessEvent.objects.exists()
    with transaction.atomic(), scope(Hat.WEB, brand=other.pk):
        assert AccessEvent.objects.get().brand == other


def record(kind, *, store=None, piece=None):
    with connection.cursor() as cursor:
        call = "SELECT record_access(%s, '', %s, %s, 'x', NULL, '', '')"
        cursor.execute(call, [kind, store, piece])


def test_a_brand_writes_no_look_of_the_staff_at_evidence_its_own_or_anothers(lin, own_files):
    brand, other = make_brand(), make_brand("yejing", "野径")
    own, foreign = make_evidence(make_store(brand)), make_evidence(make_store(other))

    for piece in (own.pk, foreign.pk, None):
        with pytest.raises(ProgrammingError), scope(Hat.WEB, brand=brand.pk, user=lin.pk):
            record("evidence", piece=piece)
    with pytest.raises(ProgrammingError), scope(Hat.WEB, brand=brand.pk, user=lin.pk):
        record("export", piece=foreign.pk)
    assert events() == []


def test_an_export_is_of_a_store_of_the_brand(lin):
    brand, other = make_brand(), make_brand("yejing", "野径")
    own, foreign = make_store(brand), make_store(other)

    with scope(Hat.WEB, brand=brand.pk, user=lin.pk):
        record("export", store=own.pk)
    with pytest.raises(ProgrammingError), scope(Hat.WEB, brand=brand.pk, user=lin.pk):
        record("export", store=foreign.pk)
    assert events("store") == [("export", own.pk)]


def test_every_function_that_runs_as_the_owner_looks_into_temporary_tables_last(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)"
        )
        assert cursor.fetchall() == []
