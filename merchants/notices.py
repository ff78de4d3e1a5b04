"""Tell a brand's people what happened to a store: rows at once, mails after the commit."""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from merchants import tasks
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


@transaction.atomic
def notify(store: Store, kind: NoticeKind, *, by: User | None = None, **parameters: str) -> None:
    """Tell all who may see the store, but not who did it; undone with the caller's transaction."""
    readers = Membership.objects.active().reaching(store).filter(user__is_active=True)
    _tell(store, kind, readers.exclude(user=by), parameters)


@transaction.atomic
def notify_owners(store: Store, kind: NoticeKind, **parameters: str) -> None:
    """Tell those who can act on it."""
    readers = Membership.objects.active().reaching(store).filter(user__is_active=True)
    _tell(store, kind, readers.filter(role=Role.OWNER), parameters)


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


def _tell(
    store: Store, kind: NoticeKind, readers: QuerySet[Membership], parameters: dict[str, str]
) -> None:
    link = reverse("merchants:store", args=[store.brand.slug, store.pk])
    notices = Notice.objects.bulk_create(
        Notice(
            brand_id=store.brand_id,
            store=store,
            user_id=user_id,
            kind=kind,
            parameters={"store": store.title} | parameters,
            link=link,
        )
        for user_id in readers.order_by("user_id").values_list("user_id", flat=True)
    )
    _owe_mails(store, kind, notices)


def _owe_mails(store: Store, kind: NoticeKind, notices: list[Notice]) -> None:
    """A message that the broker loses costs a minute: the tick finds the row."""
    refused = NoticePreference.objects.filter(brand=store.brand_id, kind=kind, by_mail=False)
    unwanted = set(refused.values_list("user_id", flat=True))
    mails = NoticeMail.objects.bulk_create(
        NoticeMail(brand_id=store.brand_id, store=store, notice=notice)
        for notice in notices
        if notice.user_id not in unwanted
    )
    for mail in mails:
        transaction.on_commit(partial(tasks.send_mail.delay, mail.pk), robust=True)
