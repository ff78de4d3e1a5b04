"""A store with one of everything that may bear a name, for tests that look for that name."""

from dataclasses import dataclass
from datetime import date

from campaigns.models import Link, Note, QuarantinedRow, SyncWindow
from campaigns.tests.factories import make_click, make_link, make_note_day, note_of
from merchants.models import (
    Application,
    Brand,
    Evidence,
    Membership,
    Notice,
    NoticeKind,
    NoticeMail,
    Role,
    SecondReview,
    Store,
)
from merchants.notices import notify
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_evidence,
    make_invitation,
    make_membership,
    make_second_review,
    make_store,
    make_user,
)
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
    second_review: SecondReview

    def names(self) -> dict[str, int]:
        return {name: row.pk for name, row in vars(self).items()}


def make_estate(brand: Brand, number: int, name: str, fee: int = 10_000) -> Estate:
    """Give the brand a store with one of everything, each named after `name`."""
    store = make_store(brand, number, title=f"{name} 店", nick=f"{name} 家")
    make_connection(store, "juguang", subject=f"{brand.pk}{number}", subject_name=f"{name} 账户")
    free = note_of(store, 10 * number, title=f"{name} 一", creator=f"{name} 人")
    noted = note_of(store, 10 * number + 1, title=f"{name} 二", creator=f"{name} 人")
    link = make_link(noted, item_title=f"{name} 货")
    make_click(link, click_id=name)
    make_note_day(noted, DAY, fee_fen=fee)
    evidence = make_evidence(store, name=name)
    application = make_application(
        store, reason=f"{name} 因", asked=f"{name} 问", draft={"overall_score": f"{name} 分"}
    )
    _make_window(noted, error=f"{name} 错")
    member = _make_people(store, number, name)
    told = _make_notice(store, number)
    second = make_second_review(application, note=f"{name} 复")
    return Estate(store, free, link, application, member, *told, evidence, second)


def _make_people(store: Store, number: int, name: str) -> Membership:
    """Make a member and someone invited for this store; colleagues see each other's names."""
    brand = store.brand
    shown = name if number == 1 else "同事"
    user = make_user(f"{shown}-{brand.slug}-{number}@example.test".lower(), name=shown)
    make_invitation(brand, f"new-{user.email}", stores=(store,))
    return make_membership(brand, user, Role.VIEWER, stores=(store,))


def _make_notice(store: Store, number: int) -> tuple[Notice, NoticeMail]:
    make_membership(store.brand, make_user(f"told{store.brand_id}-{number}@example.test"))
    with scope(Hat.WEB, brand=store.brand_id):
        notify(store, NoticeKind.APPROVED, application="A-1")
    with scope(Hat.ADMIN):
        mail = NoticeMail.objects.filter(store=store).select_related("notice").latest("pk")
        return mail.notice, mail


def _make_window(note: Note, error: str) -> None:
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
        QuarantinedRow.objects.create(**own, window=window, row_hash=error, raw=error, reason=error)
