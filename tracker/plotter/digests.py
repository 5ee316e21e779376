"""What changed since the last digest, and why: plain records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from tracker.names import count
from tracker.plotter.bases import tell_basis
from tracker.plotter.digest_choices import HEADINGS, MOST_CLAIMS, Choice, choose_findings, most
from tracker.plotter.findings import Finding, tell_quiet
from tracker.plotter.pages import Link, read_links
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, day, percent, points, short_day

MOST_WHYS: Final = 3
"""Claims of a kind whose change is taken apart: each costs a look at the slots of two stretches."""


FIRST_SPAN: Final = timedelta(days=7)
"""What the first digest of a study looks back on."""

Whys = Mapping[tuple[str, date, str], Sequence[float]]
"""By subject, night and channel of a finding how its change splits: what the same lists did, what
comes from other lists, and what from other sources, as differences of shares."""


@dataclass(frozen=True)
class Claim:
    """One finding with what supports it.

    Attributes:
        subject: Whose.
        night: When it was found.
        channel: Where.
        headline: It as a sentence.
        change: The change with its interval, in words.
        chance: Its q in words; empty where the finding is a count and no test.
        why: Where the change comes from, in words; empty where that was not worked out.
        links: The headlines that held most slots that night.
    """

    subject: Subject
    night: date
    channel: str
    headline: str
    change: str
    chance: str
    why: str
    links: Sequence[Link]


@dataclass(frozen=True)
class Section:
    """The claims of one kind.

    Attributes:
        heading: Its heading.
        claims: Its claims, watched themes first, then the largest.
        more: How many smaller ones there are.
        same: How many besides have mostly the headlines of one of these, such as a theme's topic.
    """

    heading: str
    claims: Sequence[Claim]
    more: int
    same: int = 0


@dataclass(frozen=True)
class Level:
    """Where a watched theme stands.

    Attributes:
        subject: The theme.
        now: Its share with its band on the last night, in words.
        before: The same on the night of the last digest; empty without one.
    """

    subject: Subject
    now: str
    before: str


@dataclass(frozen=True)
class Digest:
    """What changed since the last digest.

    Attributes:
        title: The study's name.
        night: The night it speaks of.
        since: The night up to which the last one spoke.
        heading: What it says first, as a sentence.
        summary: What was found and what was not, in a sentence or two.
        sections: The claims by kind.
        watched: Where the watch list stands.
        identities: What became of topics, in words.
        basis: What all of it rests on.
        problems: What went wrong, in words.
    """

    title: str
    night: date
    since: date
    heading: str
    summary: str
    sections: Sequence[Section]
    watched: Sequence[Level]
    identities: Sequence[str]
    basis: str
    problems: Sequence[str]

    @property
    def n_claims(self) -> int:
        """Return how many findings there are, those not told in full included."""
        return sum(len(s.claims) + s.more + s.same for s in self.sections)


def read_digest(prepared: Prepared, since: date, whys: Whys) -> Digest:
    """Return what changed after night `since`.

    Args:
        prepared: The study.
        since: The night up to which the last digest spoke.
        whys: How the changes split, of the findings of which that is known.
    """
    found = choose_findings(prepared, since)
    sections = [
        Section(
            HEADINGS[kind],
            [_read_claim(prepared, finding, whys) for finding in choice.findings[: most(kind)]],
            max(0, len(choice.findings) - most(kind)),
            choice.same,
        )
        for kind, choice in found.items()
    ]
    return Digest(
        title=clean(prepared.data.title, 120),
        night=prepared.data.last_night,
        since=since,
        heading=_head(prepared, sections, since),
        summary=_sum_up(prepared, found, since),
        sections=sections,
        watched=_read_levels(prepared, since),
        identities=_tell_identities(prepared, since),
        basis=tell_basis(prepared),
        problems=[clean(problem) for problem in prepared.data.problems],
    )


def _read_claim(prepared: Prepared, finding: Finding, whys: Whys) -> Claim:
    split = whys.get((finding.subject.key, finding.night, finding.channel))
    return Claim(
        finding.subject,
        finding.night,
        finding.channel,
        finding.headline,
        finding.change + _tell_band(prepared, finding),
        _tell_chance(finding.q),
        "" if split is None else _tell_split(*split),
        read_links(prepared, finding.subject.key, finding.night),
    )


def _tell_band(prepared: Prepared, finding: Finding) -> str:
    """Return the band of the share that a finding names, where its change has no interval."""
    curve = prepared.curves.by_subject[finding.subject.key, finding.channel]
    at = (finding.night - prepared.curves.nights[0]).days
    low, high = curve.low[at], curve.high[at]
    if finding.kind not in ("new", "back") or low is None or high is None:
        return ""
    return f"; 95% band {percent(low)}–{percent(high)}"


def _tell_chance(q: float | None) -> str:
    if q is None:
        return ""
    return "q under\u00a00.001" if q < 0.001 else f"q\u00a0=\u00a0{q:.3f}".rstrip("0").rstrip(".")


def _tell_split(within: float, boxes: float, panel: float) -> str:
    parts = [f"{points(within)} from the same lists of the same sources"]
    if abs(boxes) >= 0.0005:
        parts.append(f"{points(boxes)} from lists that came, went or changed their length")
    if abs(panel) >= 0.0005:
        parts.append(f"{points(panel)} from which sources were observed")
    return f"Where the drawn change comes from: {', '.join(parts)}"


def _head(prepared: Prepared, sections: Sequence[Section], since: date) -> str:
    last = prepared.data.last_night
    if not prepared.curves.channels or not any(_observed(prepared, since)):
        return f"Nothing was observed after {day(since)}"
    first = next((claim for section in sections for claim in section.claims), None)
    if first is None:
        return f"Nothing new since {day(since)}"
    return first.headline if first.night == last else f"{first.headline} ({short_day(first.night)})"


def _observed(prepared: Prepared, since: date) -> list[bool]:
    """Return of each night after `since` whether any source was observed."""
    after = max(0, (since - prepared.curves.nights[0]).days + 1)
    by_channel = [prepared.curves.observed[channel] for channel in prepared.curves.channels]
    return [any(nights) for nights in zip(*by_channel, strict=True)][after:]


def _sum_up(prepared: Prepared, found: Mapping[str, Choice], since: date) -> str:
    nights = _observed(prepared, since)
    words = {"rise": "rise", "fade": "fade", "new": "new subject", "back": "return",
             "burst": "burst"}  # fmt: skip
    told = [count(len(choice.findings), words[kind]) for kind, choice in found.items()]
    sentence = f"Since {day(since)}: {', '.join(told)}. " if told else ""
    if any(nights):
        sentence += f"{tell_quiet(found)} "
    return f"{sentence}Observed: {sum(nights)} of {count(len(nights), 'night')}."


def _read_levels(prepared: Prepared, since: date) -> list[Level]:
    levels = []
    for subject in prepared.subjects.values():
        curve = prepared.curves.by_subject.get((subject.key, prepared.channel))
        if not subject.watched or curve is None:
            continue
        at = (since - prepared.curves.nights[0]).days
        told = []
        for place in (len(curve.share) - 1, at):
            share = curve.share[place] if 0 <= place < len(curve.share) else None
            low, high = (curve.low[place], curve.high[place]) if share is not None else (None, None)
            band = (
                "" if low is None or high is None else f" (95% band {percent(low)}–{percent(high)})"
            )
            told.append("not observed" if share is None else f"{percent(share)}{band}")
        levels.append(Level(subject, told[0], told[1] if at >= 0 else ""))
    return levels


def _tell_identities(prepared: Prepared, since: date) -> list[str]:
    """Return which topics merged, split or came to life again."""
    words = {"merged": "was taken into", "split": "split from", "revived": "came to life again"}
    rows = prepared.data.lineage.filter(
        pl.col("night").is_between(since, prepared.data.last_night, closed="right")
        & pl.col("event").is_in(list(words))
    ).sort("night", "topic_id", descending=[True, False])
    told = []
    for row in rows.iter_rows(named=True):
        one, other = (prepared.subjects.get(row[key] or "") for key in ("topic_id", "other_id"))
        if one is not None and (other is not None or row["event"] == "revived"):
            tail = f" “{other.told}”" if other is not None and row["event"] != "revived" else ""
            told.append(f"“{one.told}” {words[row['event']]}{tail} ({short_day(row['night'])})")
    more = len(told) - MOST_CLAIMS
    return [*told[:MOST_CLAIMS], f"and {more} more"] if more > 0 else told
