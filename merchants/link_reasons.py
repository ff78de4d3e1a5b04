"""What is kept of a link's moves as codes, and read as sentences in the reader's language."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

OTHER = "link_other"
JUGUANG = "link_juguang"
BY_POLICY = "link_by_policy"
EDITED = "link_edited"
TO_EDIT = "link_to_edit"
DIRECT_LINK = "link_direct"
BY_PLATFORM = "link_by_platform"
# why a reviewer rejects a link
REASONS: dict[str, "StrPromise"] = {
    "link_health": _("A note that shares health knowledge may not carry this item."),
    "link_barred_goods": _("No link may lead to goods of this kind."),
    "link_item_differs": _("The item is not what the note is about."),
    "link_not_marked": _("The note is not clearly marked 广告."),
    "link_claim": _("The note or the item claims what it may not."),
    OTHER: _("Another reason, named in the remark."),
}
# what is said of other moves; words may follow each
REMARKS: dict[str, "StrPromise"] = {
    JUGUANG: _("Juguang rejected it."),
    BY_POLICY: _("Without a reviewer, by policy version"),
    EDITED: _("Edited, so it is reviewed anew."),
    TO_EDIT: _("Taken back to edit it."),
    DIRECT_LINK: _("Direct link"),
    BY_PLATFORM: _("by the platform"),
}
KNOWN = REASONS | REMARKS


def sentences(codes: Iterable[str]) -> list[str]:
    """Return the reasons as sentences; one that is no longer registered keeps its code."""
    return [str(KNOWN.get(code, code)) for code in codes]


def in_words(said: str) -> str:
    """Return codes as sentences, and the words that follow them as they are."""
    codes, _newline, words = said.partition("\n")
    if not all(code in KNOWN for code in codes.split()):
        return said
    return " ".join([*sentences(codes.split()), words]).strip()


def kept(codes: Iterable[str], words: str = "") -> str:
    """Return what is stored; `in_words` reads it in the reader's language."""
    return f"{' '.join(codes)}\n{words}".rstrip()
