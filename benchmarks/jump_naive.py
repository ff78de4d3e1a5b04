"""A jump as one would first write it: one SELECT, one INSERT, a redirect. Served by WSGI."""

import os

import django
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings  # noqa: E402  only now there are settings

from campaigns.models import Click, Link  # noqa: E402
from portal.lib.days import known_now  # noqa: E402
from portal.lib.scope import Hat, scope  # noqa: E402


def jump(request: HttpRequest, code: str) -> HttpResponse:
    with scope(Hat.NIGHT):
        link = Link.objects.get(code=code)
        Click.objects.create(
            brand_id=link.brand_id,
            store_id=link.store_id,
            link=link,
            at=known_now(),
            kind="person",
            system="ios",
            app="plain",
            went="universal",
            click_id=request.GET.get("click_id", ""),
        )
    return HttpResponseRedirect(link.destination.canonical_url)


settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "benchmarks.jump_naive_urls"

from django.core.wsgi import get_wsgi_application  # noqa: E402  with the settings above

application = get_wsgi_application()
