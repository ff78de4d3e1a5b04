"""The component below a note: where it stands, who buys the ads, what Juguang says of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkPosition(models.TextChoices):
    """Where below the note the component stands."""

    CAPSULE = "capsule", _("Capsule below the note")
    PINNED_COMMENT = "pinned", _("Pinned comment")
    BOTH = "both", _("Capsule and pinned comment")


class BuyingMode(models.TextChoices):
    """Who buys the ads: the merchant, or Alibaba on its behalf."""

    CID = "cid", _("CID: the brand buys the ads")
    UD = "ud", _("UD: Alibaba buys them for the brand")


class ReviewState(models.IntegerChoices):
    """Juguang's word on a direct link; the codes are theirs."""

    REVIEWING = 1, _("Under review at Juguang")
    APPROVED = 2, _("Approved by Juguang")
    REJECTED = 3, _("Rejected by Juguang")


class WaitsFor(models.TextChoices):
    """Why what is owed to Juguang is not done yet."""

    JUGUANG = "juguang", _("Juguang does not answer right now. It is tried again by itself.")
    CONSENT = (
        "consent",
        _(
            "An owner has to consent to Juguang again on the store's page. The link then goes"
            " on by itself."
        ),
    )
    REMOVAL = "removal", _("Juguang refuses to take the component away. It is tried again.")
