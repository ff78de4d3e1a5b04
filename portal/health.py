"""`/healthz`: the process answers. `/readyz`: what it stands on answers too."""

from queue import Empty

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from campaigns.models import Heartbeat
from portal.celery import app


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
        return str(error)
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return str(error)
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
        return str(error) or "no answer"
    return ""


def _broker_errors() -> tuple[type[BaseException], ...]:
    return (Empty, OperationalError, OSError, *app.connection_for_write().connection_errors)


def _heartbeats() -> dict[str, str]:
    return {beat.name: beat.at.isoformat() for beat in Heartbeat.objects.order_by("name")}
