"""What changes a store's way in; each step is one transaction, and none calls a partner."""

import logging
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.connections import Grant, TopConsent
from merchants.consent_records import record_end, record_given
from merchants.consent_texts import Agreed
from merchants.hints import requalify_soon
from merchants.models import (
    Application,
    Brand,
    Connection,
    ConnectionStatus,
    ConsentStep,
    NoticeKind,
    Partner,
    Store,
    StoreKind,
    TransferStatus,
    User,
)
from merchants.notices import notify
from merchants.webhook_events import announce_of_store
from portal.lib import days
from portal.lib.constraints import broken_rule

logger = logging.getLogger(__name__)

# A partner's text may be longer than our columns.
NAME = 80
SCOPE = 200


class Refused(Exception):
    """The step can't be taken as things stand; the message is shown to the person."""


class NotTmall(Refused):
    """The account that consented owns a Taobao C-shop."""

    def __init__(self, nick: str) -> None:
        super().__init__(_("%(nick)s is a Taobao C-shop, not a Tmall store.") % {"nick": nick})
        self.nick = nick


class HeldElsewhere(Refused):
    """Another brand has the seller's store; its owner may ask for a transfer."""

    def __init__(self, title: str) -> None:
        said = _("%(store)s is registered by another brand already. Nothing was stored.")
        super().__init__(said % {"store": title})


class Released(Refused):
    """Nothing of the store changes any more: another brand has it now."""

    def __init__(self, store: Store) -> None:
        said = _("%(store)s was released to another brand. What you have of it stays as it was.")
        super().__init__(said % {"store": store})


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What no partner tells, so the brand states it."""

    category: str
    overall_score: Decimal | None
    description_score: Decimal | None
    service_score: Decimal | None
    logistics_score: Decimal | None


@transaction.atomic
def register_store(
    brand: Brand, consent: TopConsent, *, agreed: Agreed, by: User
) -> tuple[Store, bool]:
    """Return the seller's store and whether it is new here; a known one gets its consent renewed.

    Raises NotTmall for a C-shop, HeldElsewhere where another brand has the store already, and
    Refused where it is promised to one.
    """
    seller = consent.seller
    if StoreKind(seller.kind) != StoreKind.TMALL:
        raise NotTmall(seller.nick)
    store, is_new = _own_store(brand, consent, by)
    account = (seller.seller_id, seller.nick)
    _connect(store, Partner.TOP, account, consent.grant, agreed=agreed, by=by)
    if is_new:
        for transfer in brand.transfers.approved().filter(seller_id=store.seller_id):
            transfer.move_to(TransferStatus.COMPLETED, by=by)
        notify(store, NoticeKind.STORE_REGISTERED, by=by)
    logger.info("store consented store=%s brand=%s new=%s", store.pk, brand.pk, is_new)
    return store, is_new


@transaction.atomic
def connect_account(
    store: Store,
    partner: Partner,
    account: tuple[str, str],
    grant: Grant,
    *,
    agreed: Agreed,
    by: User,
) -> None:
    """Connect the store's account, an id and a name; each belongs to one store of the brand."""
    subject, name = account
    rows = Connection.objects.filter(brand_id=store.brand_id, partner=partner, released_at=None)
    other = rows.filter(subject=subject).exclude(store=store).select_related("store").first()
    if other:
        raise Refused(
            _("The account %(name)s is connected to %(store)s already.")
            % {"name": name, "store": other.store}
        )
    known = rows.filter(store=store).exclude(subject=subject).first()
    if known:  # figures of two accounts would become one history
        raise Refused(
            _("%(store)s belongs to the account %(known)s; %(name)s can't take its place.")
            % {"store": store, "known": known.subject_name, "name": name}
        )
    try:
        with transaction.atomic():
            _connect(store, partner, account, grant, agreed=agreed, by=by)
    except IntegrityError:  # at the same moment, or to a store that this person may not see
        raise Refused(
            _("The account %(name)s is connected to another store of the brand already.")
            % {"name": name}
        ) from None
    logger.info("%s connected store=%s brand=%s", partner, store.pk, store.brand_id)


