"""A server on loopback that answers each request with the next reply of a script."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ScriptedServer:
    url: str
    replies: list[Reply] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def will(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(Seen(handler.command, handler.path, headers, body))
        self.replies.pop(0)(handler)


class Handler(BaseHTTPRequestHandler):
    server: "Listener"

    def do_POST(self) -> None:
        try:
            self.server.script.handle(self)
        except ConnectionError:
            # the client hung up on us, which is what some of the tests are about
            self.close_connection = True

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = ScriptedServer(f"http://127.0.0.1:{self.server_port}")


def says(body: bytes | str | dict[str, Any], status: int = 200, **headers: str) -> Reply:
    """Answer with the body; header names are written with underscores."""
    if isinstance(body, dict):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        sent = {"content_length": str(len(content))} | headers
        for name, value in sent.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def sends(raw: bytes) -> Reply:
    """Send these bytes and hang up, HTTP or not."""
    return lambda handler: void(handler.wfile.write(raw))


def void(_: object) -> None:
    """Drop a result."""
