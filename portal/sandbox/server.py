"""The sandbox as a WSGI application; it refuses to start unless this is a demo."""

import ctypes
import os
import signal
import sys

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from portal.sandbox.generated import generated
from portal.sandbox.mischief import current
from portal.sandbox.report import ledger

PR_SET_PDEATHSIG = 1


def start() -> WSGIHandler:
    if refusal := _refusal():
        sys.exit(refusal)
    _end_with_parent()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.sandbox.settings"
    served = get_wsgi_application()
    try:
        generated()
    except ValueError as refusal:
        sys.exit(str(refusal))
    ledger()
    current()  # a plan that can't be read stops it here, not at the first call
    return served


def _refusal() -> str:
    if os.environ.get("DEMO") != "1":
        return "The sandbox plays the partners for a demo only: start it with DEMO=1."
    if os.environ.get("PARTNERS", "sandbox") != "sandbox":
        return "The sandbox does not run beside the real partners: unset PARTNERS."
    return ""


def _end_with_parent() -> None:
    """A killed server master must leave no worker behind that keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


application = start()
