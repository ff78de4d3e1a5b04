"""What the partner puts into the address of a tap; odd values are dropped, never an error."""

import re
from urllib.parse import parse_qsl

LONGEST_QUERY = 4096
# parameter: (field of Click, how it is written in the monitor address, longest value)
MACROS = {
    "click_id": ("click_id", "__CLICK_ID__", 64),
    "campaign_id": ("ad_campaign_id", "__CAMPAIGN_ID__", 32),
    "unit_id": ("ad_unit_id", "__UNIT_ID__", 32),
    "creativity_id": ("creativity_id", "__CREATIVITY_ID__", 32),
    "placement": ("placement", "__PLACEMENT__", 8),
}
MONITOR_QUERY = "&".join(f"{name}={macro}" for name, (_, macro, _) in MACROS.items())
VALUE = re.compile(r"[A-Za-z0-9_.-]+")
UNRESOLVED = re.compile(r"__[A-Za-z0-9_]*__")


def read_macros(query: str) -> dict[str, str]:
    """Return the Click's fields for which the query has a value that can be believed."""
    sent: dict[str, str] = {}
    for name, value in parse_qsl(query[:LONGEST_QUERY], errors="replace"):
        sent.setdefault(name, value)
    return {
        field: sent[name]
        for name, (field, _, longest) in MACROS.items()
        if name in sent and _is_plain(sent[name], longest)
    }


def _is_plain(value: str, longest: int) -> bool:
    return (
        len(value) <= longest
        and VALUE.fullmatch(value) is not None
        and UNRESOLVED.fullmatch(value) is None
    )
