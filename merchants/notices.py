"""Tell people what happened to a store or to their brand: rows at once, mails after the commit."""

from uuid import UUID, uuid4

from django.db import transaction
from django.urls import reverse

from merchants import hints
from merchants.models import (
    Brand,
    Membership,
    Notice,
    NoticeKind,
    NoticeMail,
    NoticePreference,
    Role,
    Store,
    User,
)
from merchants.readers import marketers_of, owners_of, readers_of
from merchants.robot_messages import owe_robots


@transaction.atomic
def notify(
    store: Store,
    kind: NoticeKind,
    *,
    by: User | None = None,
    leads_to: str = "",
    **parameters: str,
) -> None:
    """Tell all who may see the store, but not who did it; undone with the caller's transaction.

    The notice leads to the store's page, or to `leads_to`, an address within the brand.
    """
    told = _about(store, kind, parameters)
    told.link = leads_to or told.link
    _tell(told, readers_of(store), by)


@transaction.atomic
def notify_person(
    user: User, store: Store, kind: NoticeKind, *, leads_to: str, **parameters: str
) -> None:
    """Tell one person of what they asked for, if they may still see the store."""
    told = _about(store, kind, parameters)
    told.link = leads_to
    _tell(told, readers_of(store) & {user.pk}, None)


@transaction.atomic
def notify_owners(store: Store, kind: NoticeKind, **parameters: str) -> None:
    """Tell those who may see the store and can act on it."""
    owners = Membership.objects.active().reaching(store).filter(role=Role.OWNER)
    readers = owners.filter(user__is_active=True).values_list("user_id", flat=True)
    _tell(_about(store, kind, parameters), set(readers), None)


@transaction.atomic
def tell_owners(
    brand: Brand,
    kind: NoticeKind,
    /,
    *,
    page: str = "brand",
    leads_to: str = "",
    by: User | None = None,
    **parameters: str,
) -> None:
    """Tell the brand's owners of all its stores, but not who did it.

    The notice leads to `page`, one of this app, or to `leads_to`, an address within the brand.
    """
    link = leads_to or reverse(f"merchants:{page}", args=[brand.slug])
    told = Notice(brand=brand, kind=kind, link=link, parameters=parameters)
    _tell(told, owners_of(brand.pk), by)


@transaction.atomic
def tell_marketers(
    brand: Brand, kind: NoticeKind, event: UUID, /, *, leads_to: str, **parameters: str
) -> None:
    """Tell the brand's owners and marketers of all its stores; `leads_to` lies within the brand.

    Of one `event` no robot is told twice.
    """
    told = Notice(brand=brand, kind=kind, link=leads_to, parameters=parameters)
    _tell(told, marketers_of(brand.pk), None, event=event)


def wishes_of(brand: Brand, user: User) -> dict[str, bool]:
    """Return for each kind whether the person wants its mails."""
    stated = NoticePreference.objects.filter(brand=brand, user=user)
    return dict.fromkeys(NoticeKind.values, True) | dict(stated.values_list("kind", "by_mail"))


@transaction.atomic
def keep_wishes(brand: Brand, user: User, wishes: dict[str, bool]) -> None:
    NoticePreference.objects.bulk_create(
        [
            NoticePreference(brand=brand, user=user, kind=kind, by_mail=by_mail)
            for kind, by_mail in wishes.items()
        ],
        update_conflicts=True,
        unique_fields=["brand", "user", "kind"],
        update_fields=["by_mail"],
    )


def _about(store: Store, kind: NoticeKind, parameters: dict[str, str]) -> Notice:
    link = reverse("merchants:store", args=[store.brand.slug, store.pk])
    said = {"store": store.title} | parameters
    return Notice(brand=store.brand, store=store, kind=kind, link=link, parameters=said)


def _tell(told: Notice, readers: set[int], by: User | None, *, event: UUID | None = None) -> None:
    """Write `told` for each reader, and owe it to the robots that are told of its kind.

    A message that the broker loses costs a minute.
    """
    owe_robots(told, event or uuid4())
    refused = NoticePreference.objects.filter(brand=told.brand_id, kind=told.kind, by_mail=False)
    unwanted = set(refused.values_list("user_id", flat=True))
    others = sorted(readers - {by.pk} if by else readers)
    notices = Notice.objects.bulk_create(
        Notice(
            brand_id=told.brand_id,
            store_id=told.store_id,
            user_id=user_id,
            kind=told.kind,
            parameters=told.parameters,
            link=told.link,
        )
        for user_id in others
    )
    mails = NoticeMail.objects.bulk_create(
        NoticeMail(brand_id=told.brand_id, store_id=told.store_id, notice=notice)
        for notice in notices
        if notice.user_id not in unwanted
    )
    for mail in mails:
        hints.send_soon(mail.pk)
