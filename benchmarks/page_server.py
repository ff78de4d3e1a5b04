"""Recorded pages of 聚光's note report over HTTP, the same bytes for whoever asks.

`python -m benchmarks.page_server PORT DAYS PAGES ROWS` answers the portal's own calls at
`/api/open/jg/data/report/offline/note`, and `GET /pages?page_num=N`, which counts through all days.
The last page of a day is short, as nearly all are: that it is the last is seen by that.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FIRST = date(2025, 5, 1)
COUNTS = ("impression", "click", "like", "comment", "collect", "share", "follow", "interaction")


def row_of(day: date, number: int) -> dict[str, str]:
    row = {"time": day.isoformat(), "note_id": f"{number:024x}", "fee": f"{number % 977}.50"}
    row |= {name: f"{number % 9000 + place:,}" for place, name in enumerate(COUNTS)}
    row["external_goods_visit_7"] = str(number % 60)
    for window in (7, 15, 30):
        row[f"external_goods_order_{window}"] = str(number % 9)
        row[f"external_rgmv_{window}"] = f"{number % 9000}.00"
    return row


def rows_of(pages: int, rows: int) -> int:
    """Return how many rows a day has: the last of its pages lacks a fifth."""
    return pages * rows - rows // 5


def pages_of(days: int, pages: int, rows: int) -> Iterator[tuple[tuple[str, int], bytes]]:
    """Yield each page under its day and number, as the platform wraps it."""
    total = rows_of(pages, rows)
    for n in range(days):
        day = FIRST + timedelta(days=n)
        for page in range(pages):
            numbers = range(page * rows, min((page + 1) * rows, total))
            data = {"data_list": [row_of(day, n) for n in numbers], "total_count": total}
            answer = {"code": 0, "success": True, "msg": "", "data": data, "request_id": "r"}
            yield (day.isoformat(), page + 1), json.dumps(answer).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the end of a page waits for a word of who reads it
    recorded: dict[tuple[str, int], bytes]
    in_order: list[bytes]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(self.recorded[asked["start_date"], asked["page_num"]])

    def do_GET(self) -> None:
        (number,) = parse_qs(urlsplit(self.path).query).get("page_num", ["1"])
        self.answer(self.in_order[int(number) - 1])

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        pass


def main() -> None:
    port, days, pages, rows = map(int, sys.argv[1:])
    Handler.recorded = dict(pages_of(days, pages, rows))
    Handler.in_order = list(Handler.recorded.values())
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
