"""One outlet's stories, with what chance decides about each of them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.simulate.casts import Outlet
from tracker.simulate.scripts import N_NIGHTS, Script, Story

LATE: Final = 0.25
"""How many outlets pick up smaller news only a night later."""

GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Link:
    """One headline as it stands in a slot.

    Attributes:
        title: Its wording on that night.
        url: Its canonical address.
        section: Key of its section.
        published: When the story first appeared.
        number: The outlet's own number for it.
        standfirst: The line under the title.
        story: The story it is; None for an advertisement.
    """

    title: str
    url: str
    section: str
    published: datetime
    number: int
    standfirst: str
    story: Story | None


@dataclass(frozen=True)
class Desk:
    """One outlet's stories with all that chance decides about them, drawn once.

    Attributes:
        outlet: The outlet.
        stories: Its stories, oldest first, on the nights they really appear.
        published: When each appeared.
        urls: Their addresses.
        standfirsts: The line each carries.
        taste: How editors (row 0) and readers (row 1) deviate from the script, (2, n_stories).
    """

    outlet: Outlet
    stories: tuple[Story, ...]
    published: tuple[datetime, ...]
    urls: tuple[str, ...]
    standfirsts: tuple[str, ...]
    taste: NDArray[np.float64]

    def link(self, i: int, night: int) -> Link:
        """Return story `i` as worded on that night: a rewrite comes after one night, or two."""
        story = self.stories[i]
        age = max(0, night - story.night)
        wording = story.wordings[min((age + 1) // 2, len(story.wordings) - 1)]
        return Link(
            title=wording,
            url=self.urls[i],
            section=story.section,
            published=self.published[i],
            number=_number(self.outlet, i),
            standfirst=self.standfirsts[i],
            story=story,
        )

    def on_offer(self, night: int) -> list[int]:
        """Return the stories that may be shown that night, oldest first."""
        return [i for i, s in enumerate(self.stories) if s.night <= night < s.night + s.days]

    def interest(self, i: int, night: int, readers: bool) -> float:
        """Return how much editors, or readers, want story `i` that night."""
        story = self.stories[i]
        liking = story.weight * (story.appeal if readers else 1.0)
        return float(liking * self.taste[int(readers), i] * story.fade ** (night - story.night))


def open_desk(script: Script, outlet: Outlet, last_night: date, rng: np.random.Generator) -> Desk:
    """Return the desk of an outlet, with everything `rng` decides about its stories."""
    mine = [story for story in script.stories if story.outlet == outlet.code]
    # Big news breaks everywhere at once; smaller news reaches some outlets a night later.
    late = rng.random(len(mine)) < LATE
    longer = rng.integers(-1, 2, len(mine))
    minutes = rng.integers(6 * 60, (outlet.hour - 1) * 60, len(mine))
    late_stories = [
        replace(
            story,
            night=story.night + (1 if late[i] and story.weight < 1.5 else 0),
            days=max(2, story.days + int(longer[i])),
        )
        for i, story in enumerate(mine)
    ]
    timed = sorted(
        zip(late_stories, _in_order(late_stories, minutes), strict=True),
        key=lambda pair: (pair[0].night, pair[1]),
    )
    stories = tuple(story for story, _ in timed)
    published = tuple(
        datetime.combine(date_of(story.night, last_night), time(), UTC) + timedelta(minutes=minute)
        for story, minute in timed
    )
    lines = script.languages[outlet.language].standfirsts
    return Desk(
        outlet=outlet,
        stories=stories,
        published=published,
        urls=tuple(_address(outlet, i, s, published[i]) for i, s in enumerate(stories)),
        standfirsts=tuple(lines[k] for k in rng.integers(len(lines), size=len(stories))),
        taste=rng.lognormal(0.0, [[0.25], [0.45]], (2, len(stories))),
    )


def _in_order(stories: Sequence[Story], minutes: NDArray[np.int64]) -> list[int]:
    """Return the minutes swapped so that a topic tells its night in the order of the script."""
    ordered = [int(minute) for minute in minutes]
    places: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i, story in enumerate(stories):
        places[story.night, story.topic or story.event].append(i)
    for same in places.values():
        for i, minute in zip(same, sorted(ordered[i] for i in same), strict=True):
            ordered[i] = minute
    return ordered


def date_of(night: int, last_night: date) -> date:
    """Return the date of a night of the script."""
    return last_night - timedelta(days=N_NIGHTS - night)


def _number(outlet: Outlet, i: int) -> int:
    return 100_000 * (1 + sum(map(ord, outlet.code)) % 7) + 40_213 + 17 * i


def _address(outlet: Outlet, i: int, story: Story, published: datetime) -> str:
    path = outlet.path.format(
        section=story.section,
        slug=_slug(story.wordings[0]),
        number=_number(outlet, i),
        date=f"{published:%Y/%m/%d}",
    )
    return f"https://www.{outlet.host}{path}"


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold().translate(GERMAN))
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("’", ""))
    return "-".join(words[:9])
