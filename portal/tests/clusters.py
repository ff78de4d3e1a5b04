"""An embedded PostgreSQL of a test's own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from portal.lib.database import admin_conninfo, wait_until_ready
from portal.tests.running import ROOT


class Cluster:
    def __init__(self, var_dir: Path, **options) -> None:
        self.var_dir = var_dir
        self.options = options
        self.log = var_dir.parent / f"{var_dir.name}.log"

    def __enter__(self) -> "Cluster":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.lib.database", "serve"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "VAR_DIR": str(self.var_dir)},
                stderr=log,
                **self.options,
            )
        wait_until_ready({}, self.var_dir, timeout=15)
        return self

    def __exit__(self, *error) -> None:
        self.end(signal.SIGINT)

    def end(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(15)

    def ask(self, query: str):
        with psycopg.connect(admin_conninfo({}, self.var_dir, "postgres")) as admin:
            return admin.execute(query).fetchone()[0]

    def tell(self, command: str) -> None:
        with psycopg.connect(admin_conninfo({}, self.var_dir, "postgres")) as admin:
            admin.execute(command)
