"""Where a piece of work comes from, as the history of rows and the record of access keep it."""

import uuid
from dataclasses import dataclass
from typing import Any

import pghistory
from allauth.account.adapter import get_adapter
from celery import Task
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from portal.lib.logs import log_ids
from portal.lib.stack import with_room

# Parts of an address that may be kept: everything else in it may be the key to something.
PLAIN = {"brand", "kind", "move", "code", "app_label", "object_id", "content_type_id"}


@dataclass(frozen=True, slots=True)
class Trail:
    user: int | None
    ip: str | None
    method: str
    path: str
    request: str
    agent: str

    def kept(self) -> dict[str, Any]:  # Any: as it goes to JSON
        """Return what stands beside each changed row; the browser's name is not needed there."""
        return {
            "user": self.user,
            "ip": self.ip,
            "method": self.method,
            "path": self.path,
            "request": self.request,
        }


def trail_of(request: HttpRequest) -> Trail:
    return Trail(
        user=request.user.pk,
        ip=_address(request),
        method=request.method or "",
        path=plain_path(request.path_info),
        request=uuid.uuid4().hex,
        agent=request.headers.get("User-Agent", "").replace("\0", "")[:200],
    )


def plain_path(path: str) -> str:
    """Return the path with each part masked that may be a secret, as an invitation's token is.

    An address that leads nowhere may be a mistyped one of these: it is not kept at all.
    """
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    for name, value in found.kwargs.items():
        if name not in PLAIN and not isinstance(value, int):
            path = path.replace(str(value), "…")
    for value in found.args:
        path = path.replace(str(value), "…")
    return path[:200]


class TrailedTask(Task):  # type: ignore[type-arg]  # celery takes none when it runs
    """Every task: what it changes is kept under its name."""

    @with_room
    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # Any: as the task has them
        ids = {"task": self.name, "task_id": self.request.id}
        with pghistory.context(**ids), log_ids(**ids):
            return super().__call__(*args, **kwargs)


def _address(request: HttpRequest) -> str | None:
    """Return the client's address behind the proxies that we trust, where it can be told."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return None
