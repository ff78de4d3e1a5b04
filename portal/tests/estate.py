"""A store with one of everything that may bear a name, for tests that look for that name."""

import zlib
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.http import HttpRequest

from campaigns.models import (
    AdDay,
    AffiliateOrder,
    AlertRule,
    Campaign,
    CampaignRule,
    ConsoleDay,
    CreatorNoteDay,
    Export,
    FileImport,
    FilePart,
    LateNight,
    Link,
    LinkSheet,
    MailReport,
    Note,
    NotePlacementDay,
    PulledPage,
    QuarantinedRow,
    QuietHours,
    RawPage,
    ReportWish,
    SavedView,
    ShareLink,
    SheetRow,
    StarDay,
    StarTask,
    StarTaskNote,
    StoreOrder,
    StoreRefund,
    SyncAlarm,
    SyncWindow,
)
from campaigns.tests.alerts import make_alert, make_alert_event
from campaigns.tests.exports import make_export, make_ready
from campaigns.tests.factories import (
    make_click,
    make_comment,
    make_comment_link,
    make_item,
    make_link,
    make_mail_report,
    make_note_day,
    make_saved_view,
    make_share_link,
    make_sheet,
    note_of,
)
from campaigns.tests.factories_facts import make_fact, sum_month
from campaigns.tests.factories_health import make_catalogue, make_health
from campaigns.tests.files import make_import, told
from campaigns.tests.plans import (
    bind,
    join,
    make_ad,
    make_campaign,
    make_order,
    make_rule,
    make_star_task,
    tag,
)
from merchants import webhooks
from merchants.access_events import record
from merchants.models import (
    AccessKind,
    ApiKey,
    Application,
    Brand,
    BrandGrant,
    ConsentRecord,
    Evidence,
    Membership,
    Notice,
    NoticeKind,
    NoticeMail,
    ReleaseStatus,
    Role,
    SecondReview,
    Store,
    StoreRelease,
    StoreTransfer,
    TransferStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from merchants.notices import keep_wishes, notify
from merchants.rules import SENTENCES
from merchants.tests.factories import (
    make_api_call,
    make_application,
    make_brand,
    make_connection,
    make_consent,
    make_evidence,
    make_grant,
    make_invitation,
    make_key,
    make_membership,
    make_participation,
    make_second_review,
    make_store,
    make_transfer,
    make_user,
)
from merchants.tests.robots import make_robot
from merchants.tests.webhooks import make_delivery
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)


@dataclass(frozen=True)
class Estate:
    store: Store
    free: Note
    link: Link
    application: Application
    member: Membership
    notice: Notice
    mail: NoticeMail
    evidence: Evidence
    consent: ConsentRecord
    grant: BrandGrant
    second_review: SecondReview
    release: StoreRelease
    transfer: StoreTransfer
    webhook: WebhookEndpoint
    delivery: WebhookDelivery
    robot: WebhookEndpoint
    api_key: ApiKey
    campaign: Campaign
    rule: CampaignRule
    star_task: StarTask
    star_row: StarTaskNote
    sheet: LinkSheet
    file_import: FileImport
    window: SyncWindow
    view: SavedView
    report: MailReport
    share: ShareLink
    export: Export
    alert: AlertRule

    def names(self) -> dict[str, int]:
        return {name: row.pk for name, row in vars(self).items()}


