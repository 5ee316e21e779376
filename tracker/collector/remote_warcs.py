"""WARC files that stay where they are: read over HTTP as they come, and never stored."""

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, cast

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from tracker.collector.crawls.guards import may_connect
from tracker.collector.crawls.visits import name_agent, strip_credentials
from tracker.collector.documents import Document, Problem
from tracker.collector.warcs import Wants, read_stream

MAX_WAIT: Final = 600.0
"""Longest wait that a server may ask for, in seconds."""


@dataclass(frozen=True)
class RemoteSettings:
    """How files are fetched.

    Attributes:
        contact: Who is behind it; part of the user agent.
        allow_private: Whether loopback and private addresses may be connected to.
        max_bytes: Largest file, as it comes.
        seconds: Longest time for one file.
        timeout: Longest silence, in seconds.
        tries: How often a file is asked for before giving up.
        backoff: Seconds before the second further try; each one after it waits twice as long.
    """

    contact: str = ""
    allow_private: bool = False
    max_bytes: int = 8_000_000_000
    seconds: float = 7_200.0
    timeout: float = 60.0
    tries: int = 4
    backoff: float = 2.0


def read_remote(
    url: str, settings: RemoteSettings, wants: Wants | None = None
) -> Iterator[Document | Problem]:
    """Yield the pages of a WARC file on the web, and a problem for what ends it early.

    Nothing is kept but the record at hand. 429 and 503 are answered with the patience that
    Retry-After asks for, other failures with ever longer pauses.

    Args:
        url: An http or https address of a WARC file, packed or not.
        settings: How it is fetched.
        wants: Chooses pages by their address, before they are read; all if None.

    Raises:
        InputError: If the address is not http or https.
    """
    url = strip_credentials(url)
    with contextlib.closing(_open_pool(settings.allow_private)) as pool:
        try:
            answer = pool.request(
                "GET", url, preload_content=False, decode_content=False,
                headers={"User-Agent": name_agent(settings.contact), "Accept-Encoding": "identity"},
                timeout=Timeout(settings.timeout),
                retries=_Patience(
                    settings.tries - 1, redirect=5, backoff_factor=settings.backoff,
                    status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False,
                ),
            )  # fmt: skip
        except HTTPError as error:
            yield Problem(url, f"cannot be fetched: {_shorten(error)}")
            return
        with contextlib.closing(answer):
            if answer.status != 200:
                yield Problem(url, f"the server answered {answer.status}; wanted 200")
                return
            body = cast(IO[bytes], _Bounded(answer, settings))
            yield from read_stream(body, url, wants)


class _Bounded(io.RawIOBase):
    """Reads an answer up to the limits; passing one is an OSError."""

    def __init__(self, answer: urllib3.BaseHTTPResponse, settings: RemoteSettings) -> None:
        self._answer, self._settings = answer, settings
        self._end = time.monotonic() + settings.seconds
        self._n_bytes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._answer.read(size if size >= 0 else 1 << 16)
        except HTTPError as error:
            raise OSError(f"the file broke off ({_shorten(error)})") from error
        self._n_bytes += len(data)
        if self._n_bytes > self._settings.max_bytes:
            raise OSError(f"larger than {self._settings.max_bytes:,} bytes")
        if time.monotonic() > self._end:
            raise OSError(f"not done after {self._settings.seconds:g} s")
        return data

    def tell(self) -> int:
        return self._n_bytes


class _Patience(Retry):
    """Waits as long as a server asks, and gives up where that is too long."""

    def sleep_for_retry(self, response: urllib3.BaseHTTPResponse) -> bool:
        asked = self.get_retry_after(response) or 0
        if asked > MAX_WAIT:
            raise HTTPError(
                f"{response.status}, Retry-After {asked:.0f} s, longer than our limit of "
                f"{MAX_WAIT:g} s"
            )
        return super().sleep_for_retry(response)


class _PrivateError(HTTPError):
    """Not tried again."""


def _open_pool(allow_private: bool) -> Any:
    """Return a pool that lets nothing through to private addresses, after redirects neither."""

    def check(connection: Any, opened: Any) -> Any:
        host = opened.getpeername()[0]
        if may_connect(host, allow_private=allow_private):
            return opened
        opened.close()
        raise _PrivateError(f"{connection.host} is at a private address; not visited")

    class Plain(HTTPConnection):
        def _new_conn(self) -> Any:
            return check(self, super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> Any:
            return check(self, super()._new_conn())

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    class Pools(urllib3.PoolManager):
        def close(self) -> None:
            self.clear()

    pools = Pools(maxsize=1)
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pools


def _shorten(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason).rpartition("object at ")[2][:200]
