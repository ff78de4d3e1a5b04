"""The demo's people, policy and stores. Safe to run again; stores join by the sandbox's consent."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, Permission
from django.utils.crypto import salted_hmac

from merchants import (
    agencies,
    applications,
    connections,
    consent,
    consent_texts,
    second_reviews,
    services,
)
from merchants.connections import juguang_app, pugongying_app, top_app
from merchants.consent import Purpose
from merchants.consent_records import agreed_since
from merchants.consent_texts import Agreed
from merchants.members import Place
from merchants.models import (
    Brand,
    BrandGrant,
    Category,
    GrantStatus,
    Judgement,
    Membership,
    Partner,
    Role,
    SecondReview,
    Store,
    User,
)
from merchants.policy_seed import write_policies
from merchants.services import StatedFacts
from merchants.standing import stand_today
from portal.lib.scope import Hat, scope

PASSWORD = "redcat-demo"  # noqa: S105 - printed at the start of every demo
DOMAIN = "demo.redcat.test"
BRANDS = {"shancha": "山茶", "yejing": "野径", "xiaoman": "小满手作", "hongfeng": "红枫代运营"}
MEMBERS = (
    ("owner", "周雨桐", "shancha", Role.OWNER),
    ("marketer", "林一", "shancha", Role.MARKETER),
    ("viewer", "何青", "shancha", Role.VIEWER),
    ("owner.yejing", "陆远", "yejing", Role.OWNER),
    ("owner.xiaoman", "沈小满", "xiaoman", Role.OWNER),
    ("owner.hongfeng", "方婷", "hongfeng", Role.OWNER),
)
REVIEWERS = "reviewers"
REVIEWER_RIGHTS = (
    "add_policyversion",
    "change_application",
    "change_policyversion",
    "change_secondreview",
    "review_link",
    "view_application",
    "view_brand",
    "view_connection",
    "view_consentrecord",
    "view_policylogentry",
    "view_evidence",
    "view_link",
    "view_note",
    "view_policyversion",
    "view_secondreview",
    "view_store",
)
OF_APPS = ("merchants", "campaigns")
LEADS = "review leads"
LEAD_RIGHTS = (*REVIEWER_RIGHTS, "assign_application", "compare_secondreview")
STATE = "seed"


class NotConsented(Exception):
    """The sandbox's consent page gave no code; is it running?"""


def seed_policy() -> None:
    """Write the versions that are in force, and the log of what the platforms changed."""
    write_policies(proposed_by=_reviewer(), published_by=_admin())


def seed_people() -> None:
    """Make the brands, their members and the platform's staff."""
    with scope(Hat.ADMIN):
        brands = {
            slug: Brand.objects.get_or_create(slug=slug, defaults={"name": name})[0]
            for slug, name in BRANDS.items()
        }
        for login, name, slug, role in MEMBERS:
            Membership.objects.get_or_create(
                brand=brands[slug], user=_user(login, name), defaults={"role": role}
            )
    for staff in (_reviewer(), _lead(), _admin()):
        if not Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(staff, staff_secret())


def staff_secret() -> str:
    """Return the secret of the demo staff's authenticator app, the same for all of them."""
    digest = salted_hmac("demo staff's second factor", "", algorithm="sha256").digest()
    return base64.b32encode(digest[:20]).decode()


def seed_flagship(version: str | None = consent_texts.WITH_DIRECT_LINKS) -> Store:
    """Let 山茶's first store join and be approved; needs the sandbox, the people, the policy."""
    owner = member("owner")
    flagship = consent_store(_brand("shancha", owner), owner, 2200657001)
    _state(flagship, owner, Category.BEAUTY, "4.8")
    _submit(flagship, owner)
    _approve(flagship)
    consent_juguang(flagship, owner, 880001, version=version)
    consent_pugongying(flagship, owner, 660001)
    return flagship


def seed_newer_consent(flagship: Store) -> None:
    """Let 山茶's first store consent to 聚光's newest text, on the demo's last morning.

    Until then its reports of ads wait: forty nights of them would make the first start slow.
    """
    with scope(Hat.WEB, brand=flagship.brand_id):
        joined = flagship.connections.get(partner=Partner.JUGUANG)
        is_given = agreed_since(joined, consent_texts.newest(Partner.JUGUANG).version)
    if not is_given:
        _agree_juguang(flagship, member("owner"), 880001, consent_texts.agree_now(Partner.JUGUANG))


def seed_other_stores() -> None:
    """Let 山茶's second store fall short of the score, and 野径's wait for its review.

    小满手作's shops are left for a person to try: a C-shop, and a Tmall store.
    """
    owner, yejing_owner = member("owner"), member("owner.yejing")
    care = consent_store(_brand("shancha", owner), owner, 2200657002)
    _state(care, owner, Category.PERSONAL_CARE, "4.4", "4.6", "4.5", "4.3")
    consent_juguang(care, owner, 880002)
    outdoor = consent_store(_brand("yejing", yejing_owner), yejing_owner, 2200657003)
    _state(outdoor, yejing_owner, Category.SPORTS, "4.7")
    _submit(outdoor, yejing_owner)
    consent_juguang(outdoor, yejing_owner, 880003)


