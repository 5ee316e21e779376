"""Signals as sentences: what rises, fades, is new or came back, with the interval in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.names import count
from tracker.plotter.curves import Curve, is_level
from tracker.plotter.gaps import tell_last_gap
from tracker.plotter.prepared import Prepared
from tracker.plotter.repeats import keep_distinct
from tracker.plotter.subjects import Subject
from tracker.plotter.words import (
    CHOOSERS,
    join_words,
    name_several,
    percent,
    points,
    short_day,
    signed,
)

KINDS: Final = {
    "rise": ("Rising", "Rose this week"),
    "fade": ("Fading", "Faded this week"),
    "new": ("New tonight", "New this week"),
    "back": ("Back tonight", "Came back this week"),
}
"""Headings of the kinds of signal: found on the last night, and on one of the six before.

In the order in which they are shown: what passed a test of its size comes first.
"""

TESTED: Final = ("rise", "fade")
"""Kinds that are a change which passed a test of its size."""

WORTH_THE_TOP: Final = 0.05
"""Change of a share from which a finding may be the page's headline; less is for the lists."""

FEW_SLOTS: Final = 10
"""Slots of a night up to which their number stands beside the share: one more or less is a lot."""

QUIET: Final = {"rise": "rose", "fade": "faded", "new": "was new", "back": "came back"}
"""What a kind says when nothing is there to say it of."""

COUNTED: Final = {"new": "is new", "back": "came back"}
"""What the kinds that are no test say of what is there."""

SLIGHT: Final = (
    "Of what is new or back, 1 topic of two scattered headlines has no card.",
    "Of what is new or back, {:,} topics of two scattered headlines have no card.",
)
"""What is said of topics that are not shown, if it is one and if they are more."""

RECENT: Final = timedelta(days=6)
"""How far back a finding still counts for tonight's page."""


@dataclass(frozen=True)
class Finding:
    """One signal in words.

    Attributes:
        subject: Whose.
        kind: As in the signals table.
        night: When it was found.
        channel: Where.
        headline: The finding as a sentence: `Ukraine rises to 14% of editors’ headline slots`.
        change: The change with its interval, in plain words.
        value: The change as a difference of shares.
        q: Its p-value after false discovery control; None where it is no test.
    """

    subject: Subject
    kind: str
    night: date
    channel: str
    headline: str
    change: str
    value: float
    q: float | None = None


def read_findings(prepared: Prepared) -> list[Finding]:
    """Return every signal as a finding, the latest first, then by the size of the change."""
    rows = prepared.data.signals.filter(pl.col("night") <= prepared.data.last_night).sort(
        ["night", pl.col("value").abs(), "subject", "kind"], descending=[True, True, False, False]
    )
    findings = []
    for row in rows.iter_rows(named=True):
        subject = prepared.subjects.get(row["subject"])
        curve = prepared.curves.by_subject.get((row["subject"], row["channel"]))
        if subject is None or curve is None:
            continue
        findings.append(
            Finding(
                subject,
                row["kind"],
                row["night"],
                row["channel"],
                _tell(prepared, curve, row),
                _tell_change(row),
                row["value"],
                row["q"],
            )
        )
    return findings


def recent(findings: Sequence[Finding], kind: str, last_night: date) -> list[Finding]:
    """Return the findings of a kind that still count on the last night, one a subject."""
    chosen: dict[str, Finding] = {}
    for finding in findings:
        if finding.kind == kind and finding.night >= last_night - RECENT:
            chosen.setdefault(finding.subject.key, finding)
    return sorted(chosen.values(), key=lambda f: (-f.night.toordinal(), -abs(f.value)))


def _tell(prepared: Prepared, curve: Curve, row: Mapping[str, Any]) -> str:
    """Return a signal as a sentence; a level is that of the nights the signal speaks of."""
    nights = prepared.curves.nights
    subject, room, kind = curve.subject, CHOOSERS[curve.channel], row["kind"]
    first, last = row["night"], row["night"]
    if kind in ("rise", "fade", "burst"):
        first, last = row["from"], row["to"] or row["night"]
    start, end = (first - nights[0]).days, (last - nights[0]).days + 1
    shares = curve.share[max(0, start) : max(0, end)]
    share = curve.mean_between(start, end)
    level = percent(share) if share is not None else ""
    match kind:
        case "rise":
            words = f"rises to {level} of {room}" if level else "rises"
        case "fade" if share == 0:
            words = f"is gone from {room}"
        case "fade":
            words = f"fades to {level} of {room}" if level else "fades"
        case "new":
            words = f"is new, with {tell_share(prepared, curve, last)}" if level else "is new"
        case "back":
            words = f"is back, with {tell_share(prepared, curve, last)}" if level else "is back"
        case _:
            words = (
                f"had a burst, up to {percent(max((s or 0 for s in shares), default=0))} of {room}"
            )
    return f"{subject.told} {words}"


