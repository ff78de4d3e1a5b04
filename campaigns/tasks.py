"""Every background job of this app: when it runs and what it calls, nothing else."""

from celery import Task, shared_task
from django.conf import settings


@shared_task(bind=True, expires=settings.SYNC_TICK.total_seconds())  # told of again by then
def pull_window(self: "Task[[int], None]", window_id: int) -> None:
    from campaigns.sync import pull

    pull.pull_window(window_id, owner=f"{self.request.hostname}:{self.request.id}")


@shared_task
def hand_out_windows() -> None:
    """Open what tonight owes, hint at all that is due, and tell of what is late."""
    from campaigns.sync import lateness, night, windows

    windows.beat("worker")
    windows.open_night()
    night.hand_out(pull_window.delay)
    lateness.tell_late_brands()


@shared_task(expires=settings.CHECK_TICK.total_seconds())  # told of again within the hour
def check_store(store_id: int) -> None:
    from campaigns.links import health

    health.check_store(store_id)


@shared_task
def check_links() -> None:
    """One task per store, so that one that Tmall does not answer for delays no other."""
    from campaigns.links import catalogue

    for store_id in catalogue.hand_out():
        check_store.delay(store_id)


@shared_task(expires=settings.LINK_TICK.total_seconds())  # told of again by then
def submit_link(link_id: int) -> None:
    from campaigns.jump.macros import MONITOR_QUERY
    from campaigns.links import submit

    submit.settle(link_id, monitor_query=MONITOR_QUERY)


@shared_task
def submit_links() -> None:
    """One task per link, so that one account that doesn't answer delays no other."""
    from campaigns.links import submit

    for link_id in submit.due():
        submit_link.delay(link_id)


@shared_task(expires=settings.LINK_TICK.total_seconds())
def follow_connection(connection_id: int) -> None:
    from campaigns.links import follow

    follow.follow(connection_id)


@shared_task
def follow_links() -> None:
    from campaigns.links import follow

    for connection_id in follow.connections_to_ask():
        follow_connection.delay(connection_id)


@shared_task(expires=settings.SHEET_TICK.total_seconds())  # told of again by then
def work_on_sheet(sheet_id: int) -> None:
    from campaigns.links import bulk

    bulk.work_on(sheet_id)


@shared_task
def hand_out_sheets() -> None:
    """Hint at each sheet that was left half-way, by a lost message or a worker that died."""
    from campaigns.models import LinkSheet
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        owing = list(LinkSheet.objects.owing().values_list("pk", flat=True))
    for sheet_id in owing:
        work_on_sheet.delay(sheet_id)


@shared_task
def purge_sheets() -> None:
    """Forget sheets of links after 30 days."""
    from campaigns.links import bulk
    from portal.lib.days import known_now
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        bulk.purge_sheets(known_now())


@shared_task(expires=settings.SHEET_TICK.total_seconds())  # told of again by then
def work_on_import(import_id: int) -> None:
    from campaigns.imports import work

    work.work_on(import_id)


@shared_task
def hand_out_imports() -> None:
    """Hint at each import that was left half-way, and take in what lies in the drop folder."""
    from campaigns.imports import folder
    from campaigns.models import FileImport
    from portal.lib.scope import Hat, scope

    folder.take_in()
    with scope(Hat.NIGHT):
        owing = list(FileImport.objects.owing().values_list("pk", flat=True))
    for import_id in owing:
        work_on_import.delay(import_id)


@shared_task
def forget_imports() -> None:
    """Forget the rows of files after two weeks, and partners' raw answers after 400 days."""
    from campaigns.imports import work
    from campaigns.sync import raw
    from portal.lib.days import known_now
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        work.forget(known_now())
    with scope(Hat.NIGHT):
        raw.forget(known_now().date())


@shared_task(expires=settings.SHEET_TICK.total_seconds())  # told of again by then
def make_export(export_id: int) -> None:
    from campaigns.exports import work

    work.make(export_id)


@shared_task
def hand_out_exports() -> None:
    """Hint at each export that waits, or whose worker has died."""
    from campaigns.exports import work

    for export_id in work.hand_out():
        make_export.delay(export_id)


@shared_task
def forget_exports() -> None:
    from campaigns.exports import work
    from portal.lib.days import known_now
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        work.forget(known_now())


@shared_task
def purge_clicks() -> None:
    from campaigns.jump.purge import purge_clicks
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        purge_clicks()


@shared_task(expires=settings.ALERT_TICK.total_seconds())  # told of again by then
def judge_alert(rule_id: int) -> None:
    from campaigns.results import alerts, alerts_told

    alerts.judge(rule_id)
    alerts_told.tell_owed()


@shared_task
def judge_alerts() -> None:
    """One task per rule that was not judged for the newest day; and tell what hours held back."""
    from campaigns.results import alerts, alerts_told

    alerts_told.tell_owed()
    for rule_id in alerts.due():
        judge_alert.delay(rule_id)


@shared_task
def send_report_mail(mail_id: int) -> None:
    from campaigns.mail_reports import due

    due.send(mail_id)


@shared_task
def hand_out_report_mails() -> None:
    """Write down which reports today's hour has made due, and hint at each mail that is owed."""
    from campaigns.mail_reports import due

    for mail_id in due.hand_out():
        send_report_mail.delay(mail_id)


@shared_task
def purge_results() -> None:
    """Forget mails of reports, and share links that have expired, after 90 days."""
    from campaigns.mail_reports import due
    from campaigns.results import shares
    from portal.lib.scope import Hat, scope

    with scope(Hat.NIGHT):
        due.purge()
        shares.purge()


@shared_task
def sum_ripe_months() -> None:
    """Sum months whose windows are over, by note, for the results of long periods."""
    from campaigns.results import months

    months.sum_ripe_months()
