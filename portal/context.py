"""What the frame around every page shows: the moment that the figures are known up to."""

from typing import Any

from django.http import HttpRequest

from portal.lib import days


def frame(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    return {"known_now": days.known_now()}
