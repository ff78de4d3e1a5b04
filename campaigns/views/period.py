"""What every page about a period offers: its windows, the usual spans of days, the stores."""

from typing import Any

from campaigns.models import Campaign
from campaigns.results.calendar import PRESETS, last_days, seasons_begun
from campaigns.results.question import Question
from merchants.access import BrandRequest
from merchants.models import Store

Context = dict[str, Any]  # whatever the template is given


def period_context(question: Question) -> Context:
    return {
        "question": question,
        "windows": question.line.windows,
        "presets": [(n, *last_days(n, question.newest)) for n in PRESETS],
        "seasons": seasons_begun(question.newest),
    }


def stores_seen(request: BrandRequest) -> list[Store]:
    return list(Store.objects.seen_by(request.membership).oldest_first())


def campaigns_seen(request: BrandRequest) -> list[Campaign]:
    return list(Campaign.objects.seen_by(request.membership).newest_first())
