"""The sandbox's own small Django: no database, no sessions, no accounts."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

DEMO = os.environ.get("DEMO") == "1"
VAR_DIR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT") or 8001)
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "portal.sandbox.urls"
APPEND_SLASH = False
INSTALLED_APPS: list[str] = []
MIDDLEWARE = [
    "portal.sandbox.mischief.Mischief",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # A refused request is what the sandbox is for, and no news; a crash is.
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
