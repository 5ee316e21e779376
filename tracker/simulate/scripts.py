"""The script of the demo world, read from the package's own TOML files.

`outlets.toml` says who publishes, in which language, with which boxes. Every other file tells one
topic: its events, the night each begins, and how each outlet words it. Nights of the script run
from 1 to 60.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from tracker.simulate.casts import BoxMissing, Language, Outlet, read_language, read_outlet

N_NIGHTS: Final = 60
"""Nights the script tells; the last of them is the world's last night."""

REWRITE: Final = " >> "
"""Stands between two wordings that one address carries one after the other."""

STRAYS: Final = "strays.toml"
EVENT_DAYS: Final = 5
STRAY_DAYS: Final = 5


@dataclass(frozen=True)
class Story:
    """One headline of one outlet, under one address for as long as it is shown.

    Attributes:
        outlet: Code of the outlet.
        event: The happening it tells.
        topic: The topic of that event; None for a one-off.
        themes: Watch-list themes it belongs to.
        section: Section of the site it stands in.
        wordings: Its titles, in the order they were used.
        night: Night of the script on which the script wants it first.
        days: Nights it stays on offer.
        weight: How much editors care.
        appeal: How much readers care, as a multiple of `weight`.
        fade: What is left of that interest a night later.
    """

    outlet: str
    event: str
    topic: str | None
    themes: tuple[str, ...]
    section: str
    wordings: tuple[str, ...]
    night: int
    days: int
    weight: float
    appeal: float
    fade: float = 0.8


@dataclass(frozen=True)
class Finding:
    """One change the report has to show.

    Attributes:
        subject: A topic, or a theme.
        level: "topic" or "theme".
        kind: One of `tracker.tables.SIGNAL_KINDS`, or "merged".
        begins: First night of the change.
        ends: Night on which it is complete.
        other: The topic merged into.
    """

    subject: str
    level: str
    kind: str
    begins: int
    ends: int
    other: str | None = None


@dataclass(frozen=True)
class Topic:
    """One topic of the script, by its code and the name people would give it."""

    code: str
    name: str


@dataclass(frozen=True)
class Script:
    """Everything the world is made from.

    Attributes:
        outlets: Who publishes.
        languages: What their pages say beside headlines, by language.
        topics: The topics told.
        stories: Every headline.
        findings: What the report has to show.
        missing_night: The night no outlet was captured.
        box_missing: Outlet, kind and nights of a box that fails while its page stands.
    """

    outlets: tuple[Outlet, ...]
    languages: Mapping[str, Language]
    topics: tuple[Topic, ...]
    stories: tuple[Story, ...]
    findings: tuple[Finding, ...]
    missing_night: int
    box_missing: BoxMissing

    def outlet(self, code: str) -> Outlet:
        """Return the outlet of that code."""
        return next(outlet for outlet in self.outlets if outlet.code == code)


def read_script() -> Script:
    """Return the script as the package tells it."""
    parts = {
        part.name: tomllib.loads(part.read_text(encoding="utf-8"))
        for part in sorted(files("tracker.simulate").joinpath("script").iterdir(), key=str)
        if part.name.endswith(".toml")
    }
    cast = parts.pop("outlets.toml")
    strays = parts.pop(STRAYS)
    outlets = tuple(read_outlet(row) for row in cast["outlet"])
    codes = tuple(outlet.code for outlet in outlets)
    return Script(
        outlets=outlets,
        languages={code: read_language(row) for code, row in cast["language"].items()},
        topics=tuple(Topic(part["topic"], part["name"]) for part in parts.values()),
        stories=(
            *(story for part in parts.values() for story in _stories(part, codes)),
            *_strays(strays, outlets),
            *_evergreens(strays["evergreen"]),
        ),
        findings=tuple(_finding(part, row) for part in parts.values() for row in part["finding"]),
        missing_night=cast["missing_night"],
        box_missing=BoxMissing(**cast["box_missing"]),
    )


def _finding(part: Mapping[str, Any], row: Mapping[str, Any]) -> Finding:
    theme = row.get("theme")
    return Finding(
        subject=theme or part["topic"],
        level="theme" if theme else "topic",
        kind=row["kind"],
        begins=row["begins"],
        ends=row["ends"],
        other=row.get("other"),
    )


def _stories(part: Mapping[str, Any], codes: tuple[str, ...]) -> Iterator[Story]:
    for event in part["event"]:
        themes = (*part.get("themes", ()), *event.get("themes", ()))
        for code in codes:
            told = event.get(code, [])
            for later, wordings in enumerate([told] if isinstance(told, str) else told):
                yield Story(
                    outlet=code,
                    event=event["id"],
                    topic=part["topic"],
                    themes=themes,
                    section=part["section"],
                    wordings=tuple(wordings.split(REWRITE)),
                    night=event["night"] + later,
                    days=event.get("days", EVENT_DAYS),
                    weight=event.get("weight", 1.0),
                    appeal=part.get("appeal", 1.0),
                )


def _strays(part: Mapping[str, Any], outlets: tuple[Outlet, ...]) -> Iterator[Story]:
    """Yield the one-off headlines of each outlet, spread evenly over its nights."""
    for outlet in outlets:
        told = [
            (section, wordings)
            for section, lines in part[outlet.code].items()
            for wordings in lines
        ]
        # A stride that shares no factor with the count mixes the sections over the nights.
        stride = next(s for s in (7, 11, 13, 17) if len(told) % s)
        start, nights = outlet.joins - 2, N_NIGHTS - outlet.joins + 3
        for place in range(len(told)):
            section, wordings = told[place * stride % len(told)]
            yield Story(
                outlet=outlet.code,
                event=f"{outlet.code}-{place + 1:02d}",
                topic=None,
                themes=(),
                section=section,
                wordings=tuple(wordings.split(REWRITE)),
                night=start + place * nights // len(told),
                days=STRAY_DAYS,
                weight=0.8,
                appeal=1.2,
            )


def _evergreens(rows: Iterable[Mapping[str, Any]]) -> Iterator[Story]:
    """Yield the service pieces that readers click for months and editors leave standing."""
    for number, row in enumerate(rows, 1):
        yield Story(
            outlet=row["outlet"],
            event=f"evergreen-{number}",
            topic=None,
            themes=(),
            section=row["section"],
            wordings=(row["title"],),
            night=-30,
            days=2 * N_NIGHTS,
            weight=0.25,
            appeal=2.5,
            fade=1.0,
        )
