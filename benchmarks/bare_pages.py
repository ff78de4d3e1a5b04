"""A page as one person's request makes it, and its bare SQL: the same statements, sent again.

Runs in the portal that is measured, by its `manage.py shell`, without a server between.
"""

import time
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

TIMES = 3


def client_of(email: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.get(email=email))
    return client


def sign_in(emails: list[str]) -> list[str]:
    """Return the keys of the sessions."""
    return [client_of(email).cookies["sessionid"].value for email in emails]


def measure(email: str, paths: list[str]) -> dict[str, tuple[float, float, int]]:
    """Return by path: seconds of the page and of its bare SQL, and how many statements it has."""
    client = client_of(email)
    return {path: _cost(client, path) for path in paths}


def _cost(client: Client, path: str) -> tuple[float, float, int]:
    def page() -> None:
        status = client.get(path).status_code
        if status != 200:
            raise ValueError(f"{path} answers {status}")

    with CaptureQueriesContext(connection) as captured:
        page()
    statements = [each["sql"] for each in captured]

    def bare() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.cursor.execute(statement)
                if cursor.cursor.description:
                    cursor.cursor.fetchall()

    return _least(page), _least(bare), len(statements)


def _least(work: Callable[[], None]) -> float:
    found = []
    for _time in range(TIMES):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
