from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # the system check and the lookup register themselves, and tasks find their app
        from portal import celery  # noqa: F401, PLC0415
        from portal.lib import among, rls  # noqa: F401, PLC0415
