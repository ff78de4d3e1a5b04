"""Send the mails that are owed, each at most once.

A row is claimed in a transaction of its own, sent outside any, and then settled. Who dies in
between leaves a claim; the tick calls it unsure, and only a person has it sent again.
"""

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from merchants import hints
from merchants.models import MailStatus, NoticeMail, OwedMail, OwedMailQuerySet
from merchants.notice_kinds import in_words
from merchants.readers import readers_of, readers_of_brand
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

CLAIM_LASTS = timedelta(minutes=10)  # longer than the worker lets any task run
PAUSE = timedelta(minutes=2)  # doubled with each attempt
MOST_ATTEMPTS = 8
BATCH = 500
ERROR = 200
RESENDABLE = (MailStatus.UNSURE, MailStatus.FAILED)

AnyMail = TypeVar("AnyMail", bound=OwedMail)


class NotTaken(Exception):
    """The mail server surely did not take the mail; `for_good` says that it never will."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good


def due(mails: type[OwedMail] = NoticeMail) -> list[int]:
    with scope(Hat.NIGHT):
        owed = _rows(mails).due().oldest_first()
        return list(owed.values_list("pk", flat=True)[:BATCH])


def doubt_lost_claims(mails: type[OwedMail] = NoticeMail) -> int:
    """Call unsure what was claimed so long ago that its sender must be gone."""
    with scope(Hat.NIGHT):
        lost = _rows(mails).claimed_before(CLAIM_LASTS)
        doubted = lost.update(status=MailStatus.UNSURE, error=_("The sender was lost."))
    if doubted:
        logger.warning("mails unsure kind=%s count=%s", mails.__name__, doubted)
    return doubted


def send(mail_id: int) -> None:
    """Send the notice's mail if it is owed and due; safe to run twice, and by two at a time."""
    send_as_written(NoticeMail, mail_id, _message)


def send_as_written(
    mails: type[AnyMail], mail_id: int, write: Callable[[AnyMail], EmailMessage]
) -> None:
    """Send what `write` says of the mail, if it is owed and due; `write` may raise NotTaken."""
    mail = _claim(mails, mail_id)
    if mail is None:
        return
    try:
        _hand_over(write(mail))
    except NotTaken as refusal:
        _put_off(mail, refusal)
    except Exception as doubt:  # it broke off when the server may have had the whole mail
        logger.warning("mail unsure mail=%s: %s", mail.pk, type(doubt).__name__)
        _settle(mail, MailStatus.UNSURE, error=f"{type(doubt).__name__}: {doubt}"[:ERROR])
    else:
        logger.info("mail sent mail=%s", mail.pk)
        _settle(mail, MailStatus.SENT, sent_at=Now(), error="")


def send_again(mail: NoticeMail) -> bool:
    """Owe an unsure or failed mail once more; False when someone else was faster."""
    rows = NoticeMail.objects.filter(pk=mail.pk, status__in=RESENDABLE)
    owed = rows.update(status=MailStatus.OWED, not_before=Now())
    if owed:
        hints.send_soon(mail.pk)
    return bool(owed)


@contextmanager
def _short_transaction() -> Iterator[None]:
    """Open a scope for one step; `durable` refuses to be inside another transaction."""
    with scope(Hat.NIGHT, durable=True):
        yield


def _rows(mails: type[AnyMail]) -> OwedMailQuerySet[AnyMail]:
    return OwedMailQuerySet(mails)


def _claim(mails: type[AnyMail], mail_id: int) -> AnyMail | None:
    """Take the mail, by the database's clock; of two that try one gets it."""
    with _short_transaction():
        rows = _rows(mails).due().filter(pk=mail_id)
        claim = {"status": MailStatus.CLAIMED, "claimed_at": Now()}
        if not rows.update(attempts=F("attempts") + 1, **claim):
            return None
        return _rows(mails).with_reader().get(pk=mail_id)


def _message(mail: NoticeMail) -> EmailMessage:
    """Write the mail in its reader's language; who may not be told any more gets none."""
    user = mail.notice.user
    with _short_transaction():
        if mail.store:
            readers = readers_of(mail.store)
        else:
            readers = readers_of_brand(mail.brand_id, mail.notice.kind)
        if user.pk not in readers:
            raise NotTaken(_("Not a member of the store any more."), for_good=True)
    with override(user.language):
        words = in_words(mail.notice)
        context = {"words": words, "portal_url": settings.PORTAL_URL}
        return EmailMessage(
            subject=f"{_('RedCat')} · {words.title}",
            body=render_to_string("merchants/mails/notice.txt", context),
            to=[user.email],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        )


def _hand_over(message: EmailMessage) -> None:
    """Give the message to the mail server; raises NotTaken only where it surely has none."""
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as problem:
        raise NotTaken(f"{type(problem).__name__}: {problem}") from problem
    try:
        server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _refusal(*next(iter(refusal.recipients.values()))) from refusal
    except smtplib.SMTPResponseException as refusal:
        if not 400 <= refusal.smtp_code < 600:
            raise
        raise _refusal(refusal.smtp_code, refusal.smtp_error) from refusal
    finally:
        _hang_up(server)


def _refusal(code: int, words: bytes | str) -> NotTaken:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return NotTaken(f"{code} {said}", for_good=code >= 500)


def _hang_up(server: Any) -> None:  # Any: mail backends share no typed base that can close
    try:
        server.close()
    except (OSError, smtplib.SMTPException) as problem:
        logger.info("mail server left without goodbye: %s", type(problem).__name__)


def _put_off(mail: OwedMail, refusal: NotTaken) -> None:
    error = str(refusal)[:ERROR]
    logger.warning("mail not taken mail=%s for_good=%s", mail.pk, refusal.for_good)
    if refusal.for_good or mail.attempts >= MOST_ATTEMPTS:
        _settle(mail, MailStatus.FAILED, error=error)
    else:
        pause = PAUSE * 2 ** (mail.attempts - 1)
        _settle(mail, MailStatus.OWED, error=error, not_before=Now() + pause)


def _settle(mail: OwedMail, status: MailStatus, **values: Any) -> None:  # Any: column values
    """Write what became of this claim, also where the tick has doubted it meanwhile."""
    with _short_transaction():
        mine = _rows(type(mail)).filter(pk=mail.pk, attempts=mail.attempts)
        open_still = mine.filter(status__in=[MailStatus.CLAIMED, MailStatus.UNSURE])
        if not open_still.update(status=status, **values):
            logger.warning("mail settled by another mail=%s", mail.pk)
