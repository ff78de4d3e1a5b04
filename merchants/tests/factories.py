"""Rows for tests, written in the scope that may; what the test is not about is filled in."""

import time
import zlib
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from merchants import consent_texts, evidence, transfers
from merchants.models import (
    ApiCall,
    ApiKey,
    Application,
    ApplicationEvent,
    Brand,
    BrandGrant,
    Category,
    Connection,
    ConsentRecord,
    ConsentStep,
    Evidence,
    EvidenceKind,
    GrantStatus,
    Invitation,
    InvitationStore,
    Membership,
    MembershipStore,
    Participation,
    ParticipationStatus,
    Partner,
    PolicyStatus,
    PolicyVersion,
    Role,
    SecondReview,
    Store,
    StoreRelease,
    StoreStatus,
    StoreTransfer,
    User,
)
from merchants.models.grants import VALID
from portal.lib.scope import Hat, scope

SECRET = "JBSWY3DPEHPK3PXP"  # of the users' authenticator apps
PIXEL = bytes.fromhex(  # a picture of one dot
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def make_user(email: str = "lin@example.test", **fields: Any) -> User:
    """Make someone who has proved to own the address."""
    user = User.objects.create_user(email, "a-long-password", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def give_second_factor(client: Client, user: User) -> None:
    """Let the client's session be one in which the user has given a code of their app."""
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    factor = factor or TOTP.activate(user, SECRET).instance
    session = client.session
    given = {"method": "mfa", "at": time.time(), "id": factor.pk, "reauthenticated": True}
    session["account_authentication_methods"] = [given]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def make_brand(slug: str = "shancha", name: str = "山茶") -> Brand:
    with scope(Hat.ADMIN):
        return Brand.objects.create(slug=slug, name=name)


def make_membership(
    brand: Brand, user: User, role: Role = Role.OWNER, stores: tuple[Store, ...] = ()
) -> Membership:
    """Make a member; a brand whose owner is narrowed has another one, as the database asks."""
    with scope(Hat.WEB, brand=brand.pk):
        membership = Membership.objects.create(brand=brand, user=user, role=role)
        if stores and role == Role.OWNER:
            chief = make_user(f"chief-of-{brand.slug}-{user.pk}@example.test", name="主理人")
            Membership.objects.create(brand=brand, user=chief, role=Role.OWNER)
        for store in stores:
            MembershipStore.objects.create(brand=brand, membership=membership, store=store)
        membership.load_stores()
        return membership


def make_invitation(
    brand: Brand,
    email: str = "wu@example.test",
    role: Role = Role.VIEWER,
    stores: tuple[Store, ...] = (),
    **fields: Any,
) -> tuple[Invitation, str]:
    """Make an invitation and return it with its token, as the mail would hold it."""
    invitation = Invitation(brand=brand, email=email, role=role)
    token = invitation.new_token()
    for name, value in fields.items():
        setattr(invitation, name, value)
    with scope(Hat.WEB, brand=brand.pk):
        invitation.save()
        for store in stores:
            InvitationStore.objects.create(brand=brand, invitation=invitation, store=store)
    return invitation, token


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


def make_consent(store: Store, partner: Partner = Partner.JUGUANG, **fields: Any) -> ConsentRecord:
    """A consent as it was given, kept with its text."""
    text = consent_texts.newest(partner)
    fields = {
        "step": ConsentStep.GIVEN,
        "subject": f"88{store.pk:04d}",
        "subject_name": store.title,
        "text_version": text.version,
        "text_sha256": text.sha256,
        "language": "en",
    } | fields
    with scope(Hat.WEB, brand=store.brand_id):
        return ConsentRecord.objects.create(
            brand_id=store.brand_id, store=store, partner=partner, **fields
        )


def make_policy(code: str = "2025-06", **fields: Any) -> PolicyVersion:
    """A published version of two people's making, unless the test says otherwise."""
    first, second = (
        User.objects.filter(email=f"{code}-{n}@example.test").first()
        or make_user(f"{code}-{n}@example.test")
        for n in (1, 2)
    )
    fields = {
        "effective_from": date(2025, 5, 12),
        "status": PolicyStatus.PUBLISHED,
        "rules": [{"id": "store_type", "kind": "store_type"}],
        "proposed_by": first,
        "published_by": second,
    } | fields
    with scope(Hat.ADMIN):
        return PolicyVersion.objects.create(code=code, **fields)


def make_draft(code: str = "2025-08", **fields: Any) -> PolicyVersion:
    """A draft that could be proposed."""
    fields = {
        "effective_from": date(2025, 8, 1),
        "status": PolicyStatus.DRAFT,
        "proposed_by": None,
        "published_by": None,
    } | fields
    return make_policy(code, **fields)


def make_evidence(store: Store, content: bytes = PIXEL, name: str = "", **stated: Any) -> Evidence:
    stated = {"kind": EvidenceKind.LICENCE, "valid_until": None, "replaces": None} | stated
    upload = SimpleUploadedFile(f"{name or store.title}.png", content)
    with scope(Hat.WEB, brand=store.brand_id):
        kept = evidence.keep(store.brand, upload)
        return evidence.add(store, kept, evidence.Stated(**stated), by=store.registered_by)


def make_participation(
    store: Store, status: ParticipationStatus = ParticipationStatus.AT_RISK, **fields: Any
) -> Participation:
    with scope(Hat.NIGHT):
        return Participation.objects.create(
            brand_id=store.brand_id, store=store, status=status, **fields
        )


def another_picture(text: bytes) -> bytes:
    """Return a picture of one dot with a comment, which makes it a file of its own."""
    chunk = b"tEXt" + b"Comment\0" + text
    size, check = len(chunk) - 4, zlib.crc32(chunk)
    return PIXEL[:-12] + size.to_bytes(4, "big") + chunk + check.to_bytes(4, "big") + PIXEL[-12:]


def make_application(store: Store, **fields: Any) -> Application:
    with scope(Hat.WEB, brand=store.brand_id):
        return Application.objects.create(brand_id=store.brand_id, store=store, **fields)


def make_grant(
    brand: Brand,
    agency: Brand,
    stores: tuple[Store, ...],
    role: Role = Role.VIEWER,
    status: GrantStatus = GrantStatus.ACCEPTED,
) -> BrandGrant:
    """Let the agency in, or as far as `status` says."""
    with scope(Hat.WEB, brand=brand.pk):
        grant = BrandGrant.objects.create(
            brand=brand, agency_slug=agency.slug, role=role, expires_at=timezone.now() + VALID
        )
        grant.choose(role, stores, by=None)
        if status != GrantStatus.OFFERED:
            grant.move_to(GrantStatus.ACCEPTED)
        if status not in {GrantStatus.OFFERED, GrantStatus.ACCEPTED}:
            grant.move_to(status)
        grant.load_stores()
    return grant


def make_key(member: Membership, name: str = "BI", **fields: Any) -> ApiKey:
    fields = {"expires_at": timezone.now() + timedelta(days=90), "scopes": ["read"]} | fields
    key = ApiKey(brand_id=member.brand_id, membership=member, name=name, **fields)
    key.new_secret()
    with scope(Hat.WEB, brand=member.brand_id):
        key.save()
    return key


def make_api_call(key: ApiKey, name: str = "1", **fields: Any) -> ApiCall:
    fields = {"asked_sha256": "0" * 64, "status": 200, "body": {}} | fields
    with scope(Hat.WEB, brand=key.brand_id):
        return ApiCall.objects.create(brand_id=key.brand_id, key=key, name=name, **fields)


def make_second_review(application: Application, **fields: Any) -> SecondReview:
    """One that is given, agreeing, unless the test says otherwise."""
    first, second = (
        User.objects.filter(email=f"judge-{n}@example.test").first()
        or make_user(f"judge-{n}@example.test", is_staff=True)
        for n in (1, 2)
    )
    own = {"brand_id": application.brand_id, "store_id": application.store_id}
    with scope(Hat.ADMIN):
        handed_in, decision = (
            ApplicationEvent.objects.create(
                **own, application=application, source=source, target=target, actor=first
            )
            for source, target in (("draft", "submitted"), ("in_review", "approved"))
        )
        fields = {
            "handed_in": handed_in,
            "decision": decision,
            "first_by": first,
            "first_judgement": "approved",
            "second_by": second,
            "judgement": "approved",
            "at": timezone.now(),
        } | fields
        return SecondReview.objects.create(**own, application=application, **fields)


def make_transfer(
    brand: Brand, store: Store, by: User | None = None, **words: str
) -> tuple[StoreTransfer, StoreRelease]:
    """Let `brand` ask for another brand's store, as its seller; return what both of them have."""
    words = {"reason": "The store is ours.", "evidence": "The contract of 2025."} | words
    seller = transfers.Seller(store.seller_id, store.nick, store.title)
    by = by or make_user(f"asker-{brand.pk}-{store.pk}@example.test")
    with scope(Hat.WEB, brand=brand.pk, user=by.pk):
        transfer = transfers.request_transfer(brand, seller, **words, by=by)
    with scope(Hat.ADMIN):
        return transfer, transfers.release_of(transfer)
