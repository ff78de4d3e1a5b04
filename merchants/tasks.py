"""Every background job of this app: when it runs and what it calls, nothing else."""

from celery import shared_task


@shared_task
def send_mail(mail_id: int) -> None:
    from merchants import outbox

    outbox.send(mail_id)


@shared_task
def send_owed_mails() -> None:
    """Say which mails nobody can answer for, and hint at all that are due."""
    from merchants import outbox

    outbox.doubt_lost_claims()
    for mail_id in outbox.due():
        send_mail.delay(mail_id)


@shared_task
def expire_unanswered() -> None:
    from merchants import applications
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        applications.expire_unanswered()


@shared_task
def purge_access() -> None:
    """Forget who came in, and from where, after 180 days."""
    from merchants.access_events import purge
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        purge()
