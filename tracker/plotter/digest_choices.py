"""Which findings a digest tells of: one a subject, and those whose headlines are their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.plotter.findings import Finding, is_firm, read_findings
from tracker.plotter.prepared import Prepared
from tracker.plotter.repeats import keep_distinct

HEADINGS: Final = {
    "rise": "Rose",
    "fade": "Faded",
    "burst": "Rose and faded again",
    "new": "New",
    "back": "Came back",
}
"""Headings of the kinds of finding, in the order in which they are told: tested changes first."""

MOST_CLAIMS: Final = 10
"""Claims of a kind that are told in full; the smaller ones are counted."""

MOST_COUNTED: Final = 5
"""The same of what is no test but a count: where one source is seen, much is new every week."""


@dataclass(frozen=True)
class Choice:
    """The findings of one kind.

    Attributes:
        findings: Those with headlines of their own, the largest first.
        same: How many others have mostly the headlines of one of these.
    """

    findings: Sequence[Finding]
    same: int


def choose_findings(prepared: Prepared, since: date) -> dict[str, Choice]:
    """Return what was found after night `since` by kind: one finding a subject, the latest."""
    channel, last = prepared.channel, prepared.data.last_night
    chosen: dict[str, dict[str, Finding]] = {kind: {} for kind in HEADINGS}
    for finding in read_findings(prepared):
        if since < finding.night <= last:
            known = chosen[finding.kind].get(finding.subject.key)
            if known is None or (finding.channel == channel != known.channel):
                chosen[finding.kind][finding.subject.key] = finding
    found = {}
    for kind, by_subject in chosen.items():
        ranked = sorted(
            by_subject.values(),
            key=lambda f: (
                not f.subject.watched,
                not is_firm(prepared, f),
                -abs(f.value),
                f.subject.kind != "theme",
                -f.night.toordinal(),
                f.subject.key,
            ),
        )
        keys = keep_distinct(prepared, [f.subject.key for f in ranked])
        kept = [f for f in ranked if f.subject.key in keys]
        found[kind] = Choice(kept, len(ranked) - len(kept))
    return {kind: choice for kind, choice in found.items() if choice.findings}


def most(kind: str) -> int:
    """Return how many findings of a kind a digest tells in full."""
    return MOST_COUNTED if kind in ("new", "back") else MOST_CLAIMS
