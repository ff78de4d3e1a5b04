"""Hands a make target to the module that does it, and tells every trouble in one line."""

import errno
import os
import sys

from portal.launch.checking import bench, check, test, test_brokers, torture
from portal.launch.ground import Complaint, environment
from portal.launch.running import Stopped, demo_code, run, set_up, stop

INSTALLATION = {"run": run, "setup": set_up, "stop": stop, "demo-code": demo_code}
OWN_SERVER = {
    "test": test,
    "test-brokers": test_brokers,
    "check": check,
    "bench": bench,
    "torture": torture,
}


def main(arguments: list[str]) -> None:
    name, *rest = arguments or [""]
    try:
        if name in INSTALLATION:
            INSTALLATION[name](environment(os.environ))
        elif name in OWN_SERVER:
            own = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
            OWN_SERVER[name](environment(own, below="test"), *rest)
        else:
            names = "|".join([*INSTALLATION, *OWN_SERVER])
            raise Complaint(f"usage: python3 -m portal.bootstrap {names}")
    except (Complaint, OSError) as error:
        sys.exit(_line(error))
    except (KeyboardInterrupt, Stopped):
        sys.exit(130)


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full."
    return str(error)
