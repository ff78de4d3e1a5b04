"""Send what webhooks are owed, at least once each.

A delivery is claimed in a transaction, sent outside any by a thread that reads no database, and
settled in another. Who dies in between leaves a lease that runs out: it is sent again then, with
the same ids. One courier works at a time, so that slow receivers keep one worker busy at most.
"""

import hashlib
import hmac
import logging
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Least, Now
from django.urls import reverse
from django.utils import timezone

from merchants.models import (
    DeliveryStatus,
    IllegalMove,
    NoticeKind,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookReason,
    WebhookStatus,
)
from merchants.notices import tell_owners
from merchants.robots import LOOPBACK, sandbox_of
from portal.lib import outgoing, sealed
from portal.lib.scope import Hat, scope
from portal.partners.robots import is_taken

logger = logging.getLogger(__name__)

LOCK = 618_000_002
IN_FLIGHT = 16
OF_A_BRAND = 4
OF_AN_ENDPOINT = 2
ROUND = 45.0  # seconds; the next tick goes on
LEASE = timedelta(seconds=60)  # six times as long as a call may take
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
FAILING_FOR = timedelta(days=3)
ANSWER = 500
JSON = {"Content-Type": "application/json"}
GONE = 410


@dataclass(frozen=True, slots=True)
class Call:
    url: str
    body: str
    headers: dict[str, str]
    networks: Sequence[outgoing.Network]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; `problem` says why there is no answer, or that it refuses."""

    status: int | None = None
    answer: str = ""
    problem: str = ""
    took_ms: int = 0
    retry_after: float = 0.0

    @property
    def is_taken(self) -> bool:
        return not self.problem and self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


def deliver() -> None:
    """Send what is due until nothing is, or the round is over; safe to run by two at a time."""
    ends_at = time.monotonic() + ROUND
    with _alone() as alone, ThreadPoolExecutor(IN_FLIGHT) as threads:
        flying: dict[Future[Outcome], WebhookDelivery] = {}
        while alone:
            if time.monotonic() < ends_at:
                for delivery in claim(IN_FLIGHT - len(flying)):
                    flying[threads.submit(_send, delivery)] = delivery
            if not flying:
                break
            landed, _still = wait(flying, return_when=FIRST_COMPLETED)
            for future in landed:
                settle(flying.pop(future), future.result())


def claim(room: int) -> list[WebhookDelivery]:
    """Lease up to so many deliveries, in fair turns; of two that try one gets each."""
    with scope(Hat.NIGHT, durable=True):
        chosen = _chosen(room)
        rows = WebhookDelivery.objects.due().filter(pk__in=chosen)
        mine = list(
            rows.select_related("endpoint__brand")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
        )
        WebhookDelivery.objects.filter(pk__in=[each.pk for each in mine]).update(
            lease_until=Now() + LEASE,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            tried_at=Now(),
        )
    for each in mine:
        each.fence, each.attempts = each.fence + 1, each.attempts + 1
    return sorted(mine, key=lambda each: chosen.index(each.pk))


def settle(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Write what came of this claim; nothing where it is no longer ours."""
    with scope(Hat.NIGHT, brand=delivery.brand_id, durable=True):
        owed = WebhookDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.OWED)
        mine = owed.filter(fence=delivery.fence)
        if not mine.update(**_result(delivery, outcome)):
            logger.warning("webhook delivery settled by another delivery=%s", delivery.pk)
            return
        _judge(delivery.endpoint, outcome)
    logger.info("webhook delivery=%s taken=%s", delivery.pk, outcome.is_taken)


def signature(body: str, secrets: Sequence[str], at: int) -> str:
    """Return what the header holds: the time, and a signature by each secret."""
    signed = f"{at}.{body}".encode()
    macs = [hmac.new(each.encode(), signed, hashlib.sha256).hexdigest() for each in secrets]
    return ",".join([f"t={at}", *(f"v1={mac}" for mac in macs)])


def call_of(delivery: WebhookDelivery, now: datetime) -> Call:
    """Return the call as its receiver wants it; raises Unreadable where its secret can't be."""
    endpoint = delivery.endpoint
    if endpoint.robot is None:
        networks = settings.WEBHOOK_NETWORKS
        return Call(endpoint.url, delivery.body, headers_of(delivery, now), networks)
    url, secret = endpoint.robots_address()
    sandbox = sandbox_of(endpoint.channel)
    networks = LOOPBACK if sandbox and url.startswith(f"{sandbox}/") else ()
    if secret:
        url, body = endpoint.robot.signed(url, delivery.body, secret, now.timestamp())
    else:
        body = delivery.body
    return Call(url, body, JSON, networks)


