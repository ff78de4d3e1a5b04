"""Messages that hurry what a tick would find anyway; one that the broker loses costs minutes."""

from functools import partial

from django.db import transaction

from merchants import tasks
from merchants.models import Store, StoreStatus


def requalify_soon(store: Store) -> None:
    """Have a joined store judged anew once the facts that changed are committed."""
    if store.status == StoreStatus.APPROVED:
        transaction.on_commit(partial(tasks.requalify_store.delay, store.pk), robust=True)
