"""How the crawler treats hosts, by the hosts' own logs."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import tracker
from tests.collector.web import nights
from tests.collector.web.pages import front
from tests.collector.web.servers import Hit, Reply, Script, Web
from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl

PAGE = front().encode()
SETTINGS = CrawlSettings(delay=0.0, timeout=3.0, tries=2, backoff=0.5, patience=3.0)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def serve(*replies: Reply, robots: bytes = b"", seconds: float = 0.0) -> Script:
    """Answer with each reply in turn, the last for ever; take so many seconds."""
    n_asked = 0

    async def say(hit: Hit, _: asyncio.StreamWriter) -> Reply:
        nonlocal n_asked
        if hit.path == "/robots.txt":
            return Reply(robots)
        await asyncio.sleep(seconds)
        n_asked += 1
        return (replies or (Reply(PAGE),))[min(n_asked, len(replies) or 1) - 1]

    return say


def ask(url: str, **more) -> VisitRequest:
    return VisitRequest(url, allow_private=True, **more)


def gaps(web: Web, name: str, *, robots: bool = True) -> list[float]:
    """Return the seconds between the requests that a host got."""
    times = [hit.at for hit in web.of(name) if robots or hit.path != "/robots.txt"]
    return [later - earlier for earlier, later in pairwise(times)]


def test_requests_to_one_host_keep_its_delay_and_robots_txt_counts_too(web: Web):
    url = web.add("one", serve())
    list(crawl([ask(f"{url}{n}", delay=0.5) for n in range(4)], settings=SETTINGS))
    assert len(web.of("one")) == 5
    assert min(gaps(web, "one")) >= 0.5
    assert len({round(gap, 3) for gap in gaps(web, "one")}) > 1  # jittered


def test_a_crawl_delay_holds_from_page_to_page_and_is_remembered(web: Web, tmp_path: Path):
    url = web.add("slow", serve(robots=b"User-agent: *\nCrawl-delay: 1.5\n"))
    state = tmp_path / "hosts.sqlite"
    list(crawl([ask(f"{url}a"), ask(f"{url}b")], settings=SETTINGS, state=state))
    list(crawl([ask(f"{url}c")], settings=SETTINGS, state=state))
    assert min(gaps(web, "slow", robots=False)) >= 1.5


def test_a_host_that_asks_for_more_patience_than_there_is_is_left_alone(web: Web):
    url = web.add("hour", serve(robots=b"User-agent: *\nCrawl-delay: 3600\n"))
    first, second = crawl([ask(f"{url}a"), ask(f"{url}b")], settings=SETTINGS)
    assert (first.outcome, second.outcome) == ("ok", "blocked")
    assert "Crawl-delay keeps us from 127.0.40.1 for " in second.note
    assert [hit.path for hit in web.of("hour")] == ["/robots.txt", "/a"]


def test_retry_after_is_kept_for_the_whole_host_and_by_later_crawls(web: Web, tmp_path: Path):
    slow = Reply(b"", "429 Slow", {"Retry-After": "2"})
    url = web.add("busy", serve(slow, Reply(PAGE)))
    visits = list(crawl([ask(f"{url}a"), ask(f"{url}b")], settings=SETTINGS))
    assert [(visit.outcome, visit.tries) for visit in visits] == [("ok", 2), ("ok", 1)]
    assert gaps(web, "busy", robots=False)[0] >= 2
    long = Reply(b"", "503 Down", {"Retry-After": "3600"})
    url, state = web.add("down", serve(long)), tmp_path / "hosts.sqlite"
    (visit,) = crawl([ask(url)], settings=SETTINGS, state=state)
    assert (visit.outcome, visit.status) == ("http_error", 503)
    (visit,) = crawl([ask(url)], settings=SETTINGS, state=state)
    assert (visit.outcome, visit.tries) == ("blocked", 0)
    assert "Retry-After" in visit.note
    assert len(web.of("down")) == 2


def test_failures_are_tried_again_ever_later(web: Web):
    url = web.add("bad", serve(Reply(b"", "500 Oh")))
    settings = CrawlSettings(delay=0.0, tries=3, backoff=0.4)
    (visit,) = crawl([ask(url)], settings=settings)
    assert (visit.outcome, visit.tries) == ("http_error", 3)
    first, second = gaps(web, "bad", robots=False)
    assert first >= 0.3
    assert second >= 0.6


def test_a_host_is_never_asked_twice_at_once_even_where_another_leads_to_it(web: Web):
    busy, most = 0, 0

    async def count(hit: Hit, _: asyncio.StreamWriter) -> Reply:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.1)
        busy -= 1
        return Reply(b"" if hit.path == "/robots.txt" else PAGE)

    url = web.add("one", count)
    lead = [web.add(f"to {n}", serve(Reply(b"", "302 Found", {"Location": url}))) for n in range(4)]
    requests = [ask(f"{url}{n}") for n in range(4)] + [ask(other) for other in lead]
    visits = list(crawl(requests, settings=SETTINGS))
    assert [visit.outcome for visit in visits] == ["ok"] * 8
    assert most == 1


def test_dead_and_slow_hosts_never_delay_the_others(web: Web):
    slow = [web.add(f"slow {n}", serve(seconds=60)) for n in range(9)]
    good = [web.add(f"good {n}", serve()) for n in range(30)]
    requests = [ask(url, meta=url) for url in (*slow, *good)]
    order = [visit.request.meta for visit in crawl(requests, settings=SETTINGS)]
    assert set(order[:30]) == set(good)


def test_no_more_hosts_are_spoken_to_at_once_than_allowed(web: Web):
    busy, most = 0, 0

    async def count(_: Hit, __: asyncio.StreamWriter) -> Reply:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.05)
        busy -= 1
        return Reply(b"")

    urls = [web.add(f"{n}", count) for n in range(12)]
    list(crawl(map(ask, urls), settings=CrawlSettings(delay=0.0, hosts=3)))
    assert most == 3


def test_cookies_are_not_carried_from_one_page_to_the_next(web: Web):
    reply = Reply(PAGE, headers={"Content-Type": "text/html", "Set-Cookie": "id=7; Path=/"})
    url = web.add("one", serve(reply))
    list(crawl([ask(f"{url}a"), ask(f"{url}b")], settings=SETTINGS))
    assert all("cookie" not in hit.headers for hit in web.hits)


def start_night(folder: Path, urls: list[str]) -> subprocess.Popen[bytes]:
    files = [str(folder / name) for name in ("hosts.sqlite", "done")]
    command = [sys.executable, "-m", nights.__name__, *files, *urls]
    return subprocess.Popen(command, cwd=Path(tracker.__file__).parent.parent)


def wait_for_hits(web: Web, number: int, process: subprocess.Popen[bytes]) -> None:
    while len(web.hits) < number and process.poll() is None:
        time.sleep(0.01)


def test_killed_at_any_moment_and_started_again_no_host_is_visited_within_its_delay(
    web: Web, tmp_path: Path
):
    hosts = [web.add(f"h{number}", serve()) for number in range(12)]
    urls = [f"{url}{page}" for url in hosts for page in "abc"]
    chance = random.Random(4)
    kills = 0
    for _ in range(5):
        process = start_night(tmp_path, urls)
        wait_for_hits(web, len(web.hits) + chance.randint(1, 14), process)
        time.sleep(chance.uniform(0.0, 0.2))
        process.kill()
        kills += process.wait() != 0
    # The last of them may have come to its end by then.
    assert kills >= 2
    assert start_night(tmp_path, urls).wait(60) == 0
    assert sorted((tmp_path / "done").read_text().split()) == sorted(urls)
    for number in range(12):
        # Between a note in the file and the first byte on the wire a busy machine takes its time.
        assert min(gaps(web, f"h{number}")) >= 0.7 * nights.DELAY


def test_a_killed_crawl_leaves_nothing_running(web: Web, tmp_path: Path):
    url = web.add("one", serve())
    process = start_night(tmp_path, [f"{url}{page}" for page in range(60)])
    wait_for_hits(web, 2, process)
    process.kill()
    process.wait()
    time.sleep(0.5)
    n_hits = len(web.hits)
    time.sleep(2 * nights.DELAY)
    assert len(web.hits) == n_hits
