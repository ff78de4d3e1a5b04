"""Messages that hurry what a tick would find anyway; one that the broker loses costs minutes.

A hook that may fail is a function with a name: Django writes that down, and a partial has none.
"""

from django.db import transaction

from merchants import tasks
from merchants.models import Store, StoreStatus


def requalify_soon(store: Store) -> None:
    """Have a joined store judged anew once the facts that changed are committed."""
    if store.status == StoreStatus.APPROVED:
        transaction.on_commit(lambda: tasks.requalify_store.delay(store.pk), robust=True)


def deliver_soon() -> None:
    """Have webhooks sent what they are owed once it is committed."""
    transaction.on_commit(lambda: tasks.deliver_webhooks.delay(), robust=True)


def send_soon(mail: int) -> None:
    """Have an owed mail sent once what it tells of is committed."""
    transaction.on_commit(lambda: tasks.send_mail.delay(mail), robust=True)
