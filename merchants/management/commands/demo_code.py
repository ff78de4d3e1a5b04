import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from merchants.seed import staff_secret


class Command(BaseCommand):
    help = "Prints the code that the demo's staff are asked for at login. Needs DEMO=1."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo's staff have a code to print: set DEMO=1.")
        counter, gone = divmod(int(time.time()), app_settings.TOTP_PERIOD)
        code = format_hotp_value(hotp_value(staff_secret(), counter))
        self.stdout.write(f"{code}  (the next one in {app_settings.TOTP_PERIOD - gone} seconds)")
