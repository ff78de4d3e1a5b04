"""The Celery app; what it does and how often stands in the settings and in each tasks.py."""

import gc
import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import WorkerTerminate
from celery.signals import (
    beat_init,
    task_prerun,
    worker_before_create_process,
    worker_process_init,
    worker_shutting_down,
)
from django.db import close_old_connections

from portal.lib.leash import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# in a container everything is root's; JSON is the only content we accept
warnings.filterwarnings("ignore", message="You're running the worker with superuser")

app = Celery("redcat", task_cls="portal.lib.trail:TrailedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def share_what_is_loaded(**_: Any) -> None:
    """A child that collects garbage would write to, and so copy, all that was loaded before it."""
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """A killed worker must not leave a child that goes on with its task."""
    end_with_parent(signal.SIGKILL)


@worker_shutting_down.connect
def stop_waiting_for_messages(how: str, **_: Any) -> None:
    """A worker that is told to stop would first wait twice two seconds for one more message."""
    if how == "Cold":
        raise WorkerTerminate


@beat_init.connect
def send_first_ticks(**_: Any) -> None:
    """Beat would send each tick one interval late after a start."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry.get("options", {}))


@task_prerun.connect
def drop_a_lost_connection(**_: Any) -> None:
    """A child keeps its connection from task to task; one that PostgreSQL ended is replaced."""
    close_old_connections()
