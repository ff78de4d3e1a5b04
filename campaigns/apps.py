from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from campaigns.landing import links_waiting  # noqa: PLC0415 - models are ready only now
        from campaigns.landing_sync import windows_lost  # noqa: PLC0415 - as above
        from merchants.landing import PARTS  # noqa: PLC0415 - as above

        PARTS["campaigns.review_link"] = links_waiting
        PARTS["campaigns.view_syncwindow"] = windows_lost
