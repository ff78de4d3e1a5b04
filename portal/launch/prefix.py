"""Prints what the processes print, each line with its process's name: `web | …`.

An event listener of supervisor's; its stdout belongs to the protocol.
"""

import sys
from typing import TextIO

WIDTH = 8


def main(events: TextIO, answers: TextIO, output: TextIO) -> None:
    begun: dict[str, str] = {}
    while True:
        _send(answers, "READY\n")
        header = events.readline()
        if not header:
            return
        length = int(_fields(header)["len"])
        about, _, text = events.read(length).partition("\n")
        name = _fields(about)["processname"]
        *lines, begun[name] = (begun.get(name, "") + text).split("\n")
        output.writelines(f"{name:<{WIDTH}} | {line}\n" for line in lines)
        output.flush()
        _send(answers, "RESULT 2\nOK")


def _fields(line: str) -> dict[str, str]:
    return dict(field.split(":", 1) for field in line.split())


def _send(answers: TextIO, text: str) -> None:
    answers.write(text)
    answers.flush()


if __name__ == "__main__":
    # no newline translation: the length counts a carriage return as well
    with open(0, encoding="utf-8", errors="replace", newline="\n") as events:
        main(events, sys.stdout, sys.stderr)
