"""JSON as we can keep it and tell it again."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

NUL = "\\u0000"  # as JSON writes it, and PostgreSQL takes none


class PlainJSONParser(JSONParser):
    """Refuses what is nested without end, NUL, and halves of characters."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            found = super().parse(stream, media_type, parser_context)
            written = json.dumps(found, ensure_ascii=False)
            written.encode()
        except (RecursionError, UnicodeEncodeError):
            raise ParseError from None
        if NUL in written:
            raise ParseError
        return found