def make_estate(brand: Brand, number: int, name: str, fee: int = 10_000) -> Estate:
    """Give the brand a store with one of everything, each named after `name`."""
    store = make_store(brand, number, title=f"{name} 店", nick=f"{name} 家")
    make_connection(store, "juguang", subject=f"{brand.pk}{number}", subject_name=f"{name} 账户")
    free = note_of(store, 10 * number, title=f"{name} 一", creator=f"{name} 人")
    noted = note_of(store, 10 * number + 1, title=f"{name} 二", creator=f"{name} 人")
    link = make_link(noted, item_title=f"{name} 货")
    make_item(store, number, title=f"{name} 品")
    make_catalogue(store, problem=f"{name} 错")
    make_health(link)
    make_click(link, click_id=name)
    sheet = _make_sheet(store, link, name)
    make_comment(free, words=f"{name} 求链接")
    make_comment_link(free, item_title=f"{name} 挂")
    _make_facts(store, noted, name, fee)
    with scope(Hat.WEB, brand=brand.pk):
        ReportWish.objects.create(brand=brand, store=store, report="juguang.note_placement_day")
    make_ad(noted, ad_campaign_name=f"{name} 计", review_comment=f"{name} 审")
    evidence = make_evidence(store, name=name)
    application = make_application(
        store, reason=f"{name} 因", asked=f"{name} 问", draft={"overall_score": f"{name} 分"}
    )
    _make_participation(store, name)
    window = _make_window(noted, error=f"{name} 错")
    _take_out(store, f"{name}.csv")
    member = _make_people(store, number, name)
    _make_history(application, link, name)
    consent = make_consent(store, subject_name=f"{name} 账户", scope=f"{name} 权限")
    told = _make_notice(store, number)
    grant = _make_agency(store, number, name)
    second = make_second_review(application, note=f"{name} 复")
    moving = *_make_transfers(store, number, name), *_make_webhook(store, number, name)
    own = store, free, link, application, member, *told, evidence, consent, grant, second
    plans = _make_plans(store, free, name)
    key = make_key(member, name[:60] if number == 1 else "同事")
    make_api_call(key, name[:200])
    brought = sheet, _make_import(store, name), window
    alert = _make_alert(brand, plans[0], name, fee)
    return Estate(*own, *moving, key, *plans, *brought, *_take_away(store, member, name), alert)


def _take_away(
    store: Store, member: Membership, name: str
) -> tuple[SavedView, MailReport, ShareLink, Export]:
    """Leave a saved view, the report that sends it, with a mail that was sent, a share link, and
    a file that was made.
    """
    brand = store.brand
    view = make_saved_view(brand, member.user, f"{name} 看", store=store, is_shared=True)
    report = make_mail_report(view, member)
    with scope(Hat.WEB, brand=brand.pk):
        report.mails.create(brand=brand, day=DAY, status="sent", sent_at=known_now())
    share, _token = make_share_link(brand, member.user, name=f"{name} 享")
    export = make_export(brand, member.user, name=f"{name}.csv", reach=[store.pk], store=store)
    return view, report, share, make_ready(export, zlib.compress(name.encode()))


def _make_plans(
    store: Store, note: Note, name: str
) -> tuple[Campaign, CampaignRule, StarTask, StarTaskNote]:
    campaign = make_campaign(store, f"{name} 促")
    rule = make_rule(campaign, f"{name} 则")
    join(campaign, note, joined_by="rule", rule=rule)
    tag(note, f"{name} 签"[:30])
    task = make_star_task(store, name=f"{name} 星", group=f"{name} 组"[:40])
    own = {"subject": f"p{store.pk}", "subject_name": f"{name} 账户"}
    account = make_connection(store, "pugongying", **own)
    named = {"creator": f"{name} 人", "kind_word": f"{name} 类"[:20], "task_id": f"{name} 任"[:32]}
    make_order(account, note, order_id=f"{name} 号"[:32], **named)
    return campaign, rule, task, bind(task, note, order_id=f"{name} 单"[:32], order_kind="custom")


def _make_alert(brand: Brand, campaign: Campaign, name: str, fee: int) -> AlertRule:
    """Leave a rule that was raised once."""
    rule = make_alert(brand, f"{name} 警", campaign=campaign)
    make_alert_event(rule, DAY, value=fee, turn="raised", is_raised=True)
    with scope(Hat.WEB, brand=rule.brand_id):
        QuietHours.objects.get_or_create(brand_id=rule.brand_id, starts=22, ends=8)
    return rule


