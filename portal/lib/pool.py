"""A worker's children, and what a worker does that lost one: it begins anew.

With a broker that is asked by turns, as pgmq is, all children wait at one queue, whose lock is the
child's that waits in front. One that is killed there never gives it back, and the worker looks
alive and does nothing from then on. Which child had the lock can't be known. The process manager
starts the worker again within a second, and what it had in hand comes back by its leases.
"""

import logging
import os
from contextlib import suppress
from typing import Any

import psutil
from celery.concurrency import prefork

logger = logging.getLogger(__name__)


class TaskPool(prefork.TaskPool):
    """Celery's own; where each child has a queue of its own, as with Redis, nothing is changed."""

    def on_start(self) -> None:
        if self.options.get("threads", True):
            self.options["on_process_down"] = end_after_a_kill
        super().on_start()


def end_after_a_kill(child: Any) -> None:  # Any: billiard's process
    """End this worker at once, and its other children with it: they may wait for ever."""
    if child.exitcode is None or child.exitcode >= 0:
        return
    logger.error("a child was killed (signal %s): the worker begins anew", -child.exitcode)
    for other in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            other.kill()
    os._exit(1)
