"""What each kind of notice says, in its title and below it; the sentences are translated late.

A new kind is a value of NoticeKind, an entry here, and a call of `notify`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from merchants import link_reasons, reasons
from merchants.models import Notice, NoticeKind, ParticipationStatus, Partner, Role, WebhookReason
from merchants.models.participation import FOLLOWING

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
        sentence=_("%(application)s, the reason: %(reason)s"),
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
    NoticeKind.MEMBER_JOINED: Wording(
        icon="user",
        title=_("%(who)s has joined"),
        sentence=_("The invitation is accepted; the role is %(role)s."),
    ),
    NoticeKind.AGENCY_OFFERED: Wording(
        icon="send",
        title=_("%(brand)s offers you access as its agency"),
        sentence=_("Accept or decline it under Settings, Agencies, within 7 days."),
    ),
    NoticeKind.AGENCY_REVOKED: Wording(
        icon="circle-x",
        title=_("%(brand)s has ended your access"),
        sentence=_("Nobody of your brand can open its pages any more."),
    ),
    NoticeKind.AGENCY_ACCEPTED: Wording(
        icon="circle-check",
        title=_("%(agency)s works for you now"),
        sentence=_("Its people can open the stores that you chose, from their next page on."),
    ),
    NoticeKind.AGENCY_RETURNED: Wording(
        icon="info-circle",
        title=_("%(agency)s has given its access back"),
        sentence=_("Nobody of it can open your brand's pages any more."),
    ),
    NoticeKind.TRANSFER_ASKED: Wording(
        icon="alert-triangle",
        title=_("%(brand)s asks for %(store)s"),
        sentence=_("Agree or object on the store's page by %(day)s; the platform then decides."),
    ),
    NoticeKind.STORE_KEPT: Wording(
        icon="info-circle",
        title=_("The request of %(brand)s for %(store)s is over"),
        sentence=_("The store stays with your brand, and nothing changes."),
    ),
    NoticeKind.STORE_MOVED: Wording(
        icon="circle-x",
        title=_("%(store)s is released to another brand"),
        sentence=_(
            "Its consents are ended and its links lead to the store's own page; the figures so far"
            " stay. The reason: %(reason)s"
        ),
    ),
    NoticeKind.TRANSFER_APPROVED: Wording(
        icon="circle-check",
        title=_("The transfer of %(store)s is approved"),
        sentence=_("Register the store by %(day)s; until then no other brand can."),
    ),
    NoticeKind.TRANSFER_REJECTED: Wording(
        icon="circle-x",
        title=_("The transfer of %(store)s is rejected"),
        sentence=_("The reason: %(reason)s"),
    ),
    NoticeKind.TRANSFER_EXPIRED: Wording(
        icon="clock",
        title=_("The request for %(store)s has lapsed"),
        sentence=_("Its time was up, or the store has gone elsewhere. You may ask again."),
    ),
    NoticeKind.AT_RISK: Wording(
        icon="alert-triangle",
        title=_("%(store)s no longer meets the policy"),
        sentence=_("What to fix: %(lacking)s %(restricted_on)s"),
    ),
    NoticeKind.RESTRICTED: Wording(
        icon="alert-triangle",
        title=_("%(store)s is restricted"),
        sentence=_(
            "Existing links stay and can be edited; no new ones can be attached."
            " What to fix: %(lacking)s %(suspended_on)s"
        ),
    ),
    NoticeKind.SUSPENDED: Wording(
        icon="circle-x",
        title=_("%(store)s is suspended and its links are paused"),
        sentence=_(
            "Readers get to the store's own page meanwhile."
            " The links work again as soon as this is fixed: %(lacking)s"
        ),
    ),
    NoticeKind.CURED: Wording(
        icon="circle-check",
        title=_("%(store)s is in good standing again"),
        sentence=_("Every rule is met; links work and new ones can be attached."),
    ),
    NoticeKind.HELD: Wording(
        icon="circle-x",
        title=_("The platform has suspended %(store)s"),
        sentence=_("Its links are paused until the platform lifts it. The reason: %(reason)s"),
    ),
    NoticeKind.RELEASED: Wording(
        icon="info-circle",
        title=_("The platform has lifted the suspension of %(store)s"),
        sentence=_("The reason: %(reason)s"),
    ),
    NoticeKind.LINK_BROKEN: Wording(
        icon="circle-x",
        title=_("Broken links of %(store)s: %(number)s"),
        sentence=_(
            "Readers of these notes can't buy the item any more: %(notes)s. Choose another item on"
            " the link's page; a link whose item comes back works again by itself."
        ),
    ),
    NoticeKind.LINK_PAUSED: Wording(
        icon="alert-triangle",
        title=_("Links of %(store)s paused by the policy: %(number)s"),
        sentence=_(
            "The policy in force no longer allows links below these notes: %(notes)s. They work"
            " again by themselves if it does."
        ),
    ),
    NoticeKind.LINK_RESTORED: Wording(
        icon="circle-check",
        title=_("Links of %(store)s that work again: %(number)s"),
        sentence=_("What was wrong is cured, and nothing has to be done: %(notes)s."),
    ),
    NoticeKind.LINK_REJECTED: Wording(
        icon="circle-x",
        title=_("A link of %(store)s is rejected"),
        sentence=_(
            "Below the note “%(note)s”, the reason: %(link_reason)s"
            " Edit the link and hand it in again on its page."
        ),
    ),
    NoticeKind.LINK_LIVE: Wording(
        icon="circle-check",
        title=_("Links of %(store)s are live"),
        sentence=_("Juguang approved %(count)s of them; readers can tap them now."),
    ),
    NoticeKind.NIGHT_LATE: Wording(
        icon="clock",
        title=_("The data of %(day)s is not complete at %(deadline)s"),
        sentence=_(
            "%(reports)s. What is shown is older there; nothing is lost, and the rest follows by"
            " itself."
        ),
    ),
    NoticeKind.WEBHOOK_OFF: Wording(
        icon="circle-x",
        title=_("The webhook to %(host)s is switched off"),
        sentence=_(
            "%(webhook_reason)s Mend the receiver, then resume the webhook; what failed can be"
            " sent again from its page."
        ),
    ),
    NoticeKind.ROBOT_OFF: Wording(
        icon="circle-x",
        title=_("The group robot %(host)s is switched off"),
        sentence=_(
            "%(webhook_reason)s Look up in its log what it answers, mend it in the group's"
            " settings, and resume it on its page."
        ),
    ),
    NoticeKind.ALERT_RAISED: Wording(
        icon="alert-triangle",
        title=_("%(suggestion)s: %(alert)s"),
        sentence=_(
            "%(asked)s. From %(first)s to %(last)s it is %(value)s, with a sample of %(sample)s and"
            " a maturity of %(maturity)s. It is told once, until it has cleared."
        ),
    ),
    NoticeKind.ALERT_CLEARED: Wording(
        icon="circle-check",
        title=_("Cleared: %(alert)s"),
        sentence=_("“%(asked)s” no longer holds: from %(first)s to %(last)s it is %(value)s."),
    ),
    NoticeKind.EXPORT_READY: Wording(
        icon="download",
        title=_("Ready: %(file)s"),
        sentence=_("It holds %(rows)s rows. Download it under Data, Exports, by %(day)s."),
    ),
    NoticeKind.EXPORT_FAILED: Wording(
        icon="circle-x",
        title=_("Not made: %(file)s"),
        sentence=_("%(trouble)s Ask for it again on its page, or ask for fewer days."),
    ),
}


def _in_readers_language(said: str) -> str:
    texts: dict[str, str] = json.loads(said)
    return texts.get(get_language() or "", texts[settings.LANGUAGE_CODE])


def _restricted_on(day: str) -> str:
    if not day:
        return gettext("No date is set: by itself what is not known makes nothing worse.")
    return FOLLOWING[ParticipationStatus.AT_RISK] % {"day": day}


def _suspended_on(day: str) -> str:
    return FOLLOWING[ParticipationStatus.RESTRICTED] % {"day": day}


# how a parameter is shown; others are shown as they are
SHOWN: dict[str, Callable[[str], object]] = {
    "partner": lambda partner: Partner(partner).label,
    "reason": reasons.in_words,
    "link_reason": link_reasons.in_words,
    "lacking": _in_readers_language,
    "reports": _in_readers_language,
    "suggestion": _in_readers_language,
    "asked": _in_readers_language,
    "sample": _in_readers_language,
    "trouble": _in_readers_language,
    "restricted_on": _restricted_on,
    "suspended_on": _suspended_on,
    "role": lambda role: Role(role).label,
    "webhook_reason": lambda reason: WebhookReason(reason).label,
}


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
