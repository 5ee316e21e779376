"""Who publishes in the demo world, and what their pages say beside headlines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Box:
    """One kind of headline box an outlet has.

    Attributes:
        kind: One of `tracker.tables.LIST_KINDS`.
        heading: Its heading as shown; empty where it has none.
        front: Slots it has on the front page; 0 where it is not shown.
        article: Slots it has on article pages.
    """

    kind: str
    heading: str
    front: int
    article: int


@dataclass(frozen=True)
class Outlet:
    """One publisher of the world.

    Attributes:
        code: Its name in the script.
        host: Its address without www; the `source` of its headlines.
        name: What its masthead says.
        tagline: The line under the masthead.
        language: ISO 639-1 code.
        charset: Encoding of its pages.
        packed: Whether its server compresses answers.
        path: How its article addresses are built, with {section}, {slug}, {number}, {date}.
        hour: Hour of its nightly capture, UTC.
        joins: First night it is captured.
        gap: First and last night on which it answers with an error.
        redesigned: Night from which its second template is used.
        boxes: Its boxes, in the order of the page.
    """

    code: str
    host: str
    name: str
    tagline: str
    language: str
    charset: str
    packed: bool
    path: str
    hour: int
    joins: int
    gap: tuple[int, int] | None
    redesigned: int | None
    boxes: tuple[Box, ...]

    def answers(self, night: int) -> bool:
        """Return whether the outlet shows its pages on that night of the script."""
        down = self.gap is not None and self.gap[0] <= night <= self.gap[1]
        return night >= self.joins and not down


@dataclass(frozen=True)
class Language:
    """What pages in one language say beside their headlines.

    Attributes:
        sections: Names of the sections, by key.
        notice: What the first paragraph of every article says: that it is made up.
        sponsored: Advertisers' headlines.
        paragraphs: Sentences for article bodies.
        standfirsts: Lines under a title.
    """

    sections: Mapping[str, str]
    notice: str
    sponsored: tuple[str, ...]
    paragraphs: tuple[str, ...]
    standfirsts: tuple[str, ...]


@dataclass(frozen=True)
class BoxMissing:
    """A box that is gone for some nights from an outlet that is otherwise there."""

    outlet: str
    kind: str
    begins: int
    ends: int


def read_outlet(row: Mapping[str, Any]) -> Outlet:
    """Return an outlet from its row of `outlets.toml`."""
    gap = row.get("gap")
    return Outlet(
        code=row["code"],
        host=row["host"],
        name=row["name"],
        tagline=row["tagline"],
        language=row["language"],
        charset=row.get("charset", "utf-8"),
        packed=row.get("packed", False),
        path=row["path"],
        hour=row["hour"],
        joins=row.get("joins", 1),
        gap=(gap[0], gap[1]) if gap else None,
        redesigned=row.get("redesigned"),
        boxes=tuple(Box(*box) for box in row["boxes"]),
    )


def read_language(row: Mapping[str, Any]) -> Language:
    """Return a language from its table of `outlets.toml`."""
    return Language(
        sections=row["sections"],
        notice=row["notice"],
        sponsored=tuple(row["sponsored"]),
        paragraphs=tuple(row["paragraphs"]),
        standfirsts=tuple(row["standfirsts"]),
    )
