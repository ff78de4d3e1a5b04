"""Every setting, from the environment, failing closed: see docs/operations.md for the table."""

import gc
import os
from datetime import timedelta
from pathlib import Path

import pghistory
from django.core.exceptions import ImproperlyConfigured

from portal import api_settings, staff
from portal.content_policy import content_policy
from portal.lib import secrets
from portal.lib.brokers import broker_settings
from portal.lib.database import databases
from portal.lib.environment import ids_by_kind, networks, number, partner_rates, periods, share
from portal.lib.logs import logging_config

# What a start, a migration and a page make stays: 700 would look through it again and again.
gc.set_threshold(50_000, 10, 10)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
DEMO = os.environ.get("DEMO") == "1"
DEBUG = os.environ.get("DEBUG") == "1"
PORT = int(os.environ.get("PORT", "8000"))
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT", "8001"))
JUMP_PORT = int(os.environ.get("JUMP_PORT", "8002"))


def required(name: str, demo: str) -> str:
    """Return the variable; `demo` stands in for it only with DEMO=1."""
    value = os.environ.get(name) or (demo if DEMO else "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set, and DEMO is not 1.")
    return value


SECRET_KEY = required("SECRET_KEY", secrets.generated(VAR_DIR / "secret-key") if DEMO else "")
PARTNER_TOKEN_KEYS = required(
    "PARTNER_TOKEN_KEYS", secrets.generated_token_key(VAR_DIR / "partner-token-key") if DEMO else ""
).split(",")
ALLOWED_HOSTS = required("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
PORTAL_URL = required("PORTAL_URL", f"http://localhost:{PORT}")
JUMP_URL = os.environ.get("JUMP_URL") or (f"http://localhost:{JUMP_PORT}" if DEMO else PORTAL_URL)
SPOOL_DIR = Path(os.environ.get("SPOOL_DIR") or VAR_DIR / "spool")  # clicks not yet in PostgreSQL
JUMP_LINKS_DIR = VAR_DIR / "jump-links"
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # without one nobody reads /metrics
WEBHOOK_NETWORKS = networks("WEBHOOK_NETWORKS", allowed=DEMO)  # private ones, called all the same

# Partners ------------------------------------------------------------------------------------
PARTNERS = os.environ.get("PARTNERS", "sandbox" if DEMO else "live")
if PARTNERS not in {"sandbox", "live"}:
    raise ImproperlyConfigured("PARTNERS is either sandbox or live.")
if PARTNERS == "sandbox" and not DEMO:
    raise ImproperlyConfigured("PARTNERS=sandbox needs DEMO=1: the sandbox is no partner.")
SANDBOXED = PARTNERS == "sandbox"
SANDBOX_URL = f"http://localhost:{SANDBOX_PORT}"


def partner(name: str, *, sandbox: str, live: str = "") -> str:
    """Return a partner's setting: the environment's, else the one of the world we run in."""
    value = os.environ.get(name) or (sandbox if SANDBOXED else live)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set, and PARTNERS is live.")
    return value


TOP = {
    "app_key": partner("TOP_APP_KEY", sandbox="60000001"),
    "app_secret": partner("TOP_APP_SECRET", sandbox="sandbox-top-secret"),
    "gateway": partner(
        "TOP_GATEWAY",
        sandbox=f"{SANDBOX_URL}/router/rest",
        live="https://eco.taobao.com/router/rest",
    ),
    "authorize_url": partner(
        "TOP_AUTHORIZE_URL",
        sandbox=f"{SANDBOX_URL}/authorize",
        live="https://oauth.taobao.com/authorize",
    ),
    "token_url": partner(
        "TOP_TOKEN_URL", sandbox=f"{SANDBOX_URL}/token", live="https://oauth.taobao.com/token"
    ),
    "sign_method": os.environ.get("TOP_SIGN_METHOD", "hmac-sha256"),
}
XHS = {
    "app_id": partner("XHS_APP_ID", sandbox="7001"),
    "app_secret": partner("XHS_APP_SECRET", sandbox="sandbox-xhs-secret"),
    "base_url": partner(
        "XHS_BASE_URL",
        sandbox=f"{SANDBOX_URL}/api/open",
        live="https://adapi.xiaohongshu.com/api/open",
    ),
    "auth_url": partner(
        "XHS_AUTH_URL",
        sandbox=f"{SANDBOX_URL}/auth",
        live="https://ad-market.xiaohongshu.com/auth",
    ),
    "report_page_size": int(number("XHS_REPORT_PAGE_SIZE", 500)),
}
PUGONGYING = {  # one registration may serve both platforms
    "app_id": partner("PUGONGYING_APP_ID", sandbox="7002", live=str(XHS["app_id"])),
    "app_secret": partner(
        "PUGONGYING_APP_SECRET", sandbox="sandbox-pgy-secret", live=str(XHS["app_secret"])
    ),
    "base_url": XHS["base_url"],
    "auth_url": XHS["auth_url"],
}
PARTNER_RATES = partner_rates(sandboxed=SANDBOXED)
CONSENT_HOSTS = [TOP["authorize_url"], XHS["auth_url"]]

# Django --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "portal",
    "merchants",
    "campaigns",
]
MIDDLEWARE = [
    "portal.middleware.roomy_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.packed_pages",
    "portal.middleware.private_pages",
    "portal.middleware.problems_of_the_api",
    "portal.middleware.nameless_jumps",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.readable_requests",
    "portal.middleware.bounded_requests",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.trailed_requests",
    "merchants.second_factor.required_of_staff",
    "portal.middleware.admin_scope",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "portal.context.frame",
                "merchants.context.brands",
                "merchants.context.notices",
                "merchants.context.alerts",
                "campaigns.context.sources",
                "campaigns.context.broken_links",
                "campaigns.context.sync",
            ],
        },
    }
]
DATABASES = databases(os.environ, VAR_DIR, SECRET_KEY)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "merchants.User"
CACHES = {
    # shared by every web process: what counts failed logins and marks codes as used
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # the default 300 would forget counts under attack
    }
}

