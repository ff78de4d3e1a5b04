"""A night by hand: hand out what it owes, and wait until it is done."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Now

from campaigns.models import SyncWindow, WindowStatus
from campaigns.models.window import readable
from campaigns.sync import windows
from portal.lib import days
from portal.lib.scope import Hat, scope

POLL = 0.2
OPEN = Q(status__in=[WindowStatus.OWED, WindowStatus.LEASED])
Send = Callable[[int], object]  # tells a worker of a window


@dataclass(frozen=True, slots=True)
class Progress:
    """How the windows stand: tonight's, and those that an earlier night left open."""

    closed: int
    still_open: int
    waiting: int  # for a person's consent, or for the end of a pause
    failed: int
    dead: int

    @property
    def is_over(self) -> bool:
        return self.still_open == 0

    @property
    def is_good(self) -> bool:
        return self.is_over and not (self.waiting or self.failed or self.dead)


def wait(*, send: Send, brand: int | None = None, tell: Callable[[Progress], object]) -> Progress:
    """Return when nothing is owed any more; hands out again what a lost worker left."""
    while not (now := progress(brand=brand)).is_over:
        tell(now)
        hand_out(send, brand=brand)
        time.sleep(POLL)
    return now


def progress(*, brand: int | None = None) -> Progress:
    reads = readable(Now())
    with scope(Hat.NIGHT, brand=brand):
        counts = SyncWindow.objects.filter(OPEN | Q(owed_on=days.today())).aggregate(
            closed=Count("pk", filter=Q(status=WindowStatus.CLOSED)),
            still_open=Count("pk", filter=OPEN & reads),
            waiting=Count("pk", filter=OPEN & ~reads),
            failed=Count("pk", filter=Q(status__in=[WindowStatus.FAILED, WindowStatus.HELD])),
            dead=Count("pk", filter=Q(status=WindowStatus.DEAD)),
        )
    return Progress(**counts)


def hand_out(send: Send, *, brand: int | None = None) -> None:
    for window_id in windows.hand_out(brand=brand):
        send(window_id)
