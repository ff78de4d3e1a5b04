"""The mails that we write ourselves; allauth writes those about accounts."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from merchants.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str, request: HttpRequest) -> bool:
    """Send the link, in the language of whoever invites; say whether the mail went out."""
    url = settings.PORTAL_URL + reverse("merchants:invitation", args=[token])
    context = {
        "invitation": invitation,
        "inviter": request.user,
        "url": url,
        "portal_url": settings.PORTAL_URL,
    }
    text = render_to_string("merchants/mail/invitation.txt", context)
    brand = {"brand": invitation.brand.name}
    subject = f"{_('RedCat')} · {_('Invitation to %(brand)s') % brand}"
    try:
        send_mail(subject, text.strip() + "\n", None, [invitation.email])
    except OSError:
        logger.exception("mail not sent invitation=%s", invitation.pk)
        return False
    return True
