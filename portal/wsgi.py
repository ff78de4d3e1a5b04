import ctypes
import os
import signal

from django.core.wsgi import get_wsgi_application

# Ends with its granian master, which otherwise would leave it serving.
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
