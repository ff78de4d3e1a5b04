"""The id of a note in whatever a person pastes: the id itself, its page, or a share text."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

LONGEST = 2048
NOTE_ID = re.compile(r"[0-9a-f]{24}")
ADDRESS = re.compile(r"https?://[!-~]+", re.ASCII)
HOSTS = {"www.xiaohongshu.com", "xiaohongshu.com", "m.xiaohongshu.com", "edith.xiaohongshu.com"}
SHORT_HOSTS = {"xhslink.com", "www.xhslink.com"}
# Pages of a note: /explore/<id>, /discovery/item/<id>, /user/profile/<user>/<id>
PAGE = re.compile(r"/(?:explore|discovery/item|user/profile/[0-9a-f]{24})/(?P<note>[0-9a-f]{24})/?")


class BadNoteId(ValueError):
    """The text names no note; the message is for who pasted it."""


def parse_note_id(text: str) -> str:
    """Return the 24 characters of the note's id, or raise BadNoteId; nothing is looked up."""
    plain = text.strip()
    if NOTE_ID.fullmatch(plain.lower()):
        return plain.lower()
    found = ADDRESS.findall(plain) if len(plain) <= LONGEST else []
    if len(found) != 1:
        raise BadNoteId(_("Enter a note's id of 24 characters, or the address of one note."))
    try:
        address = urlsplit(found[0])
    except ValueError as problem:
        raise BadNoteId(_("This is not the address of a note at Xiaohongshu.")) from problem
    if address.netloc in SHORT_HOSTS:
        raise BadNoteId(
            _("A short link doesn't name its note. Open it and paste the address that it leads to.")
        )
    page = PAGE.fullmatch(address.path)
    if address.netloc not in HOSTS or not page:
        raise BadNoteId(_("This is not the address of a note at Xiaohongshu."))
    return page["note"]
