"""A Celery app for the tests of the broker: the portal's own options, a quicker return."""

import os
import time
from pathlib import Path

from celery import Celery
from django.conf import settings

from portal.lib.brokers import broker_settings

app = Celery("broker-test")
found = broker_settings(os.environ, settings.VAR_DIR, settings.SECRET_KEY)
if "visibility_timeout" in found["broker_transport_options"]:
    found["broker_transport_options"]["visibility_timeout"] = 3
app.conf.update(
    **found,
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