def seed_agency(store: Store) -> None:
    """Let the agency work for this one store: offered by its owner, accepted by the agency's."""
    owner, agent = member("owner"), member("owner.hongfeng")
    with scope(Hat.WEB, brand=store.brand_id, user=owner.pk):
        grant = BrandGrant.objects.filter(agency_slug="hongfeng").first()
        if grant is None:
            membership = Membership.objects.get(brand=store.brand_id, user=owner)
            membership.load_stores()
            place = Place(Role.MARKETER, (store,))
            grant = agencies.offer_access(store.brand, "hongfeng", place, by=membership)
    if grant.status == GrantStatus.OFFERED:
        with scope(Hat.WEB, brand=store.brand_id, user=agent.pk):
            agencies.accept_offer(grant, by=agent)


def consent_store(brand: Brand, user: User, seller_id: int) -> Store:
    """Register the seller's store by the consent page and the callback's own service."""
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        if store := brand.stores.filter(seller_id=seller_id).first():
            return store
    uri = consent.redirect_uri(Purpose.TOP)
    page = top_app().consent_url(state=STATE, redirect_uri=uri)
    found = connections.accept_top(agree(page, "code", seller=seller_id), redirect_uri=uri)
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        agreed = consent_texts.agree_now(Partner.TOP)
        store, _is_new = services.register_store(brand, found, agreed=agreed, by=user)
    return store


def consent_juguang(
    store: Store, user: User, advertiser_id: int, *, version: str | None = None
) -> None:
    """Connect the advertiser, unless it is: by the newest text, or an older version."""
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        if store.connections.filter(partner=Partner.JUGUANG).exists():
            return
    newest = consent_texts.agree_now(Partner.JUGUANG)
    agreed = replace(newest, version=version) if version else newest
    _agree_juguang(store, user, advertiser_id, agreed)


def _agree_juguang(store: Store, user: User, advertiser_id: int, agreed: Agreed) -> None:
    """Go by the consent page and the callback's own service."""
    page = juguang_app().consent_url(
        state=STATE, redirect_uri=consent.redirect_uri(Purpose.JUGUANG)
    )
    found = connections.accept_juguang(agree(page, "auth_code", advertiser=advertiser_id))
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        services.connect_account(
            store,
            Partner.JUGUANG,
            found.advertisers[0],
            found.grant,
            agreed=agreed,
            by=user,
        )


def consent_pugongying(store: Store, user: User, account_id: int) -> None:
    """Connect the account by the consent page and the callback's own service."""
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        if store.connections.filter(partner=Partner.PUGONGYING).exists():
            return
    page = pugongying_app().consent_url(
        state=STATE, redirect_uri=consent.redirect_uri(Purpose.PUGONGYING)
    )
    found = connections.accept_pugongying(agree(page, "auth_code", account=account_id))
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        services.connect_account(
            store,
            Partner.PUGONGYING,
            found.account,
            found.grant,
            agreed=consent_texts.agree_now(Partner.PUGONGYING),
            by=user,
        )


def agree(page: str, name: str, **choice: int) -> str:
    """Open the consent page, press its button, and read the code from where it sends us."""
    with httpx.Client(timeout=10) as browser:
        browser.get(page).raise_for_status()
        form = {field: str(value) for field, value in choice.items()} | {"decision": "allow"}
        answer = browser.post(page, data=form)
    query: dict[str, list[str]] = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if query.get("state") != [STATE] or name not in query:
        raise NotConsented(f"HTTP {answer.status_code} from the consent page.")
    return query[name][0]


def _user(login: str, name: str, **rights: bool) -> User:
    email = f"{login}@{DOMAIN}"
    if known := User.objects.filter(email=email).first():
        return known
    user = User.objects.create_user(email, PASSWORD, name=name, **rights)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _reviewer() -> User:
    user = _user("reviewer", "林审核", is_staff=True)
    user.groups.add(_group(REVIEWERS, REVIEWER_RIGHTS))
    return user


def _lead() -> User:
    user = _user("lead", "苏组长", is_staff=True)
    user.groups.add(_group(LEADS, LEAD_RIGHTS))
    return user


def _admin() -> User:
    return _user("admin", "平台管理员", is_staff=True, is_superuser=True)


def _group(name: str, rights: Sequence[str]) -> Group:
    group, _made = Group.objects.get_or_create(name=name)
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=OF_APPS, codename__in=rights)
    )
    return group


def member(login: str) -> User:
    return User.objects.get(email=f"{login}@{DOMAIN}")


def _brand(slug: str, user: User) -> Brand:
    with scope(Hat.WEB, user=user.pk):
        return Brand.objects.get(slug=slug)


def _state(store: Store, user: User, category: Category, overall: str, *subs: str) -> None:
    if store.facts_stated_at:
        return
    description, service, logistics = (Decimal(sub) for sub in subs) if subs else (None,) * 3
    facts = StatedFacts(category, Decimal(overall), description, service, logistics)
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        services.state_facts(store, facts, by=user)


def _submit(store: Store, user: User) -> None:
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        if stand_today(store).is_open:
            applications.submit_application(store, by=user)


def _approve(store: Store) -> None:
    with scope(Hat.ADMIN):
        for application in store.applications.waiting():
            applications.claim_application(application, by=member("reviewer"))
            applications.approve_application(application, by=member("reviewer"))
        for review in SecondReview.objects.open().filter(store=store):  # where it was drawn
            second_reviews.judge(review, Judgement.APPROVED, by=member("lead"))
