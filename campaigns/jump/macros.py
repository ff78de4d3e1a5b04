"""What the partner puts into the address of a tap; odd values are dropped, never an error."""

import re
from urllib.parse import unquote

from campaigns.jump.trials import TRY

LONGEST_QUERY = 4096
LONGEST_SECRET = 512
# parameter: (field of Click, how it is written in the monitor address, longest value)
MACROS = {
    "click_id": ("click_id", "__CLICK_ID__", 64),
    "campaign_id": ("ad_campaign_id", "__CAMPAIGN_ID__", 32),
    "unit_id": ("ad_unit_id", "__UNIT_ID__", 32),
    "creativity_id": ("creativity_id", "__CREATIVITY_ID__", 32),
    "placement": ("placement", "__PLACEMENT__", 8),
    "advertiser_id": ("advertiser_id", "__ADVERTISER_ID__", 32),
    "callback_param": ("callback_param", "__CALLBACK_PARAM__", 512),
    "requestid": ("request_id", "__REQUESTID__", 64),
    "ts": ("partner_ts", "__TS__", 20),
}
# What tells a reader from others: only ever hashed, see devices.py.
PERSONAL = {
    "oaid_md5": "__OAID_MD5__",
    "caid": "__CAID__",
    "ip": "__IP__",
    "ua": "__UA__",
}
_WRITTEN = {name: macro for name, (_field, macro, _longest) in MACROS.items()} | PERSONAL
MONITOR_QUERY = "&".join(f"{name}={macro}" for name, macro in _WRITTEN.items())
KNOWN = MACROS.keys() | PERSONAL.keys() | {TRY}
VALUE = re.compile(r"[A-Za-z0-9_.+/=:~-]+")
UNRESOLVED = re.compile(r"__[A-Za-z0-9_]*__")


def read_query(query: str) -> dict[str, str]:
    """Return what the query says for each parameter that we know; of repeats the first."""
    said: dict[str, str] = {}
    for part in query[:LONGEST_QUERY].split("&"):
        name, _, value = part.partition("=")
        if value and name in KNOWN and name not in said:
            value = unquote(value, errors="replace") if "%" in value else value
            if not UNRESOLVED.fullmatch(value):
                said[name] = value
    return said


def plain_macros(said: dict[str, str]) -> dict[str, str]:
    """Return the Click's fields for which there is a value that can be believed."""
    return {
        MACROS[name][0]: value
        for name, value in said.items()
        if name in MACROS and len(value) <= MACROS[name][2] and VALUE.fullmatch(value)
    }


def personal_macros(said: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in said.items()
        if name in PERSONAL and len(value) <= LONGEST_SECRET
    }
