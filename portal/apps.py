from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # the system check registers itself, and tasks find their app
        from portal import celery  # noqa: F401, PLC0415
        from portal.lib import rls  # noqa: F401, PLC0415
