"""效果 · 阶段: a campaign's phases side by side, on the page of either line and as its file."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse

from campaigns.exports.files import store_named
from campaigns.forms.results import QuestionForm, StarForm
from campaigns.results.metrics import Line
from campaigns.results.phase_chart import phase_chart
from campaigns.results.phase_files import phase_file
from campaigns.results.phases import Phases, direct_phases, star_phases
from campaigns.results.question import Question
from campaigns.results.star import StarAnswer
from campaigns.views.period import Context
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest
from merchants.access_events import record
from merchants.models import AccessKind


def phases_of(request: BrandRequest, form: QuestionForm, question: Question) -> Phases | None:
    campaign = form.chosen_campaign()
    if campaign is None:
        return None
    own = (request.brand, request.membership, question, campaign)
    return direct_phases(*own, is_per_day=form.is_per_day())


def star_phases_of(request: BrandRequest, form: StarForm, found: StarAnswer) -> Phases | None:
    """Return the phases by the campaign's star tasks, or by the one task that is chosen."""
    campaign = form.chosen_campaign()
    if campaign is None:
        return None
    task = form.asked_task() if found.chosen else ""
    own = (request.brand, request.membership, found.question, campaign, task)
    return star_phases(*own, is_per_day=form.is_per_day())


def phases_context(phases: Phases | None) -> Context:
    return {"phases": phases, "phase_chart": phase_chart(phases)} if phases else {}


def phases_file(
    request: BrandRequest, phases: Phases | None, choices: Sequence[tuple[str, str]], kind: str
) -> HttpResponse:
    """Answer with the table as the page shows it; where it shows none there is no file."""
    if phases is None or not phases.rows:
        raise Http404
    question = phases.question
    line = "star-phases" if question.line is Line.STAR else "phases"
    days = f"{question.first}-{question.last}-{question.window}d"
    name = f"{request.brand.slug}-{line}-{phases.campaign.pk}-{days}.{kind}"
    store = store_named(request.membership, question)
    lines = phase_file(phases, brand=request.brand.name, store=store, choices=choices)
    answer = file_answer(lines, kind, name, made=question.moment)
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    return answer
