"""Pages that need a browser, shown by the system's Chromium, by the hosts' own logs."""

import asyncio
import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.collector.web import pages
from tests.collector.web.certificates import Authority
from tests.collector.web.servers import Hit, Reply, Script, Web, is_untouched, listen
from tracker.collector.archives import File, read_documents
from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.crawls.browsers import find_browser
from tracker.collector.crawls.hosts import HostBook
from tracker.collector.crawls.tracks import Stopped
from tracker.collector.page_writers import PageWriter
from tracker.intakes.harvests import harvest

pytest.importorskip("playwright", reason="playwright is not installed")
try:
    find_browser()
except Stopped as stopped:
    pytest.skip(stopped.note, allow_module_level=True)
pytestmark = pytest.mark.browser

STORIES = [[f"/news/{n}001-x", title] for n, title in enumerate(pages.STORIES)]
MORE = [
    [f"/more/{n}001-x", f"{title}, for the second time"] for n, (_, title) in enumerate(STORIES)
]
SHOW = """
const show = (heading, stories) => {
    const box = document.createElement("aside");
    box.innerHTML = `<h3>${heading}</h3><ul>` +
        stories.map(([url, title]) => `<li><a href="${url}">${title}</a></li>`).join("") + "</ul>";
    document.querySelector("main").append(box);
};
"""
LAZY = """
fetch("/api/latest").then(answer => answer.json()).then(stories => show("Latest news", stories));
new IntersectionObserver((seen, watch) => {
    if (!seen[0].isIntersecting) return;
    watch.disconnect();
    fetch("/api/read").then(answer => answer.json()).then(stories => show("Most read", stories));
}).observe(document.querySelector("#end"));
"""
HTML = {"Content-Type": "text/html"}
SETTINGS = CrawlSettings(
    contact="mailto:desk@press.example",
    delay=0.0, timeout=15.0, max_bytes=1_000_000, tries=2, backoff=0.1, patience=5.0,
)  # fmt: skip


def shell(script: str, *, head: str = "") -> bytes:
    """Return a page whose lists come by a script."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="iso-8859-1"><title>Été</title>{head}'
        '</head><body><main><h1>The Courier</h1></main><div style="height: 9000px"></div>'
        f'<img src="/picture.png"><p id="end">Genève</p><script>{SHOW}{script}</script></body>'
    )
    return text.encode("latin-1", "xmlcharrefreplace")


PRY = """
const places = %s, stun = %d, all = [];
const attempt = what => { try { all.push(Promise.resolve(what()).catch(() => 0)); } catch {} };
const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
for (const place of places) {
    const http = `http:${place}/x`, ws = `ws:${place}/x`;
    attempt(() => fetch(http, {mode: "no-cors"}));
    attempt(() => fetch(http, {method: "POST", mode: "no-cors", body: "x", keepalive: true}));
    attempt(() => fetch(http, {headers: {"X-Own": "y"}}));
    attempt(() => new WebSocket(ws));
    attempt(() => new EventSource(http));
    attempt(() => navigator.sendBeacon(http, "x"));
    attempt(() => new Worker(URL.createObjectURL(new Blob([
        `fetch("${http}", {mode: "no-cors"}).catch(() => 0); new WebSocket("${ws}");`]))));
    attempt(() => new SharedWorker(URL.createObjectURL(new Blob([`fetch("${http}")`]))));
    attempt(() => new WebTransport(`https:${place}/x`).ready);
    attempt(() => window.open(http));
    attempt(() => navigator.serviceWorker.register("/work.js"));
    for (const tag of ["img", "script", "iframe", "video", "embed"]) add(tag, {src: http});
    add("object", {data: http});
    for (const rel of ["stylesheet", "preconnect", "prefetch", "dns-prefetch", "preload", "icon"])
        add("link", {rel, href: http, as: "script"});
    add("form", {action: http, method: "post", target: "_blank"}).submit?.();
}
add("script", {type: "speculationrules",
    text: JSON.stringify({prerender: [{urls: places.map(p => `http:${p}/x`)}]})});
