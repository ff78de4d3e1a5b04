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
def renew_idle_consents() -> None:
    from merchants import expiry

    for connection_id in expiry.due_for_renewal():
        renew_consent.delay(connection_id)


@shared_task
def renew_consent(connection_id: int) -> None:
    from merchants import expiry

    expiry.renew(connection_id)


@shared_task
def tell_expiring_consents() -> None:
    from merchants import expiry

    for connection_id in expiry.untold():
        tell_expiring_consent.delay(connection_id)


@shared_task
def tell_expiring_consent(connection_id: int) -> None:
    from merchants import expiry

    expiry.tell(connection_id)
