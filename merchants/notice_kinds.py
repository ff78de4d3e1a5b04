"""What each kind of notice says, in its title and below it; the sentences are translated late.

A new kind is a value of NoticeKind, an entry here, and a call of `notify`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from merchants.models import Notice, NoticeKind, Partner

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Wording:
    icon: str
    title: "StrPromise"
    sentence: "StrPromise"


WORDINGS: dict[NoticeKind, Wording] = {
    NoticeKind.STORE_REGISTERED: Wording(
        icon="info-circle",
        title=_("%(store)s is registered"),
        sentence=_("Its Tmall consent is in place. State its category and scores to apply."),
    ),
    NoticeKind.HANDED_IN: Wording(
        icon="send",
        title=_("The application of %(store)s is handed in"),
        sentence=_("%(application)s waits for the platform's review; facts are locked until then."),
    ),
    NoticeKind.APPROVED: Wording(
        icon="circle-check",
        title=_("%(store)s has joined"),
        sentence=_("%(application)s is approved. Links can be attached to the store's notes."),
    ),
    NoticeKind.REJECTED: Wording(
        icon="circle-x",
        title=_("The application of %(store)s is rejected"),
        sentence=_("%(application)s, the reviewer's reason: %(reason)s"),
    ),
    NoticeKind.NEEDS_CONSENT: Wording(
        icon="alert-triangle",
        title=_("%(partner)s needs the consent of %(store)s again"),
        sentence=_(
            "No new data is pulled until an owner renews the consent; the figures so far stay."
        ),
    ),
    NoticeKind.CONSENT_EXPIRING: Wording(
        icon="clock",
        title=_("The consent of %(store)s at %(partner)s ends on %(day)s"),
        sentence=_("Consent again on the store's page before that day, so that nothing stops."),
    ),
    NoticeKind.CONSENT_WITHDRAWN: Wording(
        icon="circle-x",
        title=_("The consent of %(store)s at %(partner)s is withdrawn"),
        sentence=_(
            "Nothing new is read from there; the figures so far stay. An owner may consent again."
        ),
    ),
}
SHOWN: dict[str, Callable[[str], object]] = {"partner": lambda partner: Partner(partner).label}


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in the language that is active."""

    notice: Notice
    icon: str
    title: str
    sentence: str


def in_words(notice: Notice) -> Words:
    wording = WORDINGS[NoticeKind(notice.kind)]
    shown = {name: SHOWN.get(name, str)(value) for name, value in notice.parameters.items()}
    title = " ".join((str(wording.title) % shown).split())  # a mail's subject is one line
    return Words(notice, wording.icon, title, str(wording.sentence) % shown)