def _tell_change(row: Mapping[str, Any]) -> str:
    """Return the size of a change with its interval, and since when, in plain words."""
    start, end = row["from"], row["to"]
    if row["kind"] == "back" and end is not None:
        return f"after {count((end - start).days + 1, 'night')} without it"
    if row["kind"] == "new":
        # What one source shows on one night may be gone on the next: it is no news yet.
        later = (
            "" if start == row["night"] else "; new once two sources or two nights have shown it"
        )
        return f"first seen on {short_day(start)}{later}"
    # A change is the mean of a stretch against the level of the weeks before that stretch.
    stretch = (
        short_day(start) if end in (None, start) else f"{start.day} {start:%b} to {short_day(end)}"
    )
    words = f"{points(row['value'])} against the weeks before"
    if row["low"] is not None and row["high"] is not None:
        words += f" (95% interval {signed(row['low'])} to {signed(row['high'])})"
    return f"{words}, {stretch}"


def is_firm(prepared: Prepared, finding: Finding) -> bool:
    """Return whether a finding passed a test, or is of more than two scattered headlines."""
    return finding.kind in TESTED or finding.subject.key not in prepared.slight


def tell_quiet(found: Collection[str], when: str = "", slight: int = 0) -> str:
    """Return in a sentence or two what was not found, and what no test stands behind.

    Args:
        found: Kinds of which something was found.
        when: The time that is meant, as it stands in a sentence: ` in the last week`.
        slight: How many topics of two scattered headlines are new or back and not shown.
    """
    sentences = [tell_lacking(found, when, some_slight=slight > 0)]
    if slight:
        sentences.append(SLIGHT[slight > 1].format(slight))
    return " ".join(sentence for sentence in sentences if sentence)


def tell_lacking(found: Collection[str], when: str, *, some_slight: bool) -> str:
    """Return the part of `tell_quiet` that depends on whether there are slight topics at all."""
    changed, counted = (
        join_words([words for kind, words in QUIET.items()
                    if kind not in found and (kind in TESTED) == tested])
        for tested in (True, False)
    )  # fmt: skip
    told = join_words([words for kind, words in COUNTED.items() if kind in found])
    nothing = "Nothing else" if "burst" in found else "Nothing"
    sentences = [
        f"{nothing} {changed}{when} beyond what chance would bring." if changed else "",
        f"Nothing {counted}{when}." if counted and not some_slight else "",
        f"What {told} was counted, not tested." if told else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def headline_of_night(prepared: Prepared, findings: Sequence[Finding]) -> str:
    """Return the night's main finding as a sentence."""
    last_night, channel = prepared.data.last_night, prepared.channel
    gap = tell_last_gap(prepared)
    if gap is not None:
        return gap
    tonight = [
        f
        for f in findings
        if f.night == last_night and f.channel == channel and abs(f.value) >= WORTH_THE_TOP
        if is_firm(prepared, f)
    ]
    for kinds in (TESTED, ("new",)):
        for sort in ("theme", "topic"):
            told = [f for f in tonight if f.subject.kind == sort and f.kind in kinds]
            if told:
                return max(told, key=lambda f: abs(f.value)).headline
    level = find_largest(prepared)
    if not level:
        return "No theme or topic got any room tonight"
    keys = [curve.subject.key for curve in level]
    distinct = keep_distinct(prepared, keys)
    name = name_several([c.subject.told for c in level if c.subject.key in distinct])
    share = tell_share(prepared, level[0], last_night)
    larger = any((curve.last or 0) > (level[0].last or 0) for curve in prepared.curves.of(channel))
    of = ", topics of two scattered headlines left out" if larger else ""
    if len(distinct) > 1:
        return f"{name} have most room tonight{of}, each {share}"
    return f"{name} has most room tonight{of}: {share}"


def find_largest(prepared: Prepared) -> list[Curve]:
    """Return all who have as much room on the last night as whoever has most: themes first."""
    shares = [(curve, curve.last or 0.0) for curve in list_shown(prepared)]
    most = max((share for _, share in shares), default=0.0)
    level = [curve for curve, share in shares if is_level(share, most)]
    return sorted(level, key=lambda c: (c.subject.kind != "theme", c.subject.key))


def list_shown(prepared: Prepared) -> list[Curve]:
    """Return who has room on the last night, without slight topics unless there are no others."""
    seen = [curve for curve in prepared.curves.of(prepared.channel) if curve.last]
    return [curve for curve in seen if curve.subject.key not in prepared.slight] or seen


def tell_share(prepared: Prepared, curve: Curve, night: date) -> str:
    """Return a share of one night in words, with its slots where they are few."""
    place = (night - prepared.curves.nights[0]).days
    share = curve.share[place] or 0.0
    words = f"{percent(share)} of {CHOOSERS[curve.channel]}"
    slots = count_slots(prepared, curve, night)
    return f"{words} ({slots})" if slots else words


def count_slots(prepared: Prepared, curve: Curve, night: date) -> str:
    """Return the slots that are a subject's on one night, `3 of 36`; empty if they are many.

    Where every source counts the same and one shows more than another the share is no part of
    all slots, and these are not named: `3 slots`.
    """
    seen = prepared.slots.of(curve.subject.key).filter(
        pl.col("night") == night, pl.col("channel") == curve.channel
    )
    place, slots = (night - prepared.curves.nights[0]).days, int(seen["seen"].sum())
    share, every = curve.share[place], prepared.curves.slots[curve.channel][place]
    if share is None or not 0 < slots <= FEW_SLOTS:
        return ""
    part = abs(slots / every - share) < 0.0005
    return f"{slots} of {every:,}" if part else count(slots, "slot")
