"""Every background job of this app: when it runs and what it calls, nothing else."""

from celery import shared_task
from django.conf import settings


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


@shared_task(expires=settings.MAIL_TICK.total_seconds())  # told of again by then
def deliver_webhooks() -> None:
    from merchants import webhook_courier

    webhook_courier.deliver()


@shared_task
def purge_webhooks() -> None:
    """Forget what webhooks were sent after 30 days."""
    from merchants import webhooks
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        webhooks.purge()


@shared_task
def purge_api_calls() -> None:
    """Forget what programs were answered under an Idempotency-Key after 24 hours."""
    from merchants import api_keys
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        api_keys.purge_calls()


@shared_task(expires=settings.REQUALIFY_TICK.total_seconds())  # told of again by then
def requalify_store(store_id: int) -> None:
    from merchants import requalify
    from merchants.models import Store
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        if store := Store.objects.approved().present().filter(pk=store_id).first():
            requalify.requalify_store(store)


@shared_task
def requalify_stores() -> None:
    """One task per store that has not been judged today, so that one delays no other."""
    from merchants import requalify

    for store_id in requalify.due():
        requalify_store.delay(store_id)


@shared_task
def expire_unanswered() -> None:
    from merchants import applications
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        applications.expire_unanswered()


@shared_task
def expire_transfers() -> None:
    from merchants import transfers
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        transfers.expire_transfers()


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


@shared_task
def purge_access() -> None:
    """Forget who came in, and from where, after 180 days."""
    from merchants.access_events import purge
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        purge()
