"""How a row of results is written: a page has dozens, and renders no template for each."""

from collections.abc import Sequence

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns.models import Note
from campaigns.results.figures import Returned
from campaigns.results.metrics import Metric
from campaigns.results.star import StarRow
from campaigns.results.table import NoteRow, Row
from portal.templatetags.redcat import figure_cells, maturity, na, status

register = template.Library()

NOTE = """
<th scope="row" class="full cell">
  <span class="note{bare}">{cover}<b title="{title}">{name}</b><small>{under}</small></span>
</th>
<td class="only-w nw">{kind}</td>
"""
COVER = '<img src="{}" alt="" loading="lazy" width="36" height="46">'
LINK = '<a class="rc-a" href="{}{}">{}</a>'
PLACE = '<span title="{}">…{}</span>'
KIND = '{}<br><span class="sm ink3">{}</span>'


@register.simple_tag(takes_context=True)
def note_cells(context: template.Context, row: NoteRow, asked: str) -> SafeString:
    """Show which note it is, with a link to its own page that keeps what was `asked`."""
    note, place = row.note, format_html(PLACE, row.place, row.place[-6:])
    if note is None:
        return format_html(
            NOTE,
            bare=" bare",
            cover="",
            title="",
            name=gettext("Not in Juguang's note list"),
            under=place,
            kind=na(gettext("Juguang reports on this note but does not list it.")),
        )
    page = reverse("campaigns:results_note", args=[context["request"].brand.slug, note.pk])
    return format_html(
        NOTE,
        bare="" if note.cover_url else " bare",
        cover=format_html(COVER, note.cover_url) if note.cover_url else "",
        title=note.title,
        name=format_html(LINK, page, asked, note.title or row.place),
        under=format_html("{} · {}{}", note.creator, place, _store(context, note)),
        kind=format_html(KIND, note.get_source_display(), note.get_kind_display()),
    )


@register.simple_tag
def row_figures(row: Row | StarRow, metrics: Sequence[Metric]) -> SafeString:
    return figure_cells(row.cells(metrics))


@register.simple_tag
def row_cells(row: Row, metrics: Sequence[Metric]) -> SafeString:
    """Show a row's figures, and how far its windows are gone or that nothing was returned."""
    label = gettext("Maturity")
    return row_figures(row, metrics) + format_html(
        '<td data-l="{}">{}</td>', label, _maturity_of(row)
    )


def _store(context: template.Context, note: Note) -> SafeString | str:
    """Name the store where notes of several are asked for."""
    is_one = len(context["stores"]) < 2 or context["question"].store
    return "" if is_one else format_html(" · {}", note.store)


def _maturity_of(row: Row) -> SafeString:
    returned = row.returned
    if returned is Returned.NOTHING:
        return status("warn", gettext("not returned"))
    ripe = maturity(row.maturity or 0)
    if returned is Returned.COMPLETE:
        return ripe
    days = gettext("%(n)s of %(m)s days") % {"n": row.returned_days, "m": row.figures.rows}
    return format_html("{}<div>{}</div>", ripe, status("warn", days, bare=True))
