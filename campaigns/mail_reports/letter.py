"""The mail of a report: the view's figures as its reader may see them now, in their language."""

from collections.abc import Sequence
from email.mime.image import MIMEImage
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.forms.results import QuestionForm, StarForm
from campaigns.forms.saved import question_form
from campaigns.mail_reports import star
from campaigns.mail_reports.chart import draw
from campaigns.mail_reports.services import stop_token
from campaigns.models import ReportMail, SavedView
from campaigns.results import table, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.change import compare
from campaigns.results.choice import offered
from campaigns.results.groups import GroupRow, rows_of
from campaigns.results.kpis import kpis
from campaigns.results.question import Against
from campaigns.results.shown import Cell, cell
from campaigns.results.trend import Point
from merchants.models import Membership, Role
from merchants.outbox import NotTaken
from merchants.readers import active_member
from portal.lib.scope import Hat, scope

Context = dict[str, Any]  # whatever the template is given
IN_ROWS = ("spend", "order", "gmv", "roi")
TOP_ROWS = 5
PICTURE = "trend"


class Letter(EmailMultiAlternatives):
    mixed_subtype = "related"  # the picture stands inside the text


def write(mail: ReportMail) -> EmailMultiAlternatives:
    """Write the mail, or raise NotTaken for good where its reader may not see the view any more."""
    report = mail.report
    user = report.membership.user
    member = active_member(mail.brand_id, user.pk)
    if member is None or not member.allows(Role.VIEWER):
        raise NotTaken(_("Not a member of the brand any more."), for_good=True)
    if report.paused_at and not mail.is_asked:
        raise NotTaken(_("The report is paused."), for_good=True)
    own = scope(Hat.WEB, brand=mail.brand_id, user=user.pk, stores=member.narrowed_to)
    with override(user.language), own:
        view = SavedView.objects.seen_by(member).filter(pk=report.view_id).first()
        if view is None:
            raise NotTaken(_("The view is not shared any more."), for_good=True)
        form = question_form(view.line, view.asked, offered(member.brand, member))
        if not form.is_valid():
            raise NotTaken(_("Part of what the view asks for is gone."), for_good=True)
        return _message(mail, view, form, member)


def _message(
    mail: ReportMail, view: SavedView, form: QuestionForm | StarForm, member: Membership
) -> EmailMultiAlternatives:
    context = _context(mail, view, form, member)
    stop, question = context["stop"], context["question"]
    name = " ".join(view.name.split())  # a head has one line
    message = Letter(
        subject=f"{_('RedCat')} · {name} · {question.first} – {question.last}",
        body=render_to_string("campaigns/mails/report.txt", context),
        to=[mail.report.membership.user.email],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(
        render_to_string("campaigns/mails/report.html", context), "text/html"
    )
    if context["points"]:
        message.attach(_picture(context["points"]))
    return message


def _picture(points: Sequence[Point]) -> MIMEImage:
    picture = MIMEImage(draw(points), "png")
    picture.add_header("Content-ID", f"<{PICTURE}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{PICTURE}.png")
    return picture


def _context(
    mail: ReportMail, view: SavedView, form: QuestionForm | StarForm, member: Membership
) -> Context:
    """Return what both lines' mails say, and what is said of the view's own line."""
    stop = settings.PORTAL_URL + reverse("campaigns:report_stop", args=[stop_token(mail.report)])
    context: Context = {
        "view": view,
        "brand": member.brand,
        "words": form.in_words(),
        "page": _page(form, member),
        "portal_url": settings.PORTAL_URL,
        "stop": stop,
        "picture": PICTURE,
    }
    if isinstance(form, StarForm):
        return context | star.contents(form, member, most_rows=TOP_ROWS)
    return context | _direct(form, member)


def _direct(form: QuestionForm, member: Membership) -> Context:
    found = answer(member.brand, member, form.question())
    compared = compare(found, member.brand, member, form.compared_with() or Against.PERIOD)
    rows = table.ordered(rows_of(found, member, form.grouped_by()), form.sorted_by())
    chart = trend.chart(found)
    return {
        "question": found.question,
        "matures_on": found.matures_on,
        "maturity": _percent(found),
        "missing": found.missing_days,
        "is_empty": found.is_empty,
        "kpis": kpis(found.totals, compared),
        "earlier": compared.question,
        "head_of_rows": form.grouped_by().label,
        "rows": [(_named(row), _cells(row)) for row in rows[:TOP_ROWS]],
        "points": chart["days"],
        "words_of_chart": chart["words"],
    }


def _percent(found: Answer) -> int | None:
    share = found.totals.maturity(found.question.window)
    return None if share is None else int(share * 100)


def _named(row: table.Row) -> str:
    if isinstance(row, GroupRow):
        return row.named.title
    note = row.note if isinstance(row, table.NoteRow) else None
    return (note.title if note else "") or row.place


def _cells(row: table.Row) -> list[Cell]:
    return [cell(row.figures, key, row.place) for key in IN_ROWS]


def _page(form: QuestionForm | StarForm, member: Membership) -> str:
    """Return the page with exactly this question: its days, as known today."""
    question = form.question()
    asked = form.address() | {
        "from": f"{question.first}",
        "to": f"{question.last}",
        "as_of": f"{question.known}",
    }
    asked.pop("latest", None)
    name = "results_star" if isinstance(form, StarForm) else "results"
    path = reverse(f"campaigns:{name}", args=[member.brand.slug])
    return f"{settings.PORTAL_URL}{path}?{urlencode(asked)}"