attempt(() => fetch("file:///etc/passwd").then(a => a.text()).then(t => document.body.append(t)));
add("iframe", {src: "file:///etc/passwd"});
attempt(async () => {
    const peer = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${stun}`}]});
    peer.createDataChannel("x");
    await peer.setLocalDescription(await peer.createOffer());
});
attempt(() => new WebSocket(`ws://${location.host}/socket`));
Promise.race([Promise.all(all), new Promise(done => setTimeout(done, 400))])
    .then(() => document.body.append("end of the attempts"));
"""


GREEDY = """
const host = location.host;
const frame = more => document.body.append(Object.assign(document.createElement("iframe"), more));
const inner = name => `<img src="${location.origin}/picture-${name}.png"><script>
    fetch("${location.origin}/fetch-${name}", {mode: "no-cors"});</` + `script>`;
frame({srcdoc: inner("framed")});
frame({srcdoc: inner("sandboxed"), sandbox: "allow-scripts"});
frame({src: `data:text/html,${encodeURIComponent(inner("data"))}`});
frame({src: URL.createObjectURL(new Blob([inner("blob")], {type: "text/html"}))});
frame({src: "/frame"});
document.body.insertAdjacentHTML("beforeend", `
    <style>@font-face {font-family: own; src: url(/font.woff2)} p {font-family: own}</style>
    <p style="background: url(/paper.png)">Words</p><svg><image href="/drawn.png"/></svg>
    <video autoplay src="/film.mp4" poster="/poster.png"></video><object data="/object"></object>
    <link rel="preload" as="image" href="/early.png"><link rel="icon" href="/icon.png">`);
new Image().src = "/scripted.png";
try { new WebSocket(`ws://${host}/socket`); } catch {}
new Worker(URL.createObjectURL(new Blob([`new WebSocket("ws://${host}/socket-of-worker")`])));
new SharedWorker(URL.createObjectURL(new Blob([`fetch("http://${host}/shared")`])));
const next = {prefetch: [{urls: ["/next"]}], prerender: [{urls: ["/after"]}]};
document.head.append(Object.assign(document.createElement("script"),
    {type: "speculationrules", text: JSON.stringify(next)}));
document.head.append(
    Object.assign(document.createElement("link"), {rel: "prefetch", href: "/perhaps"}));
navigator.credentials.get({identity: {providers: [
    {configURL: `http://${host}/account.json`, clientId: "1"}]}}).catch(() => 0);
const total = {label: "x", amount: {currency: "EUR", value: "1"}};
const pay = () => new PaymentRequest([{supportedMethods: `http://${host}/pay`}], {total});
try { pay().canMakePayment().catch(() => 0); } catch {}
"""


def hints(port: int) -> str:
    """Return what a page asks of a browser before any script runs."""
    return "".join(
        f'<link rel="{rel}" href="http://127.0.0.1:{port}/x" as="script">'
        for rel in ("preconnect", "prefetch", "dns-prefetch", "preload", "manifest", "stylesheet")
    )


def stories(rows: list[list[str]]) -> Reply:
    """Return stories as scripts read them."""
    return Reply(json.dumps(rows).encode(), headers={"Content-Type": "application/json"})


def then(first: Reply | None, other: Reply | None) -> Script:
    """Answer the first time so, and so ever after; None closes the connection."""

    async def say(hit: Hit, _: asyncio.StreamWriter) -> Reply | None:
        return first if hit.number == 0 else other

    return say


class Site:
    """Hosts by their scripts, opened on one web and visited in one crawl."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.requests: list[VisitRequest] = []

    def add(self, name: str, page: bytes | Reply | Script, path: str = "", **replies: Reply) -> str:
        """Open a host, and visit it; `replies` are what stands at other paths."""

        async def say(hit: Hit, writer: asyncio.StreamWriter) -> Reply | None:
            key = hit.path.strip("/").replace("/", "_").replace(".", "_")
            if key in replies or key == "robots_txt":
                return replies.get(key, Reply())
            if key == "wait":
                await asyncio.sleep(60)
            if callable(page):
                return await page(hit, writer)
            return page if isinstance(page, Reply) else Reply(page, headers=HTML)

        url = self.web.add(name, say)
        self.visit(name, f"{url}{path}")
        return url

    def visit(self, name: str, url: str, **more) -> None:
        """Visit an address."""
        self.requests.append(
            VisitRequest(url, name, fetcher="browser", allow_private=True, meta=name, **more)
        )

    def run(self, settings: CrawlSettings = SETTINGS) -> dict[str, Visit]:
        """Return the visits by name."""
        return {visit.request.meta: visit for visit in crawl(self.requests, settings=settings)}

    def paths(self, name: str) -> list[str]:
        """Return what one host was asked for."""
        return [hit.path for hit in self.web.of(name)]


@pytest.fixture
def site() -> Iterator[Site]:
    with Web() as web:
        yield Site(web)


@pytest.fixture
def forbidden() -> Iterator[socket.socket]:
    """A port on loopback to which nothing may come."""
    with listen() as listener:
        yield listener


def titles(visit: Visit) -> set[str]:
    assert visit.document is not None
    found = harvest(visit.document).lists
    return {item.title for one in found for item in one.items}


def test_lists_that_scripts_add_are_there_lazy_ones_too(site: Site, tmp_path: Path):
    site.add("lazy", shell(LAZY), api_latest=stories(STORIES), api_read=stories(MORE))
    visit = site.run()["lazy"]
    assert (visit.outcome, visit.status, visit.note, visit.tries) == ("ok", 200, "", 1)
    assert titles(visit) == {title for _, title in STORIES + MORE}
    assert site.paths("lazy") == ["/robots.txt", "/", "/api/latest", "/api/read"]
    assert "Genève" in visit.body.decode()
    for hit in site.web.hits:
        assert "mailto:desk@press.example" in hit.headers["user-agent"]
        assert hit.headers["user-agent"].startswith("tracker/")

    path = tmp_path / "night.warc.gz"
    document = replace(visit.document, headers=visit.headers, request=visit.sent)
    with path.open("wb") as file:
        PageWriter(file).write(document, visit.url, "Courier", visit.started_at)
    (again,) = read_documents(File(path, "warc"))
    assert harvest(again) == harvest(visit.document)
    with path.open("rb") as file:
        said = [record.http_headers for record in ArchiveIterator(file)][1]
    assert "showed it after its scripts" in said.get_header("X-Archive-Rendered")
    assert said.get_header("X-Archive-Orig-Content-Type") == "text/html"


def test_nothing_a_page_tries_reaches_a_forbidden_place(site: Site, forbidden: socket.socket):
    port = forbidden.getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun:
        stun.bind(("127.0.0.1", 0))
        stun.setblocking(False)
        places = [f"//{host}:{port}" for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]")]
        site.add("curious", shell(PRY % (places, stun.getsockname()[1]), head=hints(port)))
        led = Reply(b"", "302 Found", {"Location": f"http://127.0.0.1:{port}/led"})
        site.add("led", shell("fetch('/lead').catch(() => 0)"), lead=led)
        visits = site.run()
        with pytest.raises(BlockingIOError):
            stun.recv(1)
    assert is_untouched(forbidden)
    for name in ("curious", "led"):
        assert visits[name].outcome == "ok"
        assert re.search("private address(es)? kept from it", visits[name].note)
    body = visits["curious"].body.decode()
    assert "end of the attempts" in body
    assert "root:" not in body
    assert set(site.paths("curious")) == {"/robots.txt", "/"}


def test_the_forbidden_place_is_reached_where_a_source_says_so(
    site: Site, forbidden: socket.socket
):
    port = forbidden.getsockname()[1]
    site.visit("asked", f"http://127.0.0.1:{port}/")
    with pytest.raises(AssertionError):
        assert_out_of_reach(site, forbidden)


def test_a_private_page_is_not_shown_unless_the_source_says_so(
    site: Site, forbidden: socket.socket
):
    port = forbidden.getsockname()[1]
    site.requests.append(
        VisitRequest(f"http://127.0.0.1:{port}/", fetcher="browser", meta="private")
    )
    assert_out_of_reach(site, forbidden)


def assert_out_of_reach(site: Site, forbidden: socket.socket) -> None:
    visits = site.run(replace(SETTINGS, timeout=3.0, tries=1))
    assert {visit.outcome for visit in visits.values()} == {"blocked"}
    assert is_untouched(forbidden)


def test_scripts_lead_on_as_redirects_do_but_into_no_private_space(
    site: Site, forbidden: socket.socket
):
    port = forbidden.getsockname()[1]
    goal = site.add("goal", pages.front().encode())
    site.requests.clear()
    site.add("by script", shell(f"location.href = '{goal}'"))
    site.add("by meta", shell("", head=f"<meta http-equiv=refresh content='0; url={goal}'>"))
    site.add("by answer", Reply(b"", "301 Moved", {"Location": goal}))
    site.add("to itself", shell("location.reload()"))
    site.add("to itself later", shell("setTimeout(() => location.reload(), 300)"))
    site.add("in a circle", shell("location.href = '/?' + Math.random()"))
    site.add("private", shell(f"location.href = 'http://0.0.0.0:{port}/'"))
    site.add("file", shell("location.href = 'file:///etc/passwd'"))
    rules = Reply(b"User-agent: *\nDisallow: /")
    closed = site.add("closed", pages.front().encode(), robots_txt=rules)
    site.add("to closed", shell(f"location.replace('{closed}')"))
    visits = site.run(replace(SETTINGS, redirects=2))
    for name in ("by script", "by meta", "by answer"):
        assert (visits[name].outcome, visits[name].url) == ("ok", goal), name
        assert len(visits[name].redirects) == 1
        assert len(titles(visits[name])) == len(STORIES)
    assert visits["to itself"].note == "the page only loads itself again; not read"
    assert visits["to itself later"].outcome == "ok"
    for name in ("to itself", "to itself later"):
        assert site.paths(name) == ["/robots.txt", "/"]
    assert visits["in a circle"].note == "more than 2 redirects; gave up"
    assert visits["private"].note == "robots.txt: 0.0.0.0 is at a private address; not visited"
    assert is_untouched(forbidden)
    assert visits["file"].outcome == "ok"
    assert "root:" not in visits["file"].body.decode()
    for name in ("closed", "to closed"):
        assert visits[name].note == "robots.txt forbids /; not visited"
    assert site.paths("closed") == ["/robots.txt"]


def test_only_what_makes_up_a_page_is_asked_for(site: Site):
    headers = {**HTML, "Link": "</linked>; rel=prefetch", "Speculation-Rules": '"/rules.json"'}
    page = shell(GREEDY + LAZY, head='<link rel="stylesheet" href="/style.css">')
    site.add("greedy", Reply(page, headers=headers), api_latest=stories(STORIES))
    assert titles(site.run()["greedy"]) == {title for _, title in STORIES}
    wanted = {"/robots.txt", "/", "/style.css", "/api/latest", "/api/read"}
    assert set(site.paths("greedy")) == wanted


def test_nothing_leaves_when_a_page_is_read_and_ends(site: Site):
    farewell = """
        for (const what of ["pagehide", "unload"]) addEventListener(what, () => {
            navigator.sendBeacon(`/beacon-${what}`, "x");
            fetch(`/fetch-${what}`, {method: "POST", keepalive: true, body: "x"});
            new Image().src = `/picture-${what}`;
        });
        window.fetchLater?.("/later");
    """
    site.add("parting", shell(farewell))
    assert site.run()["parting"].outcome == "ok"
    assert site.paths("parting") == ["/robots.txt", "/"]


def test_what_pages_do_to_a_browser_is_an_outcome(site: Site):
    ok = Reply(pages.front().encode(), headers=HTML)
    late = "document.body.append('x'.repeat(1e4))"
    site.add("endless script", shell("while (true) {}"))
    site.add("endless page", shell("while (true) document.body.append('x'.repeat(1e4))"))
    site.add("endless numbers", shell("const a = []; while (true) a.push(Array(1e5).fill(0.5))"))
    site.add("huge page", shell(f"for (let n = 0; n < 300; n++) {late}"))
    big = Reply(b" " * 2_000_000, headers={"Content-Type": "text/javascript"})
    site.add("huge load", shell("fetch('/big')"), big=big)
    bomb = Reply(gzip.compress(bytes(2_000_000)), headers={**HTML, "Content-Encoding": "gzip"})
    site.add("bomb", bomb)
    site.add("poll", shell(f"{LAZY}fetch('/wait')"), api_latest=stories(STORIES))
    site.add("missing", Reply(b"<p>no", "404 Not Found", HTML))
    site.add("empty error", Reply(b"", "403 Forbidden", HTML))
    site.add("busy", then(Reply(b"", "503 Down", {**HTML, "Retry-After": "1"}), ok))
    site.add("paper", Reply(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}))
    file = {**HTML, "Content-Disposition": "attachment; filename=../x.html"}
    site.add("file", Reply(b"<html>", headers=file))
    site.add("wall", shell(f"document.body.innerHTML = `{pages.CONSENT_DE}`"))
    site.add(
        "cut", Reply(ok.body, headers={**HTML, "Content-Length": "9999"}, bare=True, keep=False)
    )
    site.add("silent", then(None, None))
    site.visit("nobody", "http://127.0.60.1:1/")
    visits = site.run(replace(SETTINGS, timeout=6.0))
    found = {name: (visit.outcome, visit.note) for name, visit in visits.items()}
    slow, large = "no whole answer in time", "larger than the limit of"
    wanted = {
        "endless script": ("timeout", slow),
        "huge page": ("too_large", large),
        "huge load": ("too_large", large),
        "bomb": ("too_large", large),
        "poll": ("ok", "still loading when it was read"),
        "missing": ("http_error", "the server answered 404"),
        "empty error": ("http_error", "the server answered 403"),
        "busy": ("ok", "503, Retry-After 1 s"),
        "paper": ("not_html", "found application/pdf"),
        "file": ("not_html", "found a download"),
        "wall": ("blocked", "consent wall"),
        "cut": ("unreachable", "the connection broke off"),
        "silent": ("unreachable", "the connection failed (ERR_EMPTY_RESPONSE)"),
        "nobody": ("unreachable", "the host refused the connection"),
    }
    for name, (outcome, note) in wanted.items():
        assert found[name][0] == outcome, (name, found[name])
        assert note in found[name][1], (name, found[name])
    for name in ("endless page", "endless numbers"):
        assert found[name][0] in ("timeout", "too_large"), found[name]
    assert titles(visits["poll"]) == {title for _, title in STORIES}
    assert titles(visits["busy"]) == {title for _, title in STORIES}


def test_popups_dialogs_and_downloads_do_not_stop_a_page(site: Site, tmp_path: Path):
    pester = """
        window.open("/popup"); alert("a"); confirm("b"); prompt("c");
        const link = document.createElement("a");
        link.href = "/file.zip"; link.download = "file.zip"; document.body.append(link);
        link.click();
        Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => 0);
        window.print(); navigator.sendBeacon("/beacon", "x");
    """
    zipped = Reply(b"PK", headers={"Content-Type": "application/zip"})
    site.add("pest", shell(f"{pester}{LAZY}"), file_zip=zipped, api_latest=stories(STORIES))
    visit = site.run()["pest"]
    assert visit.outcome == "ok"
    assert titles(visit) == {title for _, title in STORIES}
    asked = set(site.paths("pest"))
    assert not asked & {"/popup", "/file.zip", "/beacon", "/picture.png"}


def test_robots_txt_holds_for_what_pages_load_too(site: Site):
    rules = Reply(b"User-agent: *\nDisallow: /api/read")
    site.add(
        "ruled", shell(LAZY), robots_txt=rules,
        api_latest=stories(STORIES), api_read=stories(MORE),
    )  # fmt: skip
    visit = site.run()["ruled"]
    assert (visit.outcome, visit.note) == ("ok", "1 of its requests kept back by robots.txt")
    assert titles(visit) == {title for _, title in STORIES}
    assert "/api/read" not in site.paths("ruled")


def test_nothing_is_kept_between_visits_and_no_page_is_called_unchanged(site: Site):
    mark = (
        "document.cookie = 'id=7'; localStorage.id = (localStorage.id || '') + 'x';"
        "document.title = 'stored ' + localStorage.id;"
    )
    page = Reply(shell(mark), headers={**HTML, "ETag": '"v1"', "Set-Cookie": "no=8"})
    url = site.add("keeper", page, "a")
    site.visit("again", f"{url}b", etag='"v1"')
    visits = site.run()
    for name in ("keeper", "again"):
        assert (visits[name].outcome, visits[name].etag) == ("ok", None)
        assert visits[name].header("X-Archive-Orig-ETag") == '"v1"'
        assert "<title>stored x</title>" in visits[name].body.decode()
    for hit in site.web.hits:
        assert not {"cookie", "if-none-match", "if-modified-since"} & set(hit.headers)


def test_certificates_are_judged(site: Site, tmp_path: Path):
    tls = Authority(tmp_path).certify(site.web.next_address)

    async def say(_: Hit, __: asyncio.StreamWriter) -> Reply:
        return Reply(pages.front().encode())

    rules = HostBook(tmp_path / "hosts.sqlite")
    url = site.web.add("own", say, tls=tls)
    rules.write_robots(url.rstrip("/"), b"")
    rules.close()
    site.visit("own", url)
    (visit,) = crawl(site.requests, settings=SETTINGS, state=tmp_path / "hosts.sqlite")
    assert visit.outcome == "unreachable"
    assert visit.note.startswith("TLS failed (ERR_CERT_AUTHORITY_INVALID)")


def test_without_a_browser_the_note_says_what_to_install(site: Site):
    site.add("plain", pages.front().encode())
    visit = site.run(replace(SETTINGS, browser="/nowhere/chromium"))["plain"]
    assert (visit.outcome, visit.tries) == ("unreachable", 0)
    assert "no program at /nowhere/chromium: install Chromium" in visit.note
    assert "/" not in site.paths("plain")


def test_feeds_are_fetched_without_a_browser(site: Site):
    feed = Reply(b"<rss/>", headers={"Content-Type": "application/rss+xml"})
    url = site.add("feed", feed)
    site.requests.clear()
    site.visit("feed", url, role="feed")
    assert site.run()["feed"].body == b"<rss/>"


def test_a_killed_crawl_leaves_no_browser_running(site: Site):
    url = site.add("slow", shell("while (true) {}"))
    code = (
        "from tracker.collector.crawls import VisitRequest, crawl\n"
        f"list(crawl([VisitRequest({url!r}, fetcher='browser', allow_private=True)]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        wait(lambda: "/" in site.paths("slow"))
        family = descend(process.pid)
        assert any("renderer" in name for name in family.values())
        process.kill()
    wait(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in family))


def wait(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def descend(pid: int) -> dict[int, str]:
    """Return the processes below one, with their command lines."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc on this machine")
    parents, names = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
            names[int(folder.name)] = (folder / "cmdline").read_text()
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return {one: names[one] for one in found - {pid}}