def _make_sheet(store: Store, link: Link, name: str) -> LinkSheet:
    """Leave a sheet that was attached, with a row that names the note and its link."""
    then = known_now()
    sheet = make_sheet(store, {}, name=f"{name}.xlsx", cells=[], checked_at=then)
    with scope(Hat.WEB, brand=store.brand_id):
        SheetRow.objects.create(
            brand_id=store.brand_id,
            store=store,
            sheet=sheet,
            number=2,
            note_typed=f"{name} 打",
            note_id=link.note_id,
            verdict="attached",
            reasons=[f"{name} 因"],
            link=link,
        )
    return sheet


def _make_import(store: Store, name: str) -> FileImport:
    """Leave a file that was checked, with a part of it, a receipt and a refused row."""
    told_of = told(DAY.isoformat(), refused=1)
    fields = {"left_out": [f"{name} 列"], "refused_count": 1} | told_of
    found = make_import(store, name=f"{name}.csv", **fields)
    own = {"brand_id": store.brand_id, "store_id": store.pk, "file_import": found}
    page = {"owed_on": DAY, "pull": 1, "number": 1, "known_at": known_now()}
    with scope(Hat.NIGHT):
        FilePart.objects.create(**own, number=1, packed=name.encode())
        PulledPage.objects.create(**own, sha256="0" * 64, keys=[], **page)
        row = {"row_hash": name, "raw": f"{name} 行", "reason": f"{name} 由"}
        QuarantinedRow.objects.create(**own, number=2, **row)
    return found


def _make_history(application: Application, link: Link, name: str) -> None:
    store = application.store
    own = {"brand_id": store.brand_id, "store_id": store.pk}
    with scope(Hat.ADMIN):
        moved = {"source": "draft", "target": "submitted", "note": f"{name} 言"}
        application.events.create(**own, **moved)
    with scope(Hat.WEB, brand=store.brand_id):
        link.events.create(**own, source="live", target="paused", note=f"{name} 言")


def _take_out(store: Store, file: str) -> None:
    """Leave an export of the store's figures on record."""
    somebody = make_user(f"exporter-{store.pk}@example.test")
    with scope(Hat.WEB, brand=store.brand_id, user=somebody.pk):
        record(HttpRequest(), AccessKind.EXPORT, store=store.pk, what=file)


def _make_people(store: Store, number: int, name: str) -> Membership:
    """Make a member and someone invited for this store; colleagues see each other's names."""
    brand = store.brand
    shown = name if number == 1 else "同事"
    user = make_user(f"{shown}-{brand.slug}-{number}@example.test".lower(), name=shown)
    make_invitation(brand, f"new-{user.email}", stores=(store,))
    return make_membership(brand, user, Role.VIEWER, stores=(store,))


def _make_agency(store: Store, number: int, name: str) -> BrandGrant:
    """Let an agency in for this store; owners see of which agencies their colleagues did so."""
    shown = name if number == 1 else "同事"
    agency = make_brand(f"agency-{store.brand_id}-{number}", f"{shown} 代运营")
    make_membership(agency, make_user(f"{agency.slug}@example.test", name=f"{shown} 商"))
    return make_grant(store.brand, agency, (store,))


def _make_transfers(store: Store, number: int, name: str) -> tuple[StoreRelease, StoreTransfer]:
    """Let another brand ask for this store, and this brand for one that it has not."""
    other = make_brand(f"mover-{store.brand_id}-{number}", f"{name} 来人")
    _theirs, release = make_transfer(other, store, reason=f"{name} 由")
    wanted = make_store(other, 9, title=f"{name} 望", nick=f"{name} 望")
    transfer, _their_release = make_transfer(store.brand, wanted, reason=f"{name} 求")
    with scope(Hat.WEB, brand=store.brand_id):
        release.move_to(ReleaseStatus.OBJECTED, note=f"{name} 答", changes={"answer": f"{name} 答"})
        spent, _theirs = make_transfer(store.brand, make_store(other, 8, title=f"{name} 过"))
        spent.move_to(TransferStatus.WITHDRAWN)
    return release, transfer


