"""Where a link may lead."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Destination:
    kind: str
    item_id: str = ""
    shop: str = ""
