from contextlib import suppress

import pytest
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from merchants.models import Brand, Membership, Role, Store
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.rls import every_tenant_table_has_its_policy, tenant_tables
from portal.lib.scope import Hat, scope


def test_a_tenant_table_read_outside_a_scope_raises(brand):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Store.objects.count()


def test_the_runtime_login_owns_no_tenant_table(brand):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchall() == []
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("redcat_app",)


def test_row_level_security_alone_hides_another_brands_rows(brand):
    mine, theirs = make_store(brand), make_store(make_brand("yejing", "野径"))

    with scope(Hat.WEB, brand=brand.pk):
        assert list(Store.objects.all()) == [mine]
    with scope(Hat.NIGHT):
        assert set(Store.objects.all()) == {mine, theirs}


def test_a_scope_narrowed_to_stores_hides_the_brands_other_stores(brand):
    first, _second = make_store(brand, 1), make_store(brand, 2)

    with scope(Hat.WEB, brand=brand.pk, stores=[first.pk]):
        assert list(Store.objects.all()) == [first]


def test_a_row_cannot_be_written_for_another_brand(brand):
    other = make_brand("yejing", "野径")

    refused = pytest.raises(ProgrammingError, match="row-level security")
    with refused, transaction.atomic(), scope(Hat.WEB, brand=brand.pk):
        Store.objects.create(brand=other, seller_id="1", nick="n", sid="1", kind="B")


def test_a_user_sees_their_own_memberships_before_a_brand_is_chosen(brand):
    lin, wu = make_user("lin@example.test"), make_user("wu@example.test")
    make_membership(brand, lin)
    make_membership(make_brand("yejing", "野径"), wu, Role.VIEWER)

    with scope(Hat.WEB, user=lin.pk):
        assert [m.user_id for m in Membership.objects.all()] == [lin.pk]
        assert list(Brand.objects.all()) == [brand]


def test_a_nested_scope_puts_back_what_it_found(brand):
    other = make_brand("yejing", "野径")
    make_store(brand)

    with scope(Hat.WEB, brand=brand.pk):
        with scope(Hat.WEB, brand=other.pk):
            assert not Store.objects.exists()
        assert Store.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_the_outermost_scope_set_ends_with_its_transaction():
    with connection.cursor() as cursor:
        for fails in (False, True):
            with suppress(ZeroDivisionError), scope(Hat.WEB, brand=7, user=8, stores=[9]):
                1 / (not fails)
            cursor.execute(
                "SELECT current_user, current_setting('app.brand', true),"
                " current_setting('app.user', true), current_setting('app.stores', true)"
            )
            assert cursor.fetchone() == ("redcat_app", "", "", "")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_durable_scope_refuses_to_be_nested():
    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="durable"),
        scope(Hat.NIGHT, durable=True),
    ):
        pass


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_tenant_table_is_locked():
    assert {"merchants_store", "campaigns_noteday"} <= tenant_tables()
    assert every_tenant_table_has_its_policy(databases=["default", "owner"]) == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_tenant_table_without_its_policy_is_refused():
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP POLICY web ON campaigns_link")

    errors = every_tenant_table_has_its_policy(databases=["owner"])

    assert [error.msg.split()[3] for error in errors] == ["campaigns_link"]


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", ["merchants_storehistory", "merchants_userhistory"])
def test_a_history_that_is_not_locked_is_refused(table):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP POLICY web ON {table}")

    errors = every_tenant_table_has_its_policy(databases=["owner"])

    assert [error.msg.split()[3] for error in errors] == [table]


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_partition_that_can_be_read_directly_is_refused():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT ensure_fact_month('campaigns_noteday', '2025-06-01')")
        assert every_tenant_table_has_its_policy(databases=["owner"]) == []
        cursor.execute("GRANT SELECT ON campaigns_noteday_2025_06 TO redcat_web")

    errors = every_tenant_table_has_its_policy(databases=["owner"])

    assert [error.msg.split()[3] for error in errors] == ["campaigns_noteday_2025_06"]


@pytest.mark.parametrize(
    "forbidden",
    [
        "COPY merchants_store (brand_id) FROM STDIN",
        "TRUNCATE merchants_store",
        "DELETE FROM merchants_store",
        "UPDATE merchants_applicationevent SET note = ''",
        "DELETE FROM campaigns_linkevent",
        "INSERT INTO merchants_policyversion (code) VALUES ('mine')",
        "INSERT INTO merchants_brand (slug) VALUES ('mine')",
        "SELECT ensure_fact_month('campaigns_noteday', '2031-01-01')",
        "SET LOCAL ROLE redcat",
        "CREATE TABLE mine ()",
    ],
)
def test_the_web_cannot(brand, forbidden):
    refused = pytest.raises(DatabaseError, match=r"permission denied|not supported")
    with refused, transaction.atomic(), scope(Hat.WEB, brand=brand.pk):
        run(forbidden)


def test_a_scope_cannot_be_widened_by_switching_row_level_security_off(brand):
    refused = pytest.raises(ProgrammingError, match="affected by row-level security")
    with refused, transaction.atomic(), scope(Hat.WEB, brand=brand.pk):
        run("SET LOCAL row_security = off; SELECT FROM merchants_store")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_join_leads_to_no_row_of_another_brand(brand):
    make_store(brand)
    theirs = make_store(make_brand("yejing", "野径"))
    make_connection(theirs)

    with scope(Hat.WEB, brand=brand.pk):
        assert not Store.objects.filter(connections__pk__gt=0).exists()
        assert not Brand.objects.filter(stores=theirs).exists()
