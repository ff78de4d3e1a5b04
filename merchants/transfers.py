"""A store goes to another brand: asked for by its seller, answered, and decided by the platform.

Nothing that the present brand has of the store moves: its row is released, and the asking brand
registers the store anew. The store is locked first, then the transfer, then the release.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from merchants.members import refusing
from merchants.models import (
    ApplicationStatus,
    Brand,
    IllegalMove,
    NoticeKind,
    ReleaseStatus,
    Store,
    StoreRelease,
    StoreTransfer,
    TransferStatus,
    User,
)
from merchants.models.application import ONE_TRY
from merchants.models.transfers import REGISTER_WITHIN
from merchants.notices import notify, notify_owners, tell_owners
from merchants.services import Refused, end_consent, locked_store
from portal.lib import days
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seller:
    """Who consented at Tmall, as TOP told it, and so owns the store."""

    seller_id: str
    nick: str
    title: str


# By the asking brand --------------------------------------------------------------------------


@transaction.atomic
def request_transfer(
    brand: Brand, seller: Seller, *, reason: str, evidence: str = "", by: User
) -> StoreTransfer:
    """Ask for the store of a seller who has just consented, and ask whoever has it."""
    transfer = StoreTransfer(
        brand=brand,
        seller_id=seller.seller_id,
        nick=seller.nick,
        title=seller.title,
        reason=reason,
        evidence=evidence,
        requested_by=by,
        answer_by=days.today() + timedelta(days=settings.TRANSFER_DAYS),
    )
    taken = _("A transfer of %(store)s is under way already; see your stores.")
    with refusing("transfer_open_once", taken % {"store": seller.title}):
        transfer.save()
    release_id = _ask_holder(transfer)
    if release_id is None:
        raise Refused(
            _("No other brand has %(store)s at present, so nothing was requested. Register it.")
            % {"store": seller.title}
        )
    _tell_holder_of_request(release_id)
    logger.info("transfer requested transfer=%s brand=%s", transfer.pk, brand.pk)
    return transfer


@transaction.atomic
def withdraw_transfer(transfer: StoreTransfer, *, by: User) -> None:
    transfer.move_to(TransferStatus.WITHDRAWN, by=by)
    release_id = _call("VALUES (end_release(%s, %s))", transfer)
    if release_id is not None:
        with scope(Hat.NIGHT):
            _tell_kept(_release(release_id))
    logger.info("transfer withdrawn transfer=%s by=%s", transfer.pk, by.pk)


# By the brand that has the store --------------------------------------------------------------


@transaction.atomic
def answer_release(release: StoreRelease, *, agrees: bool, text: str, by: User) -> None:
    """Say what the brand that has the store thinks of it; the platform decides."""
    locked_store(release.store)
    release.refresh_from_db()
    if not release.is_open_on(days.today()):
        raise Refused(_("The time for an answer is over; the platform decides now."))
    if not agrees and not text.strip():
        raise Refused(_("Say why the store should stay with your brand."))
    target = ReleaseStatus.AGREED if agrees else ReleaseStatus.OBJECTED
    answer = {"answer": text, "answered_by": by, "answered_at": days.known_now()}
    release.move_to(target, by=by, note=text, changes=answer)
    logger.info("release answered release=%s %s by=%s", release.pk, target, by.pk)


# By the platform ------------------------------------------------------------------------------


@transaction.atomic
def approve_transfer(transfer: StoreTransfer, *, reason: str, by: User) -> None:
    """Release the store, and keep it for the asking brand to register anew."""
    release = _locked(transfer, reason)
    if said := too_early(transfer):
        raise Refused(said)
    now = days.known_now()
    register_by = days.today() + REGISTER_WITHIN
    decided = {"decided_at": now, "decision": reason, "register_by": register_by}
    transfer.move_to(TransferStatus.APPROVED, by=by, note=reason, changes=decided)
    release.move_to(ReleaseStatus.RELEASED, by=by)
    _let_go(release.store, now, by=by)
    _end_others(release, by=by)
    notify(release.store, NoticeKind.STORE_MOVED, reason=reason)
    _tell_asker(transfer, NoticeKind.TRANSFER_APPROVED, day=register_by.isoformat())
    logger.info("transfer approved transfer=%s store=%s", transfer.pk, release.store_id)


def too_early(transfer: StoreTransfer) -> str:
    """Say why it can't be approved yet, or nothing."""
    release = release_of(transfer)
    if not release.is_undecided or release.may_be_approved_on(days.today()):
        return ""
    said = _("Before %(day)s is over only the present brand's consent lets you approve this.")
    return said % {"day": release.answer_by}


