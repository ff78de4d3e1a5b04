"""A Celery app for the tests of the broker: the portal's own options, a quicker return."""

import os
import time
from pathlib import Path

from celery import Celery
from django.conf import settings

from portal.lib.database import broker_transport_options

app = Celery("broker-test", broker="pgmq://localhost")
app.conf.update(
    broker_transport_options=broker_transport_options(
        os.environ, settings.VAR_DIR, settings.SECRET_KEY
    )
    | {"visibility_timeout": 3},
    task_default_queue=f"test_{os.environ.get('BROKER_TEST', 'queue')}",
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=2,
    worker_enable_remote_control=False,
)


@app.task
def note(path: str, line: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@app.task
def hang_once(path: str) -> None:
    """The first time, say so and never return."""
    first = not Path(path).exists()
    note(path, "begun" if first else "done")
    while first:
        time.sleep(1)
