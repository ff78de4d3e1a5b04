"""Tries are counted for all web processes together."""

import subprocess
import sys

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from merchants.tests.factories import make_user
from portal.frontend import ROOT

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

EMAIL = "lin@example.test"
OTHER_PROCESS = """
import sys
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
connection.settings_dict["NAME"] = sys.argv[1]
settings.ALLOWED_HOSTS = ["testserver"]
for n in range(5):
    Client().post("/account/login/", {"login": sys.argv[2], "password": f"wrong-{n}"})
"""


@pytest.fixture(autouse=True)
def nothing_counted():
    """The cache is no model's table: what ends a test like these does not empty it."""
    cache.clear()
    yield
    cache.clear()


def log_in(password):
    form = {"login": EMAIL, "password": password}
    return Client(headers={"accept-language": "en"}).post("/account/login/", form)


def five_wrong_tries_in_another_process():
    database = connection.settings_dict["NAME"]
    script = [sys.executable, "-c", OTHER_PROCESS, database, EMAIL]
    subprocess.run(script, cwd=ROOT, check=True, timeout=60)


def test_the_tries_in_one_process_count_in_the_other():
    make_user(EMAIL)
    five_wrong_tries_in_another_process()

    answer = log_in("a-long-password")

    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.text


def test_another_account_is_not_kept_out_by_it():
    make_user("he@example.test")
    five_wrong_tries_in_another_process()

    form = {"login": "he@example.test", "password": "a-long-password"}
    assert Client().post("/account/login/", form).status_code == 302


def test_who_tries_very_often_is_told_so_by_our_page():
    answers = [log_in("wrong") for _try in range(31)]

    assert answers[-1].status_code == 429
    assert "Too many tries in a short time" in answers[-1].text
