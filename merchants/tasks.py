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
def decide_by_rules(application_id: int) -> None:
    from merchants import applications
    from merchants.models import Application
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        applications.decide_by_rules(Application.objects.get(pk=application_id))


@shared_task
def hand_out_decisions() -> None:
    """Hint at each application that the rules alone decide."""
    from merchants import applications
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        waiting = applications.left_to_the_rules()
    for application_id in waiting:
        decide_by_rules.delay(application_id)
