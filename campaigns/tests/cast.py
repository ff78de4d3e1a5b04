"""One of everything a URL may name, for the permission matrix."""

from campaigns.mail_reports.services import stop_token
from campaigns.models import StoreOrder
from campaigns.tests.alerts import make_alert
from campaigns.tests.exports import make_export, make_ready
from campaigns.tests.factories import (
    make_link,
    make_mail_report,
    make_saved_view,
    make_share_link,
    make_sheet,
    make_window,
    note_of,
)
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.files import make_import, told
from campaigns.tests.plans import bind, make_campaign, make_rule, make_star_task
from merchants.models import Brand, Membership, Role, Store
from merchants.tests.factories import (
    make_brand,
    make_consent,
    make_evidence,
    make_grant,
    make_invitation,
    make_key,
    make_membership,
    make_store,
    make_transfer,
    make_user,
)
from merchants.tests.robots import make_robot
from merchants.tests.webhooks import make_delivery
from portal.lib.days import known_now, yesterday


def stage(brand: Brand) -> dict[str, object]:
    """`note` has no link yet; `link` is live below another note."""
    store = make_store(brand)
    link = make_link(note_of(store, 2))
    member = make_membership(brand, make_user("colleague@example.test"), Role.VIEWER)
    invitation, token = make_invitation(brand, "invited@example.test")
    grant = make_grant(brand, make_brand("agency", "代运营"), (store,))
    other = make_brand("holder", "别家店主")
    transfer, _their_release = make_transfer(brand, make_store(other))
    _their_transfer, release = make_transfer(other, store)
    delivery = make_delivery(store)
    campaign, task = make_campaign(store), make_star_task(store)
    return {
        "campaign": campaign.pk,
        "rule": make_rule(campaign, "林小鹿").pk,
        "star_task": task.pk,
        "star_row": bind(task, link.note).pk,
        "store": store.pk,
        "note": note_of(store, 1).pk,
        "link": link.pk,
        "sheet": make_sheet(store, cells=[], checked_at=known_now()).pk,
        "file_import": make_import(store, **told("2025-06-18")).pk,
        "window": make_window(store).pk,
        "code": link.code,
        "member": member.pk,
        "invitation": invitation.pk,
        "token": token,
        "consent": make_consent(store).pk,
        "grant": grant.pk,
        "transfer": transfer.pk,
        "release": release.pk,
        "evidence": make_evidence(store).pk,
        "order": make_fact(StoreOrder, store, yesterday(), sub_order_id="1").sub_order_id,
        "webhook": delivery.endpoint_id,
        "robot": make_robot(brand).pk,
        "delivery": delivery.pk,
        "api_key": make_key(member).pk,
    } | _taken_away(store, member)


def _taken_away(store: Store, member: Membership) -> dict[str, object]:
    """What is kept of results, sent, shared and watched."""
    brand = store.brand
    sharer = make_membership(brand, make_user("sharer@example.test"), Role.MARKETER)
    share, share_token = make_share_link(brand, sharer.user)
    view = make_saved_view(brand, member.user, store=store, is_shared=True)
    report = make_mail_report(view, member)
    return {
        "alert": make_alert(brand).pk,
        "share": share.pk,
        "share_token": share_token,
        "view": view.pk,
        "report": report.pk,
        "export": make_ready(make_export(brand, member.user), b"").pk,
        "stop": stop_token(report),
    }
