"""Rows for tests, written in the scope that may; what the test is not about is filled in."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from merchants import evidence
from merchants.models import (
    Application,
    Brand,
    Category,
    Connection,
    Evidence,
    EvidenceKind,
    Membership,
    MembershipStore,
    Partner,
    PolicyVersion,
    Role,
    Store,
    StoreStatus,
    User,
)
from portal.lib.scope import Hat, scope

PIXEL = bytes.fromhex(  # a picture of one dot
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def make_user(email: str = "lin@example.test", **fields: Any) -> User:
    return User.objects.create_user(email, "a-long-password", **fields)


def make_brand(slug: str = "shancha", name: str = "山茶") -> Brand:
    with scope(Hat.ADMIN):
        return Brand.objects.create(slug=slug, name=name)


def make_membership(
    brand: Brand, user: User, role: Role = Role.OWNER, stores: tuple[Store, ...] = ()
) -> Membership:
    with scope(Hat.WEB, brand=brand.pk):
        membership = Membership.objects.create(brand=brand, user=user, role=role)
        for store in stores:
            MembershipStore.objects.create(brand=brand, membership=membership, store=store)
        return membership


def make_store(brand: Brand, number: int = 1, **fields: Any) -> Store:
    fields = {
        "seller_id": f"22006570{brand.pk:05d}{number:02d}",
        "nick": f"{brand.name}官方旗舰店{number}",
        "sid": f"31884{brand.pk:05d}{number:02d}",
        "title": f"{brand.name}官方旗舰店{number}",
        "kind": "B",
        "status": StoreStatus.APPROVED,
        "category": Category.BEAUTY,
        "overall_score": "4.8",
    } | fields
    with scope(Hat.WEB, brand=brand.pk):
        return Store.objects.create(brand=brand, **fields)


def make_connection(store: Store, partner: Partner = Partner.JUGUANG, **fields: Any) -> Connection:
    fields = {"subject": f"88{store.pk:04d}", "subject_name": store.title} | fields
    connection = Connection(brand_id=store.brand_id, store=store, partner=partner, **fields)
    connection.put_tokens(
        access=f"access-{store.pk}",
        access_until=timezone.now() + timedelta(hours=20),
        refresh=f"refresh-{store.pk}",
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        connection.save()
    return connection


def make_policy(code: str = "2025-06", **fields: Any) -> PolicyVersion:
    fields = {"effective_from": "2025-05-12", "rules": []} | fields
    with scope(Hat.ADMIN):
        return PolicyVersion.objects.create(code=code, **fields)


def make_evidence(store: Store, content: bytes = PIXEL, name: str = "", **stated: Any) -> Evidence:
    stated = {"kind": EvidenceKind.LICENCE, "valid_until": None, "replaces": None} | stated
    upload = SimpleUploadedFile(f"{name or store.title}.png", content)
    with scope(Hat.WEB, brand=store.brand_id):
        kept = evidence.keep(store.brand, upload)
        return evidence.add(store, kept, evidence.Stated(**stated), by=store.registered_by)


def make_application(store: Store, **fields: Any) -> Application:
    with scope(Hat.WEB, brand=store.brand_id):
        return Application.objects.create(brand_id=store.brand_id, store=store, **fields)
