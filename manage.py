#!/usr/bin/env python
import os
import sys

import pghistory
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from portal.lib.database import BadAddress

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  the first look reads them all
    except (ImproperlyConfigured, BadAddress) as error:
        sys.exit(str(error))
    with pghistory.context(command=" ".join(sys.argv[1:2])):
        execute_from_command_line(sys.argv)