def headers_of(delivery: WebhookDelivery, now: datetime) -> dict[str, str]:
    secrets = delivery.endpoint.secrets_at(now)
    return JSON | {
        "RedCat-Signature": signature(delivery.body, secrets, int(now.timestamp())),
        "RedCat-Event-Id": str(delivery.event_id),
        "RedCat-Delivery-Id": str(delivery.pk),
    }


def pause_after(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after so many attempts; `jitter` from 0 to 1 adds up to a quarter."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_PAUSE) * (1 + jitter / 4)


@contextmanager
def _alone() -> Iterator[bool]:
    """Say whether no other courier is at work; who dies leaves the lock with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _chosen(room: int) -> list[int]:
    """Choose by turns, no more of an endpoint and of a brand than may fly at a time."""
    flying = list(WebhookDelivery.objects.in_flight().values_list("brand_id", "endpoint_id"))
    of_brand = Counter(brand for brand, _endpoint in flying)
    of_endpoint = Counter(endpoint for _brand, endpoint in flying)
    turns = WebhookDelivery.objects.due().in_fair_turns(OF_AN_ENDPOINT)
    chosen: list[int] = []
    for pk, brand, endpoint in turns.values_list("pk", "brand_id", "endpoint_id"):
        if len(chosen) >= room:
            break
        if of_brand[brand] < OF_A_BRAND and of_endpoint[endpoint] < OF_AN_ENDPOINT:
            of_brand[brand] += 1
            of_endpoint[endpoint] += 1
            chosen.append(pk)
    return chosen


def _send(delivery: WebhookDelivery) -> Outcome:
    began = time.monotonic()
    try:
        call = call_of(delivery, timezone.now())
        reply = outgoing.post(call.url, call.body.encode(), call.headers, networks=call.networks)
    except (outgoing.Forbidden, outgoing.Unreached) as failure:
        took_ms = int((time.monotonic() - began) * 1000)
        return Outcome(problem=failure.code, took_ms=took_ms)
    except sealed.Unreadable:
        return Outcome(problem="secret")
    said = reply.body[:ANSWER].decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    wait_for = reply.retry_after or 0.0
    refused = delivery.endpoint.robot and reply.status == 200 and not is_taken(reply.body)
    problem = "robot" if refused else ""
    return Outcome(reply.status, said, problem, int(reply.seconds * 1000), wait_for)


def _result(delivery: WebhookDelivery, outcome: Outcome) -> dict[str, Any]:  # Any: column values
    told = {
        "lease_until": None,
        "host": delivery.endpoint.host,
        "answer_status": outcome.status,
        "answer": outcome.answer,
        "problem": outcome.problem,
        "took_ms": outcome.took_ms,
    }
    if outcome.is_taken:
        return told | {"status": DeliveryStatus.SENT, "settled_at": Now()}
    if outcome.is_gone or timezone.now() >= delivery.give_up_at:
        return told | {"status": DeliveryStatus.FAILED, "settled_at": Now()}
    pause = pause_after(delivery.attempts, random.random())  # noqa: S311 - no secret
    pause = max(pause, timedelta(seconds=outcome.retry_after))
    return told | {"not_before": Least(Now() + pause, F("give_up_at"))}


def _judge(endpoint: WebhookEndpoint, outcome: Outcome) -> None:
    """Remember since when everything fails; switch off what is gone, or fails for too long."""
    row = WebhookEndpoint.objects.select_related("brand").select_for_update(of=("self",))
    endpoint = row.get(pk=endpoint.pk)
    now = timezone.now()
    since = None if outcome.is_taken else endpoint.failing_since or now
    if since != endpoint.failing_since:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=since)
    if outcome.is_gone:
        _switch_off(endpoint, WebhookReason.GONE)
    elif since and now - since >= FAILING_FOR:
        _switch_off(endpoint, WebhookReason.FAILING)


def _switch_off(endpoint: WebhookEndpoint, reason: WebhookReason) -> None:
    try:
        endpoint.move_to(WebhookStatus.DISABLED, reason=reason)
    except IllegalMove:  # somebody was faster
        return
    kind, page = (
        (NoticeKind.ROBOT_OFF, "robot") if endpoint.robot else (NoticeKind.WEBHOOK_OFF, "webhook")
    )
    tell_owners(
        endpoint.brand,
        kind,
        leads_to=reverse(f"merchants:{page}", args=[endpoint.brand.slug, endpoint.pk]),
        host=str(endpoint),
        webhook_reason=reason.value,
    )
    logger.warning("webhook switched off webhook=%s reason=%s", endpoint.pk, reason.value)