# Languages and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
FORMAT_MODULE_PATH = ["portal.formats"]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LARGEST_UPLOAD = 20 * 1024**2
LARGEST_REQUEST = LARGEST_UPLOAD + 64 * 1024  # the form around the file
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# Accounts ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "merchants.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "merchants.member_forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, which knows where to
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make us write to strangers by this form
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))  # for rate limits
MFA_ADAPTER = "merchants.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code holds for its half minute, and for the one before and after
MFA_FORMS = {
    "authenticate": "merchants.second_factor.LoginCodeForm",
    "reauthenticate": "merchants.second_factor.ConfirmCodeForm",
}
# Only the demo may print mails: a log must not hold the keys of new passwords.
PRINTED = DEMO and not os.environ.get("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if PRINTED else 'smtp'}.EmailBackend"
EMAIL_HOST = required("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "RedCat <no-reply@redcat.test>")

# History of rows ------------------------------------------------------------------------------
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"  # of several changes in one transaction, too
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)  # found by row and by brand

# Web security --------------------------------------------------------------------------------
PICTURE_HOSTS = ["https://*.xhscdn.com", "https://*.alicdn.com"]  # covers of notes, items
CONTENT_SECURITY_POLICY = content_policy(
    [SANDBOX_URL] if SANDBOXED else PICTURE_HOSTS, CONSENT_HOSTS
)
SECURE_CONTENT_TYPE_NOSNIFF = SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # ends with the login
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SILENCED_SYSTEM_CHECKS: list[str] = []
if not DEMO:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

# Joining -------------------------------------------------------------------------------------
REVIEW_WORKING_DAYS = int(number("REVIEW_WORKING_DAYS", 3))  # promised to the brand
ANSWER_DAYS = int(number("ANSWER_DAYS", 14))  # for what a reviewer asks
# How long buyers take to decide, in days, by category; "" is for all others. One source each.
DECISION_DAYS = {
    "beauty": int(number("DECISION_DAYS_BEAUTY", 29)),
    "maternity": int(number("DECISION_DAYS_MATERNITY", 70)),
    "": int(number("DECISION_DAYS", 30)),
}
# What a star task takes before its data joins: told by one source alone.
STAR_TASK = {
    "least_creators": int(number("STAR_TASK_CREATORS", 2)),
    "floor_fen": int(number("STAR_TASK_FLOOR_YUAN", 50_000)) * 100,
}
TRANSFER_DAYS = int(number("TRANSFER_DAYS", 7))  # for the brand whose store another asks for
SECOND_REVIEW_SHARE = share("SECOND_REVIEW_SHARE", 0.1)  # of the decisions, drawn by a keyed hash

# The API -------------------------------------------------------------------------------------
API_CALLS_PER_MINUTE = int(number("API_CALLS_PER_MINUTE", 300))  # of one key
REST_FRAMEWORK = api_settings.REST_FRAMEWORK
SPECTACULAR_SETTINGS = api_settings.SPECTACULAR_SETTINGS

# Links ---------------------------------------------------------------------------------------
# Category ids of Tmall by what they sell in the eyes of the law (campaigns/links/health.py). No
# public document lists them, so none is invented: an operator fills in those that Tmall names, as
# {"health_food": ["…"]}; until then words of the title and the store's category raise the question.
GOODS = ["sensitive", "health_food", "drug", "medical_device", "special_formula"]
GOODS += ["prescription", "tobacco"]
GOODS_BY_TMALL_CATEGORY = ids_by_kind("GOODS_BY_TMALL_CATEGORY", GOODS)
LINK_TICK = timedelta(seconds=number("LINK_TICK_SECONDS", 15))

# Work in the background ----------------------------------------------------------------------
# On these days Tmall's affiliate programme answers for twenty minutes at a time, and the newest
# figures go before all else.
FESTIVALS = periods(
    "FESTIVALS",
    '[["618", "2025-05-13", "2025-06-20"], ["双11", "2025-10-09", "2025-11-11"]]',
)
SYNC_TICK = timedelta(seconds=number("SYNC_TICK_SECONDS", 60))
REQUALIFY_TICK = CHECK_TICK = timedelta(minutes=10)  # stores not judged today, links not checked
MAIL_TICK = DECISION_TICK = SHEET_TICK = timedelta(minutes=1)
ALERT_TICK = timedelta(minutes=10)  # finds the rules not judged for the newest day
IMPORT_FOLDER = os.environ.get("IMPORT_FOLDER", "")  # unset: no folder is watched
DUE_TICK = timedelta(hours=1)  # finds what a day has made due, however many hours were missed
SYNC_DEADLINE = int(number("SYNC_DEADLINE_HOUR", 7))  # by then the night should be done, Beijing
SYNC_LEASE = timedelta(seconds=number("SYNC_LEASE_SECONDS", 50))
# when a day that came back empty, or without rows known before, is asked for the second time
SYNC_SECOND_LOOK = timedelta(seconds=number("SYNC_SECOND_LOOK_SECONDS", 5 if DEMO else 300))
BROKER = broker_settings(os.environ, VAR_DIR, SECRET_KEY)
CELERY_BROKER_URL = BROKER["broker_url"]
CELERY_BROKER_TRANSPORT = BROKER.get("broker_transport")
CELERY_BROKER_TRANSPORT_OPTIONS = BROKER["broker_transport_options"]
CELERY_TASK_PUBLISH_RETRY_POLICY = BROKER["task_publish_retry_policy"]
CELERY_TASK_DEFAULT_QUEUE_TYPE = BROKER.get("task_default_queue_type", "classic")
CELERY_DB_REUSE_MAX = 1000  # tasks; Celery itself would open a connection for each
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "redcat"
CELERY_WORKER_POOL = "portal.lib.pool:TaskPool"
CELERY_WORKER_PREFETCH_MULTIPLIER = 2
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Each tick finds what is due; one that no worker took before the next is not needed any more.
TICKS = {
    "campaigns.tasks.check_links": CHECK_TICK,
    "campaigns.tasks.hand_out_windows": SYNC_TICK,
    "campaigns.tasks.submit_links": LINK_TICK,
    "campaigns.tasks.follow_links": LINK_TICK,
    "campaigns.tasks.hand_out_sheets": SHEET_TICK,
    "campaigns.tasks.purge_sheets": DUE_TICK,
    "campaigns.tasks.hand_out_imports": SHEET_TICK,
    "campaigns.tasks.forget_imports": DUE_TICK,
    "campaigns.tasks.hand_out_exports": SHEET_TICK,
    "campaigns.tasks.forget_exports": DUE_TICK,
    "campaigns.tasks.purge_clicks": DUE_TICK,
    "campaigns.tasks.judge_alerts": ALERT_TICK,
    "campaigns.tasks.hand_out_report_mails": MAIL_TICK,
    "campaigns.tasks.purge_results": DUE_TICK,
    "campaigns.tasks.sum_ripe_months": DUE_TICK,
    "merchants.tasks.send_owed_mails": MAIL_TICK,
    "merchants.tasks.deliver_webhooks": MAIL_TICK,
    "merchants.tasks.purge_webhooks": DUE_TICK,
    "merchants.tasks.purge_api_calls": DUE_TICK,
    "merchants.tasks.hand_out_decisions": DECISION_TICK,
    "merchants.tasks.requalify_stores": REQUALIFY_TICK,
    "merchants.tasks.expire_unanswered": DUE_TICK,
    "merchants.tasks.expire_transfers": DUE_TICK,
    "merchants.tasks.renew_idle_consents": DUE_TICK,
    "merchants.tasks.tell_expiring_consents": DUE_TICK,
    "merchants.tasks.purge_access": DUE_TICK,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": tick, "options": {"expires": tick.total_seconds()}}
    for task, tick in TICKS.items()
}

LOGGING = logging_config(
    as_json=os.environ.get("LOG_FORMAT") == "json",
    secrets=[
        *(SECRET_KEY, EMAIL_HOST_PASSWORD, METRICS_TOKEN, *PARTNER_TOKEN_KEYS),
        *(str(each["app_secret"]) for each in (TOP, XHS, PUGONGYING)),
    ],
)

UNFOLD = staff.unfold()
