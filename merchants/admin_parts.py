"""What several pages of the admin share."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Staff may look; what changes these rows is a service or the brand itself."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
