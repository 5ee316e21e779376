"""Pages a second of the crawler, beside a bare HTTP client that asks for nothing else.

500 pages of 100 hosts on loopback, without delay; the crawler also reads each robots.txt, keeps to
one request a host at a time, writes every host down and starts a process.

Usage: uv run python -m tests.bench.bench_crawl
"""

import asyncio
import platform
import time
from importlib.metadata import version

import aiohttp

from tests.collector.web.pages import front
from tests.collector.web.servers import Hit, Reply, Web
from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl

HOSTS, PAGES, AT_ONCE = 100, 5, 32
PAGE = front(f"<p>{'word ' * 6000}</p>").encode()


async def answer(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    """Answer with a page of 30 kB."""
    return Reply(b"" if hit.path == "/robots.txt" else PAGE)


async def fetch_bare(urls: list[str]) -> None:
    """Fetch every address with as many connections as the crawler has."""
    free = asyncio.Semaphore(AT_ONCE)

    async def fetch(session: aiohttp.ClientSession, url: str) -> None:
        async with free, session.get(url) as response:
            assert len(await response.read()) == len(PAGE)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(fetch(session, url) for url in urls))


def main() -> None:
    """Print the machine, the versions and three rounds of both."""
    print(f"{platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"scrapy {version('scrapy')}, aiohttp {version('aiohttp')}")
    with Web() as web:
        hosts = [web.add(str(number), answer) for number in range(HOSTS)]
        urls = [f"{host}{page}" for page in range(PAGES) for host in hosts]
        requests = [VisitRequest(url, allow_private=True) for url in urls]
        for _ in range(3):
            started = time.perf_counter()
            asyncio.run(fetch_bare(urls))
            bare = time.perf_counter() - started
            started, first = time.perf_counter(), 0.0
            for visit in crawl(requests, settings=CrawlSettings(delay=0.0, hosts=AT_ONCE)):
                assert visit.outcome == "ok"
                first = first or time.perf_counter() - started
            whole = time.perf_counter() - started
            print(
                f"bare {len(urls) / bare:.0f} pages/s; crawl {len(urls) / whole:.0f} pages/s, "
                f"{len(urls) / (whole - first):.0f} after its start of {first:.1f} s"
            )


if __name__ == "__main__":
    main()
