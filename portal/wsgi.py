import gc
import os
import signal

from portal.lib.leash import end_with_parent

end_with_parent(signal.SIGKILL)  # a killed granian would leave this worker serving

from django.core.wsgi import get_wsgi_application  # noqa: E402  the line above comes first

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from portal.lib.warm import load_pages  # noqa: E402  needs the settings

load_pages()
gc.collect()
gc.freeze()  # what is loaded stays: no request waits while all of it is looked through again
