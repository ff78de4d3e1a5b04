from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from portal.lib.database import (
    BadAddress,
    admin_conninfo,
    broker_transport_options,
    databases,
    password_of,
    queue_conninfo,
)

VAR = Path("/srv/redcat/var")
EXTERNAL = {"DATABASE_URL": "postgres://admin:secret@db.example:6432/redcat?application_name=x"}


def test_unset_means_the_socket_in_var_without_a_password():
    aliases = databases({}, VAR, "key")
    assert aliases["default"]["HOST"] == "/srv/redcat/var/postgres-socket"
    assert [aliases[name]["USER"] for name in ("default", "owner")] == ["redcat_app", "redcat"]
    assert aliases["default"]["PASSWORD"] == ""
    assert aliases["default"]["TEST"] == {"MIRROR": "owner"}


def test_set_means_that_server_with_logins_of_our_own():
    aliases = databases(EXTERNAL, VAR, "key")
    assert (aliases["owner"]["HOST"], aliases["owner"]["PORT"]) == ("db.example", "6432")
    assert aliases["owner"]["PASSWORD"] == password_of("redcat", "key")
    assert "secret" not in repr(aliases)


def test_a_migration_waits_for_a_lock_no_longer_than_four_seconds():
    assert databases({}, VAR, "key")["owner"]["OPTIONS"]["options"] == "-c lock_timeout=4s"


def test_only_the_administrators_login_has_the_password_of_the_url():
    assert conninfo_to_dict(admin_conninfo(EXTERNAL, VAR))["password"] == "secret"
    assert "secret" not in queue_conninfo(EXTERNAL, VAR, "key")


def test_each_role_and_each_key_has_its_own_password():
    made = {password_of(role, key) for role in ("redcat", "redcat_app") for key in ("a", "b")}
    assert len(made) == 4


@pytest.mark.parametrize(
    "url",
    ["mysql://db/redcat", "sqlite:///x", "postgres://", "postgres://db.example/", "postgres://[::"],
)
def test_another_kind_of_address_is_refused(url):
    with pytest.raises(BadAddress):
        databases({"DATABASE_URL": url}, VAR, "key")


def test_encryption_that_the_broker_would_drop_is_refused_until_it_is_said_again():
    url = {"DATABASE_URL": "postgres://db.example/redcat?sslmode=verify-full"}
    with pytest.raises(BadAddress, match="set PGSSLMODE=verify-full"):
        broker_transport_options(url, VAR, "key")
    assert broker_transport_options(url | {"PGSSLMODE": "verify-full"}, VAR, "key")
