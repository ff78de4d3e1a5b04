"""What the gateway's methods share: how they read what is asked, and how they refuse it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

GMT8 = timezone(timedelta(hours=8))
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
MOMENT = "%Y-%m-%d %H:%M:%S"

Parameters = Mapping[str, str]
Record = dict[str, object]


class TopError(Exception):
    """A refusal in TOP's own words."""

    def __init__(self, code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> None:
        super().__init__(msg)
        self.error: Record = {"code": code, "msg": msg}
        if sub_code:
            self.error |= {"sub_code": sub_code, "sub_msg": sub_msg}


def asked_fields(parameters: Parameters) -> list[str]:
    return [name.strip() for name in required(parameters, "fields").split(",")]


def moment(parameters: Parameters, name: str) -> datetime | None:
    if not parameters.get(name):
        return None
    try:
        return datetime.strptime(parameters[name], MOMENT).replace(tzinfo=GMT8)
    except ValueError:
        raise TopError(41, f"Invalid arguments:{name}") from None


def selected(record: Record, parameters: Parameters) -> Record:
    """Keep the fields asked for, in the order asked."""
    names = asked_fields(parameters)
    if unknown := [name for name in names if name not in record]:
        raise TopError(41, f"Invalid arguments:fields {','.join(unknown)}")
    return {name: record[name] for name in names}


def required(parameters: Parameters, name: str) -> str:
    if not parameters.get(name):
        raise TopError(40, f"Missing required arguments:{name}")
    return parameters[name]


def number(parameters: Parameters, name: str, *, default: int, most: int) -> int:
    text = parameters.get(name, str(default))
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise TopError(41, f"Invalid arguments:{name}")
    return int(text)


def written(at: datetime) -> str:
    """Write a moment as the platform does, which tells no part of a second."""
    return at.astimezone(GMT8).strftime(MOMENT)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
