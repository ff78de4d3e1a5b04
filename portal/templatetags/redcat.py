"""How figures, states and icons are written on every page."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from html import escape
from typing import Any, Protocol

from django import template
from django.forms import BoundField
from django.template.defaulttags import querystring
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from portal.lib import devices, money

register = template.Library()

Figure = int | float | Decimal | Fraction
Shown = dict[str, Any]  # what a component's template is given


class Named(Protocol):
    @property
    def key(self) -> str: ...


class Cell(Protocol):
    """A figure as it is shown (campaigns/results/shown.py)."""

    @property
    def metric(self) -> Named: ...
    @property
    def place(self) -> str: ...
    @property
    def exact(self) -> str: ...
    @property
    def full(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def reason(self) -> Any: ...
    @property
    def is_provisional(self) -> bool: ...


class TableCell(Cell, Protocol):
    @property
    def head(self) -> str: ...
    @property
    def is_thin(self) -> bool: ...


UNKNOWN = "—"
CENT = Decimal("0.01")
STATUS_ICONS = {
    "ok": "circle-check",
    "warn": "alert-triangle",
    "bad": "circle-x",
    "info": "clock",
    "": "minus",
}
CONTROLS = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
}
ICON = '<svg class="ic" aria-hidden="true"><use href="{}#{}"/></svg>'
NO_FIGURE = '<span class="na" role="img" tabindex="0" title="{}" aria-label="{}">—</span>'
MATURE = (
    '<span class="mat full"><progress value="1" max="1" aria-hidden="true"></progress>{}</span>'
)
RIPENING = (
    '<span class="mat" title="{}"><progress value="{}" max="100" aria-hidden="true"></progress>'
    "{}</span>"
)
MESSAGE_KINDS = {"success": "ok", "warning": "warn", "info": "info", "debug": "info"}


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(ICON, _sprite(), name)


@cache
def _sprite() -> str:
    return static("vendor/icons.svg")


@register.simple_tag
def status(kind: str, word: str, *, bare: bool = False) -> SafeString:
    look = " ".join(filter(None, ("st", kind, "bare" if bare else "")))
    return format_html('<span class="{}">{}{}</span>', look, icon(STATUS_ICONS[kind]), word)


@register.simple_tag
def na(reason: str) -> SafeString:
    """Show that there is no figure, and why."""
    return format_html(NO_FIGURE, reason, gettext("No figure: %(reason)s") % {"reason": reason})


@register.simple_tag
def figure(cell: Cell, *, short: bool = False) -> SafeString:
    """Show a figure, or why there is none; what it is of, and its exact value, stand beside it.

    A page has thousands of them, so that no template is rendered for each, and what may hold a
    stranger's word is escaped by Python's own function, which costs a fifth of Django's.
    """
    exact, full = cell.exact, escape(cell.full)
    head = f'data-metric="{cell.metric.key}" data-note="{escape(cell.place)}"'
    if not exact:
        return mark_safe(f'<span {head} data-value="">{na(cell.reason)}</span>')  # noqa: S308
    opened = ' class="prov"' if cell.is_provisional else ""
    head = f'<span{opened} {head} data-value="{escape(exact)}"'
    if short:
        return mark_safe(f'{head} title="{full}">{escape(cell.short)}</span>')  # noqa: S308
    return mark_safe(f"{head}>{full}</span>")  # noqa: S308  # escaped above, as the others


@register.simple_tag
def figure_cells(cells: Iterable[TableCell], *, named: bool = True) -> SafeString:
    """Show a row's figures, each in its cell.

    Where a table becomes cards, cells are named, and tell of too few orders to judge.
    """
    if not named:
        row = (f'<td class="num">{figure(cell)}</td>' for cell in cells)
        return mark_safe("".join(row))  # noqa: S308  # escaped by figure()
    row = (
        f'<td class="num" data-l="{escape(cell.head)}">'
        f"{figure(cell)}{_few_orders() if cell.is_thin else ''}</td>"
        for cell in cells
    )
    return mark_safe("".join(row))  # noqa: S308  # escaped above


def _few_orders() -> SafeString:
    return format_html(
        ' <abbr class="na sm" title="{}">{}</abbr>',
        gettext("Under 100 orders the ROI may be off by a fifth"),
        gettext("few"),
    )


@register.simple_tag
def suggestions(words: Iterable[str]) -> SafeString:
    """Return what a data list offers, hundreds of words in one go."""
    return format_html_join("", '<option value="{}"></option>', ((word,) for word in words))


@register.simple_tag
def maturity(share: Figure) -> SafeString:
    """Show the part of the window that is already gone; 99.6 % is not yet all of it."""
    gone = (_decimal(share) * 100).to_integral_value(ROUND_DOWN)
    return _ripeness(min(int(gone), 100), get_language() or "")


@cache  # every row of a table asks for one of a hundred
def _ripeness(gone: int, _language: str) -> SafeString:
    if gone == 100:
        return format_html(MATURE, gettext("Mature"))
    told = {"percent": gone}
    title = gettext("%(percent)s%% of the window is gone") % told
    return format_html(RIPENING, title, gone, gettext("Maturity %(percent)s%%") % told)


@register.inclusion_tag("components/win.html")
def win(text: str) -> Shown:
    return {"text": text}


@register.simple_tag(takes_context=True)
def here(context: template.Context, *sections: str) -> SafeString:
    """Mark a navigation link as current when the page lies in one of the brand's sections."""
    request = context["request"]
    home = reverse("merchants:brand", args=[request.brand.slug])
    inside = any(request.path.startswith(f"{home}{section}") for section in sections)
    return mark_safe(' aria-current="page"' if inside else "")  # noqa: S308  # a literal


