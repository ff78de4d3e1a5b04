"""招商政策: the rules in force, what they changed, which categories open when, and the log."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from merchants import rules
from merchants.access import BrandRequest, brand_view
from merchants.comparison import differences
from merchants.forms import PolicyChoiceForm
from merchants.models import PolicyLogEntry, PolicyVersion, Role
from merchants.openings import shelves
from merchants.policies import need_a_person, policies_from_today
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.htmx import render_page


@require_GET
@brand_view(Role.VIEWER)
def policy(request: BrandRequest) -> HttpResponse:
    today = days.today()
    versions = list(PolicyVersion.objects.published().newest_first())
    form = PolicyChoiceForm(request.GET, versions=versions, present=policy_in_force(today))
    valid = form.is_valid()
    shown, before = form.chosen()
    context = {
        "form": form,
        "versions": versions,
        "shown": shown,
        "before": before,
        "rules": rules.read(shown.rules) if shown else (),
        "need_a_person": need_a_person(shown) if shown else [],
        "differences": differences(before, shown) if shown and before else [],
        "shelves": shelves(policies_from_today(), today),
        "log": PolicyLogEntry.objects.until(today).newest_first(),
        "today": today,
    }
    status = 200 if valid else 422
    return render_page(request, "merchants/policy.html", context, status=status)
