"""Who takes part: people, brands, and who may do what for which."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Case, Exists, OuterRef, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import days

if TYPE_CHECKING:
    from merchants.models.stores import Store


# allauth's names of them; recovery codes are no factor of their own
SECOND_FACTORS = ("totp", "webauthn")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("Of the mails we send; the pages' own switch sets it too."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("platform staff"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Named as the admin asks for it."""
        return self.name


class BrandQuerySet(models.QuerySet["Brand"]):
    def joined_by(self, user: User) -> Self:
        return self.filter(memberships__user=user, memberships__suspended_at=None)

    def by_name(self) -> Self:
        return self.order_by("name", "pk")


class Brand(models.Model):
    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    FINANCE = "finance", _("Finance")
    MARKETER = "marketer", _("Marketer")
    OWNER = "owner", _("Owner")


# What each role may: all that is asked of these. Orders and receipts are asked of FINANCE, and
# a marketer has no part in them, so the roles have no order.
MAY: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.FINANCE: frozenset({Role.VIEWER, Role.FINANCE}),
    Role.MARKETER: frozenset({Role.VIEWER, Role.MARKETER}),
    Role.OWNER: frozenset(Role),
}


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(suspended_at=None)

    def with_second_factor(self) -> Self:
        """Keep the members who may come in, and have a second factor of their own."""
        people = User.objects.filter(is_active=True, authenticator__type__in=SECOND_FACTORS)
        return self.active().filter(user__in=people)

    def whole(self) -> Self:
        """Keep those of every store, which are narrowed to none."""
        return self.filter(~Exists(MembershipStore.objects.filter(membership=OuterRef("pk"))))

    def owning(self, brand_id: int) -> Self:
        """Keep the brand's owners of all its stores, as far as they can sign in."""
        return self.of_all_stores(brand_id).filter(role=Role.OWNER)

    def of_all_stores(self, brand_id: int) -> Self:
        """Keep the brand's members who see every store, as far as they can sign in."""
        return self.active().whole().filter(user__is_active=True, brand=brand_id)

    def owners_first(self) -> Self:
        return self.order_by(Case(When(role=Role.OWNER, then=0), default=1), "joined_at", "pk")

    def reaching(self, store: "Store") -> Self:
        """Keep those who may see the store: of its brand, and not narrowed to others."""
        chosen = MembershipStore.objects.filter(membership=OuterRef("pk"))
        reach = ~Exists(chosen) | Exists(chosen.filter(store=store))
        return self.filter(reach, brand=store.brand_id)


class Membership(models.Model):
    """A person's role in a brand; `stores` narrows it, and none means every store."""

    narrowed_to: tuple[int, ...]
    agency: Brand | None = None  # by whose grant the person is here; such a one is never saved

    brand = models.ForeignKey(
        Brand, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("brand")
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    joined_at = models.DateTimeField(_("joined"), default=days.known_now)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    stores = models.ManyToManyField(
        "merchants.Store",
        through="merchants.MembershipStore",
        related_name="+",
        blank=True,
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["brand", "user"], name="membership_once_per_brand")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.brand}"

    def allows(self, role: Role) -> bool:
        """Say whether this member may do what is asked of `role`."""
        return role in MAY[Role(self.role)]

    def covers(self, stores: Collection[int]) -> bool:
        """Say whether `stores`, none being every store, lie within this membership's own."""
        own = self.narrowed_to
        return not own or (bool(stores) and set(stores) <= set(own))

    def load_stores(self) -> None:
        """Read which stores this membership is narrowed to; before it, `narrowed_to` raises."""
        chosen = MembershipStore.objects.filter(membership=self).order_by("store_id")
        self.narrowed_to = tuple(chosen.values_list("store_id", flat=True))


class MembershipStore(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(
        "merchants.Store", on_delete=models.CASCADE, related_name="+", verbose_name=_("store")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "membership", "store"], name="membership_store_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} · {self.store_id}"
