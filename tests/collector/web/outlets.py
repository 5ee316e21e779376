"""Outlets on the test web: a front page, a feed and articles with sidebars, other every night."""

import asyncio
from dataclasses import dataclass, field

from tests.collector.web.pages import STORIES
from tests.collector.web.servers import Hit, Reply, Web

SECTIONS = ("world", "culture", "world", "sport", "world", "regions")
RSS = {"Content-Type": "application/rss+xml"}


@dataclass
class Outlet:
    """One outlet.

    Attributes:
        web: The web it is on.
        name: What it is called.
        night: Which night it is; a new night has new headlines.
        boxes: Headings of the lists of its front page.
        wall: What stands in front of every page, if anything.
        url: Its address, ending in a slash.
    """

    web: Web
    name: str
    night: int = 0
    boxes: tuple[str, ...] = ("Latest news", "Editors' picks")
    wall: bytes | None = None
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self.web.add(self.name, self._answer)

    @property
    def asked(self) -> list[str]:
        """Return the pages it was asked for, in order."""
        return [hit.path for hit in self.web.of(self.name) if hit.path != "/robots.txt"]

    async def _answer(self, hit: Hit, _: asyncio.StreamWriter) -> Reply:
        if hit.path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow: /private\n")
        if self.wall:
            return Reply(self.wall)
        if hit.path == "/feed":
            return Reply(self._feed().encode(), headers=RSS)
        if hit.path != "/":
            return Reply(self._article(hit.path).encode())
        tag = f'"{self.night}-{len(self.boxes)}"'
        if hit.headers.get("if-none-match") == tag:
            return Reply(b"", "304 Not Modified", {"ETag": tag}, bare=True)
        headers = {"Content-Type": "text/html; charset=utf-8", "ETag": tag}
        return Reply(self.show().encode(), headers=headers)

    def headlines(self, box: int = 0) -> list[str]:
        """Return the headlines of one list of tonight's front page."""
        return [f"{story} on night {self.night} in list {box}" for story in STORIES]

    def show(self) -> str:
        """Return tonight's front page."""
        lists = "".join(
            f"<section><h2>{heading}</h2><ul>"
            + "".join(
                f'<li><a href="/{section}/{self.night}{box}{n}-a-story-told">{title}</a></li>'
                for n, (section, title) in enumerate(
                    zip(SECTIONS, self.headlines(box), strict=True)
                )
            )
            + "</ul></section>"
            for box, heading in enumerate(self.boxes)
        )
        return (
            f'<!doctype html><html lang="en"><head><title>{self.name}</title>'
            '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
            f"<body><main>{lists}</main></body></html>"
        )

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{title}</title><link>/world/{self.night}9{n}-from-the-feed</link></item>"
            for n, title in enumerate(self.headlines(9))
        )
        return f'<rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'

    def _article(self, path: str) -> str:
        box = "".join(
            f'<li><a href="/world/{self.night}8{n}-most-read">{title}</a></li>'
            for n, title in enumerate(self.headlines(8))
        )
        text = (
            "<p>It was a calm day, and the ferry ran as it always had, with the islanders.</p>" * 6
        )
        return (
            f"<!doctype html><html><body><article><h1>The story at {path}</h1>{text}</article>"
            f"<aside><h3>Most read</h3><ul>{box}</ul></aside></body></html>"
        )
