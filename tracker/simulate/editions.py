"""What each outlet shows on each night: its pages, their boxes, a headline in every slot."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from tracker.simulate.casts import Box, Outlet
from tracker.simulate.desks import Desk, Link, date_of, open_desk
from tracker.simulate.scripts import N_NIGHTS, Script

MIX: Final = 0.8
"""What another story of the same topic still adds to a page, in editors' eyes."""

ARCHIVE_NIGHTS: Final = 12
"""How long a headline can still turn up under another story of its topic."""


@dataclass(frozen=True)
class Shown:
    """One box on one page, with its slots in order."""

    kind: str
    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Edition:
    """One page as captured on one night.

    Attributes:
        outlet: Who shows it.
        night: Night of the script.
        captured_at: When it was captured, UTC.
        url: Its address.
        own: The article it carries; None for the front page.
        paragraphs: Body of that article.
        boxes: Its headline boxes, in the order of the page.
        down: Whether the outlet answered with an error instead.
    """

    outlet: Outlet
    night: int
    captured_at: datetime
    url: str
    own: Link | None
    paragraphs: tuple[str, ...]
    boxes: tuple[Shown, ...]
    down: bool = False

    def box(self, kind: str) -> Shown | None:
        """Return the box of that kind, or None where the page has none."""
        return next((box for box in self.boxes if box.kind == kind), None)


def write_editions(script: Script, *, seed: int, nights: int, last_night: date) -> list[Edition]:
    """Return every page of the world's last `nights` nights, outlet by outlet, in time order.

    No page exists on the script's missing night; an outlet in its gap has a front page that is
    `down`.
    """
    editions: list[Edition] = []
    for number, outlet in enumerate(script.outlets):
        desk = open_desk(script, outlet, last_night, np.random.default_rng([seed, number]))
        for night in range(N_NIGHTS - nights + 1, N_NIGHTS + 1):
            if night != script.missing_night:
                rng = np.random.default_rng([seed, number, night])
                editions += _nightly(script, desk, night, last_night, rng)
    return editions


def _nightly(
    script: Script, desk: Desk, night: int, last_night: date, rng: np.random.Generator
) -> Iterator[Edition]:
    """Yield one outlet's pages of one night: the front page, then one or two articles."""
    outlet = desk.outlet
    if night < outlet.joins:
        return
    home = f"https://www.{outlet.host}/"
    at = datetime.combine(date_of(night, last_night), time(outlet.hour), UTC)
    at += timedelta(minutes=int(rng.integers(5, 40)), seconds=int(rng.integers(60)))
    if not outlet.answers(night):
        yield Edition(outlet, night, at, home, None, (), (), down=True)
        return
    offer = desk.on_offer(night)
    by_editors = _mix(desk, offer, night)
    by_readers = sorted(offer, key=lambda i: -desk.interest(i, night, readers=True))
    shelf = _Shelf(script, desk, night, at, by_editors, by_readers, rng)
    yield Edition(outlet, night, at, home, None, (), shelf.boxes(None))
    others = by_editors[1:]
    picked = [by_editors[0]]
    if rng.random() < 0.6:
        picked.append(others[int(rng.integers(len(others)))])
    language = script.languages[outlet.language]
    for i in picked:
        at += timedelta(seconds=int(rng.integers(20, 90)))
        chosen = rng.permutation(len(language.paragraphs))[:3]
        body = (language.notice, *(language.paragraphs[k] for k in chosen))
        own = desk.link(i, night)
        yield Edition(outlet, night, at, own.url, own, body, shelf.boxes(i))


def _mix(desk: Desk, offer: Sequence[int], night: int) -> list[int]:
    """Return the stories on offer as editors rank them, one topic not crowding out the rest."""
    left, ranked, used = list(offer), list[int](), Counter[str]()
    while left:
        best = max(
            left,
            key=lambda i: (
                desk.interest(i, night, readers=False) * MIX ** used[desk.stories[i].topic or ""]
            ),
        )
        left.remove(best)
        ranked.append(best)
        topic = desk.stories[best].topic
        used.update([topic] if topic else [])
    return ranked


@dataclass(frozen=True)
class _Shelf:
    """What one outlet can put into its boxes on one night."""

    script: Script
    desk: Desk
    night: int
    at: datetime
    by_editors: Sequence[int]
    by_readers: Sequence[int]
    rng: np.random.Generator

    def boxes(self, own: int | None) -> tuple[Shown, ...]:
        """Return the boxes of the front page, or of the article page of story `own`."""
        shown = []
        for box in self.desk.outlet.boxes:
            size = box.front if own is None else box.article
            if size == 0 or self._is_broken(box):
                continue
            links = self._fill(box, size, own)
            if links:
                shown.append(Shown(box.kind, box.heading, links))
        return tuple(shown)

    def _is_broken(self, box: Box) -> bool:
        broken = self.script.box_missing
        return (self.desk.outlet.code, box.kind) == (
            broken.outlet,
            broken.kind,
        ) and broken.begins <= self.night <= broken.ends

    def _fill(self, box: Box, size: int, own: int | None) -> tuple[Link, ...]:
        if box.kind == "sponsored":
            return self._sponsored(size)
        ways: dict[str, Callable[[int | None], Sequence[int]]] = {
            "section": lambda _: self.by_editors,
            "latest": lambda _: sorted(self.by_editors, reverse=True),
            "most_read": lambda _: self.by_readers,
            "picks": lambda _: self.by_editors[1::2],
            "menu": lambda _: self.by_editors[::3],
            "related": self._kin,
            "inline": lambda i: self._kin(i)[::-1],
            "nextprev": lambda i: [j for j in (_of(i) - 1, _of(i) + 1) if j in self.by_editors],
        }
        chosen = [i for i in ways[box.kind](own) if i != own][:size]
        return tuple(self.desk.link(i, self.night) for i in chosen)

    def _kin(self, own: int | None) -> list[int]:
        """Return stories of the same topic, or else of the same section, newest first."""
        stories, me = self.desk.stories, self.desk.stories[_of(own)]
        known = [
            i
            for i, story in enumerate(stories)
            if self.night - ARCHIVE_NIGHTS < story.night <= self.night
        ]
        kin = [i for i in known if stories[i].topic and stories[i].topic == me.topic]
        if len(kin) < 2:
            kin = [i for i in self.by_editors if stories[i].section == me.section]
        return sorted(kin, reverse=True)

    def _sponsored(self, size: int) -> tuple[Link, ...]:
        lines = self.script.languages[self.desk.outlet.language].sponsored
        chosen = sorted(self.rng.permutation(len(lines))[:size])
        return tuple(
            Link(
                title=lines[k],
                url=f"https://offers.adhaven.example/c/{self.desk.outlet.code}-{k + 1:03d}",
                section="ads",
                published=self.at,
                number=k + 1,
                standfirst="",
                story=None,
            )
            for k in chosen
        )


def _of(own: int | None) -> int:
    if own is None:
        raise ValueError("a box of an article page has no place on a front page")
    return own
