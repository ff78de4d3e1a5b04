"""What the login's library tells only by its signals, put on record."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from merchants.access_events import record_of_account
from merchants.models import AccessKind, User


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    record_of_account(request, AccessKind.PASSWORD_CHANGED, user)


@receiver(account.email_changed)
def email_changed(request: HttpRequest, user: User, **_: Any) -> None:
    record_of_account(request, AccessKind.EMAIL_CHANGED, user)


@receiver(factors.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they come with the first factor
        record_of_account(request, AccessKind.FACTOR_ADDED, user)


@receiver(factors.authenticator_removed)
def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_of_account(request, AccessKind.FACTOR_REMOVED, user)


@receiver(factors.authenticator_reset)
def codes_renewed(request: HttpRequest, user: User, **_: Any) -> None:
    record_of_account(request, AccessKind.CODES_RENEWED, user)


@receiver(factors.authentication_failed)
def factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    record_of_account(request, AccessKind.FACTOR_FAILED, user)
