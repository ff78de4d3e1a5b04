"""A deadline for a whole HTTP call: a socket timeout alone starts anew with every byte."""

import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import httpcore
import httpx

_ends_at: ContextVar[float] = ContextVar("ends_at")


@contextmanager
def deadline(ends_at: float) -> Iterator[None]:
    """Let every read and write inside end by `ends_at`, a moment of time.monotonic()."""
    token = _ends_at.set(ends_at)
    try:
        yield
    finally:
        _ends_at.reset(token)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport over a pool whose sockets obey the deadline.

    With `addresses` it connects to one of these and looks no host up; the certificate is still
    checked against the host that the URL names.
    """

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        # Instead of super().__init__(), which can't be given a network backend.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted_authorities(),
            network_backend=_Backend(addresses),
            max_connections=20,
            keepalive_expiry=5.0,
        )


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self.inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            left = _left(timeout)
        except httpcore.ReadTimeout:
            self.close()  # as its own start_tls does when it fails
            raise
        return _Stream(self.inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:  # as httpcore has it: each key its own type
        return self.inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = self.addresses or (host,)
        for address in others:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            super().connect_tcp(address, port, _left(timeout), local_address, socket_options)
        )


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Read once in each process: reading takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


def _left(timeout: float | None) -> float:
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The deadline of the call has passed.")
    return left if timeout is None else min(timeout, left)
