"""The files of a link sheet: the template to fill in, and the sheet with its verdicts."""

from collections.abc import Iterator, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.links.columns import template_rows
from campaigns.links.sheet_rows import EXAMPLE, LAYOUT, POSITION_WORDS
from campaigns.models import LinkPosition, LinkSheet, LinkText
from portal.lib.sheets import Cell


def template() -> list[list[Cell]]:
    text = str(LinkText.BUY_THE_SAME.label)
    return template_rows(LAYOUT, EXAMPLE | {"text": text, "ad": _("yes")}, chinese=_in_chinese())


def result(sheet: LinkSheet) -> Iterator[Sequence[Cell]]:
    """Yield the sheet with a verdict on each row, its reasons, and the link that was attached."""
    head: list[Cell] = [_("Row"), *template()[0]]
    yield [*head, _("Verdict"), _("Reasons"), _("Short link")]
    for row in sheet.rows.in_order().select_related("link"):
        yield [
            row.number,
            row.note_typed,
            row.target_typed,
            row.text_typed,
            _("yes") if row.is_marked_as_ad else _("no"),
            POSITION_WORDS[LinkPosition(row.position)][_in_chinese()],
            row.buying_mode.upper(),
            _("yes") if row.shares_health else _("no"),
            row.get_verdict_display(),
            "\n".join(row.reasons),
            row.link.short_url if row.link else "",
        ]


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")
