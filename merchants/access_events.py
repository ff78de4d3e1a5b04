"""Records who came in, took data out or was turned away; the database fills in who and whose."""

import logging

import pghistory
from django.db import connection
from django.http import HttpRequest

from merchants.models import AccessKind, Evidence, User
from portal.lib.scope import Hat, scope
from portal.lib.trail import Trail

logger = logging.getLogger(__name__)


def record(
    request: HttpRequest,
    kind: AccessKind,
    *,
    store: int | None = None,
    evidence: Evidence | None = None,
    what: str = "",
) -> None:
    """Record what the person of the open scope does in its brand."""
    _insert(request, kind, "", store, evidence.pk if evidence else None, what[:200])


def record_denied(request: HttpRequest, slug: str) -> None:
    """Tell a brand that someone without a part in it asked for its pages, once an hour.

    Its own transaction: the one of the refused page is rolled back.
    """
    with scope(Hat.WEB, user=request.user.pk):
        _insert(request, AccessKind.DENIED, slug, None, None, "")


def record_of_account(request: HttpRequest | None, kind: AccessKind, user: User | None) -> None:
    """Record what happened to a person's account, or without one: to an address nobody has."""
    if request is None:
        return
    with scope(Hat.WEB, user=user.pk if user else None):
        _insert(request, kind, "", None, None, "")


def signed_in(request: HttpRequest, user: User) -> None:
    """From here on the request's changes are this person's."""
    pghistory.context(user=user.pk)
    record_of_account(request, AccessKind.LOGIN, user)


def purge() -> int:
    """Delete what is older than 180 days, and where older changes came from; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT purge_access()")
        (gone,) = cursor.fetchone()
    logger.info("access events purged=%s", gone)
    return int(gone)


def _insert(
    request: HttpRequest,
    kind: AccessKind,
    slug: str,
    store: int | None,
    evidence: int | None,
    what: str,
) -> None:
    trail: Trail | None = getattr(request, "trail", None)  # library code may make a request
    where = (trail.ip, trail.agent, trail.request) if trail else (None, "", "")
    with connection.cursor() as cursor:
        values = [kind.value, slug, store, evidence, what, *where]
        cursor.execute("SELECT record_access(%s, %s, %s, %s, %s, %s, %s, %s)", values)
