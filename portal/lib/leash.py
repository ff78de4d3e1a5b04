"""Runs a program that ends when its parent does: `python -m portal.lib.leash TERM program …`.

Killing the process manager would otherwise leave its children running and their ports taken.
"""

import ctypes
import os
import signal
import sys

SET_DEATH_SIGNAL = 1  # Linux's PR_SET_PDEATHSIG


def end_with_parent(sent: signal.Signals) -> None:
    """Ask the kernel for `sent` when the parent is gone; elsewhere than on Linux, nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, sent)


def main(sent: str, program: str, *arguments: str) -> None:
    parent = os.getppid()
    end_with_parent(signal.Signals[f"SIG{sent}"])
    if os.getppid() != parent:
        raise SystemExit("The process that started this one is gone.")
    os.execvp(program, [program, *arguments])  # noqa: S606  a list of our own words, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
