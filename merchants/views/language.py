"""The switch between the languages; who is signed in gets their mails in the same one."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from merchants.models import User


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponseBase:
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and check_for_language(chosen):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return set_language(request)
