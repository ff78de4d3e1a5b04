"""The history of rows: nothing goes without, nobody can change it, and it says who did what."""

import json
from datetime import timedelta

import pghistory
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from merchants import tasks
from merchants.models import Brand, Change, Connection, Membership, Role, Store, User
from merchants.models.history import WITHOUT
from merchants.tests.factories import (
    make_application,
    make_brand,
    make_connection,
    make_invitation,
    make_membership,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.lib.trail import plain_path

HISTORIES = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
TABLES = [model._meta.db_table for model in HISTORIES]
SECRET = ("sealed", "password", "token", "secret", "draft")
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def member(brand):
    return make_membership(brand, make_user("wu@example.test", name="吴"), Role.VIEWER)


def history_of(row, hat=Hat.ADMIN, **narrowed) -> list[Change]:
    with scope(hat, **narrowed):
        rows = Change.objects.filter(subject=row._meta.model_name, row_id=row.pk)
        return list(rows.order_by("pgh_id"))


def test_every_table_of_merchants_has_a_history_or_a_reason():
    models = apps.get_app_config("merchants").get_models(include_auto_created=True)
    tables = {
        model._meta.db_table
        for model in models
        if model._meta.managed and model not in HISTORIES and model not in WITHOUT
    }

    kept = [model.pgh_tracked_model._meta for model in HISTORIES]
    assert tables == {each.db_table for each in kept if each.app_label == "merchants"}
    assert all(WITHOUT.values())


@pytest.mark.parametrize("model", HISTORIES, ids=lambda model: model.__name__)
def test_no_history_has_a_column_for_a_secret(model):
    names = [field.name for field in model._meta.fields]

    assert [name for name in names if any(word in name for word in SECRET)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["redcat_app", "redcat_common", *Hat])
@pytest.mark.parametrize("table", TABLES)
def test_no_role_of_the_runtime_may_write_a_history(role, table):
    asked = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, asked])
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("verb", ["UPDATE {} SET pgh_label = ''", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("hat", Hat)
def test_what_happened_can_be_neither_changed_nor_deleted(member, hat, verb):
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, scope(hat, brand=member.brand_id), connection.cursor() as cursor:
        cursor.execute(verb.format("merchants_membershiphistory"))


def test_a_session_cannot_ask_the_history_to_look_away(member):
    with scope(Hat.WEB, brand=member.brand_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
        )
        Membership.objects.filter(pk=member.pk).update(role=Role.MARKETER)

    assert [change.kept["role"] for change in history_of(member)] == ["viewer", "marketer"]


def test_a_change_says_who_made_it_from_where_and_by_which_request(client_as, member):
    owner = client_as(Role.OWNER)
    page = f"/b/shancha/settings/members/{member.pk}/"

    answer = owner.post(page, {"role": "marketer", "reach": "all"}, REMOTE_ADDR="203.0.113.9")

    changed = history_of(member)[-1]
    assert (changed.label, changed.kept["role"], changed.hat) == (
        "update",
        "marketer",
        "redcat_web",
    )
    assert changed.actor == User.objects.get(email="owner@example.test")
    assert changed.context == {
        "user": changed.actor_id,
        "ip": "203.0.113.9",
        "method": "POST",
        "path": page,
        "request": answer["X-Request-ID"],
    }


def test_the_address_is_the_one_that_our_proxy_saw(client_as, member, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    page = f"/b/shancha/settings/members/{member.pk}/suspend/"

    client_as(Role.OWNER).post(page, headers={"x-forwarded-for": "10.9.9.9, 198.51.100.7"})

    assert history_of(member)[-1].context["ip"] == "198.51.100.7"


def test_a_removed_row_leaves_its_last_state_and_those_that_went_with_it(client_as, brand):
    store = make_store(brand)
    member = make_membership(brand, make_user("wu@example.test"), Role.VIEWER, stores=(store,))

    client_as(Role.OWNER).post(f"/b/shancha/settings/members/{member.pk}/remove/")

    with scope(Hat.ADMIN):
        gone = Change.objects.filter(label="delete").order_by("subject")
        assert [(row.subject, row.actor.email) for row in gone] == [
            ("membership", "owner@example.test"),
            ("membershipstore", "owner@example.test"),
        ]


def test_a_brand_and_its_first_owner_are_its_makers_work(client, db):
    lin = make_user()
    client.force_login(lin)

    client.post("/brands/new/", {"name": "野径", "slug": "yejing"})

    with scope(Hat.ADMIN):
        made = Change.objects.filter(subject__in=["brand", "membership"])
        assert [change.actor for change in made] == [lin, lin]


def test_what_a_task_changes_is_kept_under_its_name(brand):
    store = make_store(brand)
    long_ago = days.today() - timedelta(days=30)
    application = make_application(store, status="needs_info", asked="?", answer_due=long_ago)

    tasks.expire_unanswered()

    changed = history_of(application)[-1]
    assert (changed.kept["status"], changed.actor, changed.hat) == ("expired", None, "redcat_night")
    assert changed.context["task"] == "merchants.tasks.expire_unanswered"


def test_what_changes_by_itself_leaves_no_row(brand):
    made = make_connection(make_store(brand))

    with scope(Hat.NIGHT):
        Connection.objects.filter(pk=made.pk).update(version=2, last_good_call_at=days.known_now())
        assert Connection.objects.get(pk=made.pk).version == 2

    assert [change.label for change in history_of(made)] == ["insert"]


def test_a_token_is_nowhere_in_the_history(brand, client_as):
    connection = make_connection(make_store(brand))
    invitation, token = make_invitation(brand, "owner@example.test")
    client_as(Role.VIEWER).get(f"/invitations/{token}/")

    with scope(Hat.ADMIN):
        kept = json.dumps([[row.kept, row.context] for row in Change.objects.all()])

    assert len(kept) > 100
    assert [
        secret
        for secret in (token, invitation.token_hash, connection.access_sealed.hex(), "pbkdf2")
        if secret in kept
    ] == []


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/b/shancha/stores/7/", "/b/shancha/stores/7/"),
        ("/invitations/Zx81-secret/", "/invitations/…/"),
        ("/account/confirm-email/MQ:1abc:sig/", "/account/confirm-email/…/"),
        ("/account/password/reset/key/3-abc-def/", "/account/password/reset/key/…-…/"),
        ("/invitation/Zx81-secret/", ""),
    ],
)
def test_a_path_is_kept_without_what_may_be_a_key(path, kept):
    assert plain_path(path) == kept


def test_a_brand_sees_its_own_history_alone(brand, member):
    other = make_membership(make_brand("yejing", "野径"), make_user("he@example.test"))

    mine = {"hat": Hat.WEB, "brand": brand.pk}
    assert history_of(member, **mine)
    assert history_of(other, **mine) == history_of(other.user, **mine) == []
    with scope(Hat.WEB, brand=brand.pk):
        assert set(Change.objects.values_list("brand_id", flat=True)) == {brand.pk}


def test_who_is_narrowed_to_a_store_sees_its_history_alone(brand, member):
    first, second = make_store(brand, 1), make_store(brand, 2)

    mine = {"hat": Hat.WEB, "brand": brand.pk, "stores": [first.pk]}
    assert history_of(first, **mine)
    assert history_of(second, **mine) == history_of(member, **mine) == []


def test_the_night_reads_no_history(member):
    with pytest.raises(DatabaseError, match="permission denied"):
        history_of(member, hat=Hat.NIGHT)


def test_who_did_it_survives_batches_cursors_and_errors(brand, django_user_model):
    """The context travels with each statement: none of these may lose or break it."""
    store, lin = make_store(brand), make_user()
    with pghistory.context(user=lin.pk), scope(Hat.WEB, brand=brand.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            Store.objects.filter(pk=store.pk).update(kind="C")
        assert [each.pk for each in Store.objects.iterator(chunk_size=1)] == [store.pk]
        assert Store.objects.filter(pk=store.pk).update(title="一") == 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE merchants_store SET title = %s WHERE id = %s", ["二", store.pk])
            assert cursor.rowcount == 1

    assert [(each.kept["title"], each.actor) for each in history_of(store)[1:]] == [
        ("一", lin),
        ("二", lin),
    ]


@transactional
def test_a_deleted_person_leaves_neither_name_nor_address(brand):
    wu = make_user("wu@example.test", name="吴")
    make_invitation(brand, "wu@example.test")
    number = wu.pk

    wu.emailaddress_set.all().delete()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM merchants_user WHERE id = %s", [number])

    with scope(Hat.ADMIN):
        kept = Change.objects.filter(subject__in=["user", "invitation"])
        assert {(row.kept["email"], row.kept.get("name", "")) for row in kept} == {("", "")}
        assert Change.objects.filter(subject="user", row_id=number, label="delete").exists()


def test_the_brands_own_table_is_locked_like_any_other(brand):
    make_brand("yejing", "野径")

    with scope(Hat.WEB, brand=brand.pk):
        assert [each.row_id for each in Change.objects.filter(subject="brand")] == [brand.pk]
    assert Brand.__name__ + "History" in {model.__name__ for model in HISTORIES}
