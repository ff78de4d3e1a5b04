"""What 聚光's `note_status` means and what to do about it.

Each meaning has one source alone, so an unknown code is shown as it is and never guessed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class NoteState:
    """`colour` is that of the status chip."""

    colour: str
    word: "StrOrPromise"
    advice: "StrOrPromise" = ""


PENALTY = _(
    "Xiaohongshu found irregular readers or likes. Ask the creator to appeal, and put no more"
    " money on the note before that."
)
STATES = {
    1: NoteState("ok", _("Can be seen")),
    3: NoteState(
        "bad", _("Deleted by its author"), _("It can't come back. End its link and stop its ads.")
    ),
    4: NoteState("bad", _("Anti-cheat penalty, level 1"), PENALTY),
    5: NoteState("bad", _("Anti-cheat penalty, level 2"), PENALTY),
    6: NoteState("bad", _("Anti-cheat penalty, level 3"), PENALTY),
    9: NoteState(
        "info",
        _("Taobao note"),
        _("Xiaohongshu counts it as a note about goods on Taobao. Nothing needs to be done."),
    ),
    10: NoteState(
        "warn",
        _("Only its author can see it"),
        _("Ask the creator to make it public; until then nobody reaches the link."),
    ),
    15: NoteState("bad", _("Anti-cheat penalty, level 4"), PENALTY),
    20: NoteState(
        "warn",
        _("Must be bound to an SPU"),
        _("Bind the product to the note in Juguang before you promote it."),
    ),
}


def state_of(code: int | None) -> NoteState:
    if code is None:
        return NoteState("", _t("Not known"), _t("No partner told the state of this note."))
    found = STATES.get(code)
    if found:
        return found
    return NoteState(
        "",
        _t("Code %(code)s, meaning not known") % {"code": code},
        _t("Look the note up in Juguang; it shows there what the code stands for."),
    )
