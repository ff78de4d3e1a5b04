"""What every page may show: the moment that figures are known up to, and where mails go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.lib import days

PRINTED = "django.core.mail.backends.console.EmailBackend"


def frame(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    return {"known_now": days.known_now(), "mails_are_printed": settings.EMAIL_BACKEND == PRINTED}
