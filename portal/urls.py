from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from merchants.views.home import home, no_such_page
from merchants.views.language import choose_language
from portal import health, metrics

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]  # as allauth documents it

urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("language/", choose_language, name="set_language"),
    # who changes their address unasked can take another's; platform staff do it in the admin
    path("account/email/", no_such_page, name="account_email"),
    path("account/second-step/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("campaigns.api.urls")),
    path("", include("merchants.urls")),
    path("", include("campaigns.urls")),
]
