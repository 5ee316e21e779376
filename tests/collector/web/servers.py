"""A small web of real sockets on loopback: as many hosts as wanted, each as faulty as wanted."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Hit:
    """One request that reached a host.

    Attributes:
        host: Which.
        path: What it asked for.
        headers: Its header lines, names in lower case.
        at: When it came, seconds since 1970.
        number: How many requests for this path came before it.
    """

    host: str
    path: str
    headers: dict[str, str]
    at: float
    number: int


@dataclass
class Reply:
    """What a host says; a script (below) may do anything else with the socket.

    Attributes:
        body: The body as sent.
        status: Status line without the version.
        headers: Header lines; Content-Length is added unless `bare`.
        bare: Whether the lines are all there is.
        keep: Whether the connection stays open.
    """

    body: bytes = b""
    status: str = "200 OK"
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"}
    )
    bare: bool = False
    keep: bool = True

    def lines(self) -> bytes:
        """Return the reply as bytes."""
        lines = dict(self.headers)
        if not self.bare:
            lines["Content-Length"] = str(len(self.body))
        if not self.keep:
            lines["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode("latin-1") + self.body


Script = Callable[[Hit, asyncio.StreamWriter], Awaitable[Reply | None]]
"""Answers a hit: by a reply, or by itself on the socket, which is closed after it."""


class Web:
    """Hosts on loopback addresses of their own, served by one thread; used as a context.

    Attributes:
        hits: Every request that came, in order.
    """

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, name: str, script: Script, *, tls: ssl.SSLContext | None = None) -> str:
        """Open a host; return its address, ending in a slash."""
        address = self.next_address

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._serve(name, script, reader, writer)
            except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
                pass
            finally:
                writer.close()

        async def open_host() -> asyncio.Server:
            return await asyncio.start_server(serve, address, 0, ssl=tls)

        server = asyncio.run_coroutine_threadsafe(open_host(), self._loop).result(10)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return f"{'https' if tls else 'http'}://{address}:{port}/"

    @property
    def next_address(self) -> str:
        """Return the address that the next host will have."""
        number = len(self._servers)
        return f"127.0.{40 + number // 200}.{1 + number % 200}"

    def of(self, name: str) -> list[Hit]:
        """Return the requests that one host got."""
        return [hit for hit in self.hits if hit.host == name]

    async def _serve(
        self,
        name: str,
        script: Script,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while True:
            first = await reader.readexactly(1)
            if first == b"\x16":  # TLS is spoken to a host that knows none
                writer.write(Reply(b"", "400 Bad Request", keep=False).lines())
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            at, path = time.time(), head[0].split(" ")[1]
            headers = {
                key.strip().lower(): value.strip()
                for key, _, value in (line.partition(":") for line in head[1:] if line)
            }
            number = self._counts.get((name, path), 0)
            self._counts[name, path] = number + 1
            hit = Hit(name, path, headers, at, number)
            self.hits.append(hit)
            reply = await script(hit, writer)
            if reply is None:
                return
            writer.write(reply.lines())
            await writer.drain()
            if not reply.keep:
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        async def close() -> None:
            for server in self._servers:
                server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def listen() -> Iterator[socket.socket]:
    """A port on loopback that answers nothing, for places to which nothing may come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def is_untouched(listener: socket.socket) -> bool:
    """Return whether nobody has come to a port since this was asked last."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return True
    return False