@register.simple_tag(takes_context=True)
def same_page(context: template.Context) -> str:
    """Return where to come back to: this page, or the start where it answers a POST."""
    request = context["request"]
    return request.get_full_path() if request.method == "GET" else reverse("home")


@register.simple_tag(takes_context=True)
def address(context: template.Context, changes: Mapping[str, str | None]) -> str:
    """Return this page's query string with the changes; None takes a word out."""
    return str(querystring(context, None, **changes))


@register.simple_tag(takes_context=True)
def asked_besides(context: template.Context, *names: str) -> SafeString:
    """Keep what the page was asked, but the names, in a form that asks for these anew."""
    asked = context["request"].GET.lists()
    kept = ((name, value) for name, values in asked if name not in names for value in values)
    return format_html_join("\n", '<input type="hidden" name="{}" value="{}">', kept)


@register.filter
def control(field: BoundField) -> SafeString:
    """Render the field's widget in our look; Django adds what ties it to its error and hint."""
    kind = CONTROLS.get(getattr(field.field.widget, "input_type", ""), "form-control")
    style = f"{kind} is-invalid" if field.errors else kind
    return field.as_widget(attrs={"class": style, "placeholder": False})


@register.filter
def message_kind(level: str) -> str:
    return MESSAGE_KINDS.get(level, "")


@register.filter
def device(user_agent: str) -> str:
    return devices.device(user_agent)


@register.filter
def yuan(fen: int | None) -> str:
    return UNKNOWN if fen is None else money.full(fen)


@register.filter
def short_yuan(fen: int | None) -> str:
    return UNKNOWN if fen is None else money.short(fen, get_language() or "")


@register.filter
def count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


@register.filter
def short_count(number: int | None) -> str:
    return UNKNOWN if number is None else money.short_count(number, get_language() or "")


@register.filter
def percent(share: Figure | None) -> str:
    return UNKNOWN if share is None else f"{_cents(_decimal(share) * 100):,}%"


@register.filter
def ratio(number: Figure | None) -> str:
    return UNKNOWN if number is None else f"{_cents(_decimal(number)):,}"


def _cents(number: Decimal) -> Decimal:
    return number.quantize(CENT, ROUND_HALF_UP)


def _decimal(number: Figure) -> Decimal:
    if isinstance(number, Fraction):
        return Decimal(number.numerator) / Decimal(number.denominator)
    return Decimal(str(number))
