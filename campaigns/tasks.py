"""Every background job of this app: when it runs and what it calls, nothing else."""

from celery import Task, shared_task
from django.conf import settings


@shared_task(bind=True, expires=settings.SYNC_TICK.total_seconds())  # told of again by then
def pull_window(self: "Task[[int], None]", window_id: int) -> None:
    from campaigns.sync import pull

    pull.pull_window(window_id, owner=f"{self.request.hostname}:{self.request.id}")


@shared_task
def hand_out_windows() -> None:
    """Open what tonight owes, and hint at all that is due."""
    from campaigns.sync import night, windows

    windows.beat("worker")
    windows.open_night()
    night.hand_out(pull_window.delay)


@shared_task
def purge_clicks() -> None:
    from campaigns.jump.purge import purge_clicks
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        purge_clicks()