@transaction.atomic
def reject_transfer(transfer: StoreTransfer, *, reason: str, by: User) -> None:
    release = _locked(transfer, reason)
    decided = {"decided_at": days.known_now(), "decision": reason}
    transfer.move_to(TransferStatus.REJECTED, by=by, note=reason, changes=decided)
    release.move_to(ReleaseStatus.KEPT, by=by)
    _tell_kept(release)
    _tell_asker(transfer, NoticeKind.TRANSFER_REJECTED, reason=reason)
    logger.info("transfer rejected transfer=%s store=%s", transfer.pk, release.store_id)


# By time --------------------------------------------------------------------------------------


def expire_transfers() -> int:
    """End what nobody decided, or used, in time; safe to run twice, and beside a decision."""
    due = StoreTransfer.objects.run_out(days.today()).select_related("brand")
    with transaction.atomic():
        expired = list(due.select_for_update(of=("self",), skip_locked=True))
        for transfer in expired:
            _expire(transfer)
    return len(expired)


def release_of(transfer: StoreTransfer) -> StoreRelease:
    """Return what the present brand was asked; for the platform alone."""
    return StoreRelease.objects.select_related("store__brand", "brand").get(transfer=transfer)


def _ask_holder(transfer: StoreTransfer) -> int | None:
    """Have the database find the brand and ask it; None where no other brand has the store."""
    return _call("VALUES (ask_release(%s, %s))", transfer)


def _call(statement: str, transfer: StoreTransfer) -> int | None:
    """Run a function that writes to the other brand's row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [transfer.pk, days.known_now()])
        (release_id,) = cursor.fetchone()
    return release_id if release_id is None else int(release_id)


def _release(release_id: int) -> StoreRelease:
    return StoreRelease.objects.select_related("store__brand").get(pk=release_id)


def _tell_holder_of_request(release_id: int) -> None:
    """Write the notices in a scope that sees the other brand: the asking one may not."""
    with scope(Hat.NIGHT):
        release = _release(release_id)
        day = release.answer_by.isoformat()
        notify_owners(release.store, NoticeKind.TRANSFER_ASKED, brand=release.asker, day=day)


def _tell_kept(release: StoreRelease) -> None:
    notify_owners(release.store, NoticeKind.STORE_KEPT, brand=release.asker)


def _tell_asker(transfer: StoreTransfer, kind: NoticeKind, **parameters: str) -> None:
    said = {"store": transfer.title} | parameters
    tell_owners(transfer.brand, kind, page="stores", by=None, **said)


def _locked(transfer: StoreTransfer, reason: str) -> StoreRelease:
    """Lock the store and read both rows anew, so that of two decisions the second finds the first.

    A withdrawal doesn't wait for the store; `move_to` then tells which of the two came first.
    """
    if not reason.strip():
        raise Refused(_("Say why: both brands read it."))
    locked_store(release_of(transfer).store)
    transfer.refresh_from_db()
    release = release_of(transfer)
    if not release.is_undecided or not transfer.is_requested:
        raise IllegalMove(_("This is no longer open: someone has just changed it."))
    return release


def _let_go(store: Store, now: datetime, *, by: User) -> None:
    """End what goes on for the store; what was pulled, uploaded and attached stays as it is."""
    for each in store.connections.all():
        end_consent(each, by=by)
    store.connections.update(released_at=now)
    for application in store.applications.filter(status__in=ONE_TRY):
        application.move_to(ApplicationStatus.EXPIRED, by=by)
    Store.objects.filter(pk=store.pk).update(released_at=now)


def _end_others(release: StoreRelease, *, by: User) -> None:
    """Nobody else's request can be met any more; a withdrawal under way is waited for."""
    rows: QuerySet[StoreTransfer] = StoreTransfer.objects.requested().filter(
        pk__in=release.store.releases.undecided().values("transfer")
    )
    for transfer in rows.select_related("brand").select_for_update(of=("self",)):
        transfer.move_to(TransferStatus.EXPIRED, by=by)
        release_of(transfer).move_to(ReleaseStatus.KEPT, by=by)
        _tell_asker(transfer, NoticeKind.TRANSFER_EXPIRED)


def _expire(transfer: StoreTransfer) -> None:
    was_requested = transfer.is_requested
    transfer.move_to(TransferStatus.EXPIRED)
    _tell_asker(transfer, NoticeKind.TRANSFER_EXPIRED)
    if was_requested:
        release = release_of(transfer)
        release.move_to(ReleaseStatus.KEPT)
        _tell_kept(release)
    logger.info("transfer expired transfer=%s", transfer.pk)
