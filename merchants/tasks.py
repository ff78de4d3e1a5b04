"""Every background job of this app: when it runs and what it calls, nothing else."""

from celery import shared_task

from portal.lib.scope import Hat, scope


@shared_task
def expire_unanswered() -> None:
    from merchants import applications

    with scope(Hat.NIGHT):
        applications.expire_unanswered()