def _make_webhook(
    store: Store, number: int, name: str
) -> tuple[WebhookEndpoint, WebhookDelivery, WebhookEndpoint]:
    """Tell an address that bears the name of the store's application, and be answered with it.

    There is a group's robot too.
    """
    delivery = make_delivery(store, f"/{quote(name, safe='')}/{number}")
    with scope(Hat.WEB, brand=store.brand_id):
        rows = WebhookDelivery.objects.filter(store=store)
        rows.update(host=f"{name}.test", answer=f"{name} 答", body=f'{{"store": "{name}"}}')
        endpoint = WebhookEndpoint.objects.get(pk=delivery.endpoint_id)
        webhooks.pause_endpoint(endpoint, by=store.registered_by)
    robot = make_robot(store.brand, name=f"{name} 群"[:60], token=f"{number}" * 40)
    return endpoint, delivery, robot


def _make_notice(store: Store, number: int) -> tuple[Notice, NoticeMail]:
    told = make_user(f"told{store.brand_id}-{number}@example.test")
    make_membership(store.brand, told)
    with scope(Hat.WEB, brand=store.brand_id, user=told.pk):
        notify(store, NoticeKind.APPROVED, application="A-1")
        keep_wishes(store.brand, told, {NoticeKind.REJECTED: False})
    with scope(Hat.ADMIN):
        mail = NoticeMail.objects.filter(store=store).select_related("notice").latest("pk")
        return mail.notice, mail


def _make_facts(store: Store, note: Note, name: str, fee: int) -> None:
    make_note_day(note, DAY, fee_fen=fee)
    sum_month(note, DAY.replace(day=1))
    make_fact(AdDay, store, DAY, name=f"{name} 计划")
    make_fact(NotePlacementDay, store, DAY, placement=1, fee_fen=fee)
    make_fact(ConsoleDay, store, DAY, account=f"{name} 账户", unit_name=f"{name} 单元")
    make_fact(CreatorNoteDay, store, DAY, star_task_name=f"{name} 星")
    make_fact(StarDay, store, DAY, creator=f"{name} 人", task_group=f"{name} 组")
    make_fact(StoreOrder, store, DAY, sub_order_id="1", item_title=f"{name} 品", paid_fen=fee)
    make_fact(StoreRefund, store, DAY, order_id=name[:32])
    make_fact(AffiliateOrder, store, DAY, sub_order_id="1", item_title=f"{name} 品", paid_fen=fee)


def _make_participation(store: Store, name: str) -> None:
    """Restrict the store for something that bears the name, in its row and in its event."""
    said = dict.fromkeys(["zh-hans", "en"], dict.fromkeys(SENTENCES, f"{name} 缺"))
    lacking = [{"rule_id": "score", "since": "", "result": "not_met", "said": said}]
    participation = make_participation(store, lacking=lacking)
    with scope(Hat.ADMIN):
        participation.move_to("restricted", note=f"{name} 记")


def _make_window(note: Note, error: str) -> SyncWindow:
    own = {"brand_id": note.brand_id, "store_id": note.store_id}
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.create(
            **own,
            connection_id=note.connection_id,
            report="juguang.note_day",
            day=DAY,
            owed_on=DAY,
            status="failed",
            error=error,
        )
        came = {"connection_id": note.connection_id, "day": DAY, "owed_on": DAY, "closed_on": DAY}
        SyncWindow.objects.create(**own, **came, report="top.trades", status="closed")
        page = {"owed_on": DAY, "pull": 1, "number": 1, "known_at": known_now()}
        told = {"sha256": "0" * 64, "keys": [error], "gone": [error[:32]]}
        pulled = PulledPage.objects.create(**own, window=window, **told, **page)
        RawPage.of(pulled, DAY, error.encode()).save(force_insert=True)
        LateNight.objects.get_or_create(brand_id=note.brand_id, night=DAY)
        QuarantinedRow.objects.create(**own, window=window, row_hash=error, raw=error, reason=error)
        SyncAlarm.objects.create(**own, window=window, kind="doubt", words=error)
    return window
