"""The night at a glance: what rose, faded, is new or came back, and what has most room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from tracker.plotter.curves import Curve
from tracker.plotter.findings import KINDS, Finding, is_firm, list_shown, recent, tell_share
from tracker.plotter.pages import Link, read_links
from tracker.plotter.prepared import Prepared
from tracker.plotter.repeats import keep_distinct
from tracker.plotter.sparklines import draw_sparkline
from tracker.plotter.subjects import Subject
from tracker.plotter.words import short_day

CARD_NIGHTS: Final = 60
CARDS_OF: Final[Mapping[str, int]] = MappingProxyType(
    {"rise": 4, "fade": 4, "new": 2, "back": 2, "most": 4}
)
"""Cards of each kind at most: what passed a test has more room than what was only counted.

The pages' script draws as many of another time.
"""


@dataclass(frozen=True, slots=True)
class Card:
    """One subject at a glance."""

    subject: Subject
    kicker: str
    headline: str
    change: str
    when: str
    night: date
    spark: Markup
    links: Sequence[Link]


def read_glance(prepared: Prepared, findings: Sequence[Finding]) -> list[Card]:
    """Return what rose or faded, then what is new or came back, so many as `CARDS_OF` says."""
    return [
        _tell_card(prepared, finding)
        for kind in KINDS
        for finding in _choose_findings(prepared, findings, kind)[: CARDS_OF[kind]]
    ]


def _choose_findings(prepared: Prepared, findings: Sequence[Finding], kind: str) -> list[Finding]:
    """Return the findings of a kind of the last week, tonight's and the largest first."""
    last_night = prepared.data.last_night
    found = recent(findings, kind, last_night)
    found.sort(
        key=lambda f: (
            f.night != last_night,
            f.channel != prepared.channel,
            f.subject.kind != "theme",
            -abs(f.value),
            f.subject.key,
        )
    )
    found = [f for f in found if is_firm(prepared, f)]
    keys = keep_distinct(prepared, [f.subject.key for f in found])
    return [f for f in found if f.subject.key in keys]


def count_slight(prepared: Prepared, findings: Sequence[Finding]) -> int:
    """Return how many topics of two scattered headlines were new or came back in the last week."""
    found = (f for kind in KINDS for f in recent(findings, kind, prepared.data.last_night))
    return len({f.subject.key for f in found if not is_firm(prepared, f)})


def _tell_card(prepared: Prepared, finding: Finding) -> Card:
    curve = prepared.curves.by_subject[finding.subject.key, finding.channel]
    tonight = finding.night == prepared.data.last_night
    when = "tonight" if tonight else f"on {short_day(finding.night)}"
    now, before = KINDS[finding.kind]
    return _card(
        prepared, curve, now if tonight else before, finding.headline, finding.change, when,
        finding.night,
    )  # fmt: skip


def read_largest(prepared: Prepared) -> list[Card]:
    """Return the subjects with most room on the last night; of like ones the larger."""
    curves = list_shown(prepared)
    curves.sort(key=lambda c: (-(c.last or 0), c.subject.kind != "theme", c.subject.key))
    keys = keep_distinct(prepared, [c.subject.key for c in curves[: 4 * CARDS_OF["most"]]])
    return [
        _card(
            prepared,
            curve,
            "Most room tonight",
            f"{curve.subject.told} with {tell_share(prepared, curve, prepared.data.last_night)}",
            "",
            "tonight",
            prepared.data.last_night,
        )
        for curve in [c for c in curves if c.subject.key in keys][: CARDS_OF["most"]]
    ]


def _card(
    prepared: Prepared,
    curve: Curve,
    kicker: str,
    headline: str,
    change: str,
    when: str,
    night: date,
) -> Card:
    spark = draw_sparkline(curve.share[-CARD_NIGHTS:])
    links = read_links(prepared, curve.subject.key, night)
    return Card(curve.subject, kicker, headline, change, when, night, spark, links)
