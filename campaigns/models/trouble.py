"""What may be wrong with a link, in the order of what is told first."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PREFIX = "check:"  # of the remark on a move that a check made


class LinkTrouble(models.TextChoices):
    """What a check finds, the worst first; `FINE` is an answer, never the lack of one."""

    DELETED = "deleted", _("The item is deleted at Tmall")
    OFF_SHELF = "off_shelf", _("The item is off the shelf")
    PRICE_ZERO = "price_zero", _("The item's price is 0")
    POLICY = "policy", _("The policy no longer allows this link")
    STORE = "store", _("The store does not take part at present")
    NOTE = "note", _("Readers can't see the note")
    UNKNOWN = "unknown", _("Not known yet")
    FINE = "fine", pgettext_lazy("of a link", "In order")


def remark_of(trouble: LinkTrouble) -> str:
    """Return what a move keeps as its remark: a code, told in the reader's language."""
    return f"{PREFIX}{trouble.value}"


def trouble_in_words(remark: str) -> str:
    code = remark.removeprefix(PREFIX)
    if code == remark or code not in LinkTrouble.values:
        return remark
    return str(LinkTrouble(code).label)
