"""QR codes as drawings that may stand inside a page under our security policy."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

MARGIN = 2  # blank modules around; the standard's four come with the page's own white


def qr_svg(text: str, *, label: str, is_big: bool = False) -> SafeString:
    """Draw the text as one path in one colour; `label` says what it is to who can't see it."""
    rows = segno.make(text, micro=False).matrix_iter(border=MARGIN)
    modules = [list(row) for row in rows]
    dark = [(x, y) for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark]
    return format_html(
        '<svg class="qr{0}" viewBox="0 0 {1} {1}" role="img" aria-label="{2}">'
        '<path d="{3}"/></svg>',
        " big" if is_big else "",
        len(modules),
        label,
        "".join(f"M{x} {y}h1v1h-1z" for x, y in dark),
    )