@transaction.atomic
def withdraw_consent(connection: Connection, *, by: User) -> None:
    """End the consent, forget its tokens, and tell the others; no page is kept after this."""
    if not end_consent(connection, by=by):
        raise Refused(_("This consent was withdrawn already."))
    notify(connection.store, NoticeKind.CONSENT_WITHDRAWN, by=by, partner=connection.partner)
    announce_of_store("connection.withdrawn", connection.store, partner=connection.partner)
    requalify_soon(connection.store)
    logger.info("consent withdrawn connection=%s brand=%s", connection.pk, connection.brand_id)


@transaction.atomic
def end_consent(connection: Connection, *, by: User) -> bool:
    """End the consent and keep the record of it; False if it had ended before."""
    if not connection.revoke():
        return False
    record_end(connection, ConsentStep.WITHDRAWN, by=by)
    return True


@transaction.atomic
def keep_draft(store: Store, typed: dict[str, str]) -> None:
    """Keep the form as typed, finished or not; not while the platform is judging it."""
    store = locked_store(store)
    _refuse_while_judged(store)
    application, _made = Application.objects.get_or_create(brand_id=store.brand_id, store=store)
    application.draft, application.draft_saved_at = typed, days.known_now()
    application.save(update_fields=["draft", "draft_saved_at"])


@transaction.atomic
def state_facts(store: Store, facts: StatedFacts, *, by: User) -> None:
    """Write what the brand states, and who stated it; not while a reviewer is judging it."""
    store = locked_store(store)
    _refuse_while_judged(store)
    stated = asdict(facts)
    for name, value in stated.items():
        setattr(store, name, value)
    store.facts_stated_at, store.facts_stated_by = days.known_now(), by
    store.save(update_fields=[*stated, "facts_stated_at", "facts_stated_by"])
    store.applications.update(draft={})
    requalify_soon(store)


def locked_store(store: Store) -> Store:
    """Return the store anew; who changes it waits until the transaction ends.

    Raises Released where another brand has it now. Who only refers to the store need not wait: a
    page that is being kept does so while it holds the consent, and it would wait for us, and we
    for it.
    """
    store = Store.objects.select_for_update(of=("self",), no_key=True).get(pk=store.pk)
    if store.is_released:
        raise Released(store)
    return store


def _refuse_while_judged(store: Store) -> None:
    if store.applications.waiting().exists():
        raise Refused(_("The application is under review; facts can change after the decision."))


def _own_store(brand: Brand, consent: TopConsent, by: User) -> tuple[Store, bool]:
    """Find or make the seller's store; over all brands, seen or not, one has it at a time."""
    seller, shop = consent.seller, consent.shop
    own = brand.stores.present().filter(seller_id=seller.seller_id)
    if known := own.first():
        return known, False
    try:
        with transaction.atomic():
            store = brand.stores.create(
                seller_id=seller.seller_id,
                nick=seller.nick[:NAME],
                sid=shop.sid,
                title=shop.title[:NAME],
                kind=seller.kind,
                registered_by=by,
                registered_at=days.known_now(),
            )
    except IntegrityError as clash:
        if known := own.first():
            return known, False
        logger.warning("seller belongs to another brand brand=%s", brand.pk)
        if broken_rule(clash) == "store_promised":
            raise Refused(
                _("%(store)s was just transferred to another brand. Nothing was stored.")
                % {"store": shop.title}
            ) from None
        raise HeldElsewhere(shop.title) from None
    return store, True


def _connect(
    store: Store,
    partner: Partner,
    account: tuple[str, str],
    grant: Grant,
    *,
    agreed: Agreed,
    by: User,
) -> None:
    """Write the consent's tokens; a new version tells whoever refreshes that it came too late."""
    store = locked_store(store)
    connection = store.connections.filter(partner=partner).first() or Connection(
        brand_id=store.brand_id, store=store, partner=partner, version=0
    )
    connection.status = ConnectionStatus.CONNECTED
    connection.subject, connection.subject_name = account[0], account[1][:NAME]
    connection.scope = grant.scope[:SCOPE]
    grant.put_into(connection)
    connection.version += 1
    connection.refresh_lease_until = None
    connection.consented_by, connection.consented_at = by, timezone.now()
    connection.save()
    requalify_soon(store)
    record_given(connection, agreed, by=by)
