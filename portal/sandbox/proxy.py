"""A small proxy in front of the sandbox that carries its answers badly, as they ask for.

An answer says by its header which way; the others pass untouched. One request a connection.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

from portal.sandbox.bad_answers import BY_PROXY

LINGER_NOT = struct.pack("ii", 1, 0)
LONGEST = 60.0  # nobody waits longer for bytes that never come

Send = Callable[[asyncio.StreamWriter, bytes, bytes], Awaitable[None]]


class FaultProxy:
    """`with FaultProxy(sandbox.port) as proxy:` listens on `proxy.url`, in a thread of its own."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.url = ""
        self._listens = threading.Event()
        self._carrying: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listens.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**24)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._listens.set()
        await self._over.wait()
        server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await asyncio.sleep(0.05)  # what is aborted is closed on a later turn of the loop

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await _read_request(reader)
            head, body = await self._ask(request)
            fault, head = _fault_in(head)
            await WAYS[fault](writer, head, body)

    async def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        with contextlib.closing(writer):
            writer.write(request)
            answer = await reader.read(-1)
        head, _blank, body = answer.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n", body


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """An address that takes no connection and refuses none: its queue is full."""
    with socket.socket() as listener, contextlib.ExitStack() as queue:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _place in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
    lines[1:1] = [b"Connection: close"]
    return b"\r\n".join(lines) + body


def _fault_in(head: bytes) -> tuple[str, bytes]:
    """Return what the answer asks for, and its head without that, one that ends the connection."""
    fault, kept = "", []
    for line in head.rstrip().split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == BY_PROXY.lower().encode():
            fault = value.strip().decode()
        elif name.lower() != b"connection":
            kept.append(line)
    return fault, b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def _pass(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    writer.write(head + body)
    await writer.drain()


async def _silent(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await asyncio.sleep(LONGEST)


async def _stall(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await _pass(writer, head, b"")
    await asyncio.sleep(LONGEST)


async def _drip(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await _pass(writer, head, b"")
    for place in range(len(body)):
        await _pass(writer, b"", body[place : place + 1])
        await asyncio.sleep(1)


async def _reset(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await _pass(writer, head, body[: len(body) // 2])
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


async def _truncated(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await _pass(writer, head, body[: len(body) // 2])


async def _short_length(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    shorter = _without_length(head) + b"Content-Length: %d\r\n\r\n" % (len(body) // 2)
    await _pass(writer, shorter, body)


async def _bad_gzip(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    packed = b"\x1f\x8b\x08\x00" + b"no gzip follows" * 3
    named = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    await _pass(writer, _without_length(head) + named, packed)


def _without_length(head: bytes) -> bytes:
    lines = head.rstrip().split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"content-length")]
    return b"\r\n".join(kept) + b"\r\n"


WAYS: dict[str, Send] = {
    "": _pass,
    "bad_gzip": _bad_gzip,
    "drip": _drip,
    "reset": _reset,
    "short_length": _short_length,
    "silent": _silent,
    "stall": _stall,
    "truncated": _truncated,
}
