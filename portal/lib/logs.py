"""Log lines: one an event, with the ids of what it is about, and never a secret.

`LOG_FORMAT=json` writes what a machine reads; otherwise lines are for people. What runs inside
`log_ids` bears its ids, in whatever module it logs.
"""

import re
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import structlog

MASK = "…"
# name=value, "name": "value", name: value – of whatever lets its bearer in
NAMED = re.compile(
    r"(?i)\b(access[-_]?token|refresh[-_]?token|session|password|secret|auth_code"
    r"|sign|client_secret|app_secret|code)(['\"]?\s*[=:]\s*['\"]?)(?!\s)([^\s&'\",}]{6,})"
)
BEARER = re.compile(r"(?i)\b(bearer)\s+\S{6,}")

Event = MutableMapping[str, Any]  # Any: what structlog hands from one step to the next
Step = Callable[[Any, str, Event], Event]


def log_ids(**ids: object) -> AbstractContextManager[None]:
    """Put these ids beside every line that is logged inside."""
    return structlog.contextvars.bound_contextvars(**ids)


def logging_config(*, as_json: bool, secrets: Iterable[str]) -> dict[str, Any]:
    """Return Django's LOGGING; `secrets` are masked wherever they stand in a line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _formatter(as_json=as_json, secrets=secrets)},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {"httpx": {"level": "WARNING"}},
    }


def masked(secrets: Iterable[str]) -> Step:
    """Return the step that masks secrets by their value, and by the name beside them."""
    known = sorted((text for text in secrets if len(text) > 5), key=len, reverse=True)
    values = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(value: object) -> object:
        if not isinstance(value, str):
            return value
        if values:
            value = values.sub(MASK, value)
        return NAMED.sub(rf"\1\2{MASK}", BEARER.sub(rf"\1 {MASK}", value))

    def step(logger: Any, method: str, event: Event) -> Event:
        return {name: clean(value) for name, value in event.items()}

    return step


def _line(logger: Any, method: str, event: Event) -> str:
    """Write a line for people: when, how bad, who says what, then the ids."""
    when, level = event.pop("timestamp"), str(event.pop("level")).upper()
    name, said = event.pop("logger"), event.pop("event")
    exception = event.pop("exception", "")
    ids = "".join(f" {key}={value}" for key, value in event.items())
    return f"{when[:19]} {level} {name} {said}{ids}" + (f"\n{exception}" if exception else "")


def _formatter(*, as_json: bool, secrets: Iterable[str]) -> dict[str, Any]:
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
        masked(secrets),
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _line
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": steps,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    }
