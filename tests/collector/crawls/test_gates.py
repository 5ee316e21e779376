"""The proxy between a browser and the world, spoken to as a browser does."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.collector.web.servers import is_untouched, listen
from tracker.collector.crawls.gates import Gate, Place, PrivateAddressError


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen() as listener:
        yield listener


def speak(gate_of: Callable[[], Gate], talk: Callable[[Gate, str, int], Awaitable[bytes]]) -> bytes:
    async def run() -> bytes:
        async with gate_of() as gate:
            _, _, port = gate.url.rpartition(":")
            return await asyncio.wait_for(talk(gate, "127.0.0.1", int(port)), 10)

    return asyncio.run(run())


def wish(place: Place, command: int = 1) -> bytes:
    host, port = place
    name = host.encode()
    return b"\x05\x01\x00\x05" + bytes([command, 0, 3, len(name)]) + name + port.to_bytes(2, "big")


def ask(sent: bytes) -> Callable[[Gate, str, int], Awaitable[bytes]]:
    async def talk(_: Gate, host: str, port: int) -> bytes:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(sent)
        said = await reader.read(12)
        said += await reader.read(12) if 0 < len(said) < 12 else b""
        writer.close()
        return said

    return talk


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "::1"])
def test_private_places_are_refused_before_a_connection_is_made(name: str, listener: socket.socket):
    place = name, listener.getsockname()[1]
    gates: list[Gate] = []

    def make() -> Gate:
        gates.append(Gate(("127.0.0.1", 1), lambda _: None))
        return gates[0]

    assert speak(make, ask(wish(place)))[3] == 2
    assert is_untouched(listener)
    assert isinstance(gates[0].failures[place], PrivateAddressError)


def test_the_one_place_that_may_be_private_is_led_to_and_its_bytes_counted(
    listener: socket.socket,
):
    place = "localhost", listener.getsockname()[1]
    counted: list[int] = []

    async def talk(_: Gate, host: str, port: int) -> bytes:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(wish(place) + b"hello")
        said = await reader.readexactly(12)
        there, _ = await asyncio.get_running_loop().sock_accept(listener)
        with there:
            loop = asyncio.get_running_loop()
            assert await loop.sock_recv(there, 5) == b"hello"
            await loop.sock_sendall(there, b"good day")
        said += await reader.read()
        writer.close()
        return said

    said = speak(lambda: Gate(place, counted.append), talk)
    assert said[3] == 0
    assert said[12:] == b"good day"
    assert sum(counted) == 8


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b""),
        (wish(("127.0.0.1", 1), command=2), b"\x05\x00\x05\x07"),
        (wish(("127.0.0.1", 1), command=3), b"\x05\x00\x05\x07"),
        (wish(("press.invalid", 80)), b"\x05\x00\x05\x04"),
    ],
)
def test_other_wishes_are_not_granted(sent: bytes, answer: bytes):
    said = speak(lambda: Gate(None, lambda _: None), ask(sent))
    assert said[:4] == answer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("n_steps", range(6))
def test_who_comes_while_the_gate_closes_is_led_nowhere(n_steps: int, listener: socket.socket):
    place = "127.0.0.1", listener.getsockname()[1]

    async def talk(gate: Gate, host: str, port: int) -> bytes:
        with socket.create_connection((host, port)) as visitor:
            visitor.sendall(wish(place))
            for _ in range(n_steps):
                await asyncio.sleep(0)
            await gate.close()
            await asyncio.sleep(0.05)
            return b""

    speak(lambda: Gate(place, lambda _: None), talk)
    gc.collect()  # asyncio forgets the socket of one that comes in the very step of closing
    assert is_untouched(listener)
