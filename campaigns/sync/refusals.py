"""Why a row was refused, in the reader's language: kept in English, with the field's own name."""

import re

from django.utils.translation import gettext_lazy as _

FIELD = r"(?P<field>\S{1,60})"
# the first pattern that is the whole reason holds; a reason that none is stays as it was kept
REASONS = [
    (re.compile(rf"The field {FIELD} is missing\."), _("The field %(field)s is missing.")),
    (
        re.compile(r"The note id is not 24 hexadecimal digits\."),
        _("The note id is not 24 hexadecimal digits."),
    ),
    (
        re.compile(r"The row is of another day than (?P<day>[\d-]{10})\."),
        _("The row is of another day than %(day)s."),
    ),
    (
        re.compile(r"The page has this note twice, with other figures\."),
        _("The page has this note twice, with other figures."),
    ),
    (
        re.compile(r"The page has this note and placement twice, with other figures\."),
        _("The page has this note and placement twice, with other figures."),
    ),
    (re.compile(rf"The field {FIELD} is no code\."), _("The field %(field)s is no code.")),
    (re.compile(rf"{FIELD} is blank\."), _("%(field)s is blank.")),
    (
        re.compile(rf"{FIELD} is negative, not finite or out of range\."),
        _("%(field)s is negative, not finite or out of range."),
    ),
    (
        re.compile(rf"{FIELD} is not a whole number below 2\^63\."),
        _("%(field)s is not a whole number below 2^63."),
    ),
    (
        re.compile(rf"{FIELD} is not an unsigned number in ASCII digits\."),
        _("%(field)s is not an unsigned number in ASCII digits."),
    ),
    (
        re.compile(rf"{FIELD} has more than two decimals\."),
        _("%(field)s has more than two decimals."),
    ),
    (re.compile(rf"{FIELD} is over 2\^53 fen\."), _("%(field)s is over 2^53 fen.")),
]


def reason_shown(kept: str) -> str:
    for pattern, words in REASONS:
        if match := pattern.fullmatch(kept):
            return str(words) % match.groupdict()
    return kept
