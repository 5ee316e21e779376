"""The one way out of a browser: a proxy that connects to nothing but what is allowed."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from tracker.collector.crawls.guards import may_connect

_VERSION: Final = 5
_CONNECT: Final = 1
_PIECE: Final = 1 << 16

Place = tuple[str, int]
"""A host and a port."""


class PrivateAddressError(OSError):
    """A host has no address that may be connected to.

    Attributes:
        address: The one that may not.
    """

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} may not be connected to")
        self.address = address


class Gate:
    """A SOCKS5 server on loopback, for one browser while it shows one page; used as a context.

    The browser hands on names, so each is resolved here, once for each connection, and what was
    judged is what is connected to: a name that leads elsewhere the second time changes nothing.

    Source: RFC 1928.

    Args:
        home: The only place that may be at a private address; None if none may.
        count: Told the number of bytes of each piece that came from outside.

    Attributes:
        failures: What became of places that could not be connected to.
    """

    def __init__(self, home: Place | None, count: Callable[[int], None]) -> None:
        self.failures: dict[Place, OSError] = {}
        self._home = home
        self._count = count
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return the address that a browser takes for its proxy."""
        assert self._server is not None
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every connection and take no further one."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                # One that came in while the gate was closing is let in no more.
                if self._server is not None and self._server.is_serving():
                    await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = await _read_wish(reader, writer)
        if place is None:
            return
        try:
            there, back = await self._connect(place)
        except OSError as error:
            self.failures[place] = error
            writer.write(_answer(_name_failure(error)))
            await writer.drain()
            return
        try:
            self.failures.pop(place, None)
            writer.write(_answer(0))
            ways = (
                asyncio.ensure_future(self._carry(reader, back, lambda _: None)),
                asyncio.ensure_future(self._carry(there, writer, self._count)),
            )
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            back.close()

    async def _connect(self, place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = place
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failure: OSError = PrivateAddressError(str(found[0][4][0]))
        for *_, address in found:
            if may_connect(str(address[0]), allow_private=place == self._home):
                try:
                    return await asyncio.open_connection(str(address[0]), port)
                except OSError as error:
                    failure = error
        raise failure

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        count: Callable[[int], None],
    ) -> None:
        while piece := await reader.read(_PIECE):
            count(len(piece))
            writer.write(piece)
            await writer.drain()


async def _read_wish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Place | None:
    """Return where a client wants to go, None if it speaks no SOCKS5 or wants something else."""
    version, n_methods = await reader.readexactly(2)
    if version != _VERSION:
        return None
    await reader.readexactly(n_methods)
    writer.write(bytes([_VERSION, 0]))
    version, command, _, kind = await reader.readexactly(4)
    lengths = {1: 4, 4: 16}
    if version != _VERSION or command != _CONNECT or kind not in (1, 3, 4):
        writer.write(_answer(7))
        return None
    length = lengths[kind] if kind in lengths else (await reader.readexactly(1))[0]
    said = await reader.readexactly(length)
    port = int.from_bytes(await reader.readexactly(2), "big")
    if kind == 3:
        return said.decode("ascii", "replace").strip("[]").lower(), port
    return str(ipaddress.ip_address(said)), port


def _answer(code: int) -> bytes:
    return bytes([_VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0])


def _name_failure(error: OSError) -> int:
    if isinstance(error, PrivateAddressError):
        return 2
    return {socket.gaierror: 4, ConnectionRefusedError: 5}.get(type(error), 1)
