"""`/healthz`: the process answers. `/readyz`: what it stands on answers too.

Anybody may ask, so what exactly failed, with its address, goes to the log alone.
"""

import logging
from queue import Empty

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from campaigns.models import Heartbeat
from portal.celery import app

logger = logging.getLogger(__name__)

NO_ANSWER = "no answer"


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 unless database, migrations and broker are ready; the workers only report."""
    checks = {"database": _database(), "migrations": _migrations(), "broker": _broker()}
    ready = all(problem == "" for problem in checks.values())
    states = {name: problem or "ready" for name, problem in checks.items()}
    return JsonResponse(
        {**states, "heartbeats": _heartbeats() if not checks["database"] else {}},
        status=200 if ready else 503,
    )


def _database() -> str:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return _unanswered("database", error)
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return _unanswered("migrations", error)
    return f"{len(plan)} to apply" if plan else ""


def _broker() -> str:
    """Send one message to a queue of our own and read it back."""
    try:
        with app.connection_for_write() as broker:
            queue = broker.SimpleQueue("readyz")
            queue.put("ready?")
            queue.get(timeout=3).ack()
            queue.close()
    except _broker_errors() as error:
        return _unanswered("broker", error)
    return ""


def _unanswered(what: str, error: BaseException) -> str:
    logger.error("not ready: %s: %s", what, " ".join(str(error).split()) or NO_ANSWER)
    return NO_ANSWER


def _broker_errors() -> tuple[type[BaseException], ...]:
    return (Empty, OperationalError, OSError, *app.connection_for_write().connection_errors)


def _heartbeats() -> dict[str, str]:
    return {beat.name: beat.at.isoformat() for beat in Heartbeat.objects.order_by("name")}
