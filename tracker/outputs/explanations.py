"""What stands behind one point of a curve, and why it is or is not called a rise."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from tracker.nights.mergers import Merger
from tracker.trends.decomposition import Decomposition
from tracker.trends.rules import Rules
from tracker.trends.verdicts import Verdict


@dataclass(frozen=True)
class Named:
    """A subject as it was found.

    Attributes:
        key: Its name in the tables.
        label: The topic's label, or the theme's name.
        name: What charts call it: the label, so that it tells the topic from others of that label.
        kind: theme or topic.
        namesakes: What else is called so, and how to ask for it; None if nothing, or if it was
            asked for by its kind or id.
    """

    key: str
    label: str
    name: str
    kind: str
    namesakes: str | None = None


@dataclass(frozen=True)
class Explanation:
    """One point of a curve with everything behind it.

    Printed it is a page of text, in a notebook a page of HTML.

    Attributes:
        subject: Whose.
        night: When.
        channel: In which channel.
        state: shown, absent (a share of 0), merged (absent since it was merged into another),
            unobserved or broken (no share), or unborn, before a topic's first night in the lists.
        reason: Why there is no share, or what it was merged into, or None.
        merged: Into which topic it was merged, on or before that night; None if it was not.
        point: The row of ATTENTION by column; empty before a topic's first night.
        usual_sources: Sources usually observed, None before there is a usual.
        partial: Whether far fewer than these were observed.
        headlines: One row per headline that carried the subject that night: source, title, url,
            rank (its best), slots, lists (kind, heading, best rank and slots of each list it stood
            in), dwell_hours (from its first to its last sighting up to that night, in any wording),
            titled_at (when the wording in `title` was first seen; null if the pages were read anew
            since), first_seen, last_seen, wordings (title and first_seen of each up to that night,
            in this order), capture_url, captured_at, warc and offset (of the last capture that
            shows it; null where no raw page is kept).
        sources: One row per source of the channel: source, state, reason, slots that carried the
            subject, observed_slots, share.
        verdict: The tests of the night.
        rules: What a finding needs.
        findings: Rows of SIGNALS of that night.
        earlier: The latest rise or fade before that night, a row of SIGNALS or none.
        decomposition: Whose change the change is, for the strongest test; None without one.
    """

    subject: Named
    night: date
    channel: str
    state: str
    reason: str | None
    merged: Merger | None
    point: dict[str, Any]
    usual_sources: float | None
    partial: bool
    headlines: pl.DataFrame
    sources: pl.DataFrame
    verdict: Verdict
    rules: Rules
    findings: pl.DataFrame
    earlier: pl.DataFrame
    decomposition: Decomposition | None

    @property
    def sentences(self) -> list[str]:
        """Return in words what was observed and why it is or is not a finding."""
        from tracker.outputs.explanation_texts import tell  # noqa: PLC0415 - it needs this class

        return tell(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, dates and times as they are."""
        parts = self.decomposition
        names = ("before", "after", "change", "within", "boxes", "panel")
        return {
            "subject": self.subject.key,
            "label": self.subject.label,
            "name": self.subject.name,
            "kind": self.subject.kind,
            "night": self.night,
            "channel": self.channel,
            "state": self.state,
            "reason": self.reason,
            "merged": self.merged and asdict(self.merged),
            "point": self.point,
            "usual_sources": self.usual_sources,
            "partial": self.partial,
            "sentences": self.sentences,
            "tests": self.verdict.tests.to_dicts(),
            "findings": self.findings.to_dicts(),
            "decomposition": parts and {name: getattr(parts, name) for name in names},
            "sources": self.sources.to_dicts(),
            "headlines": self.headlines.to_dicts(),
        }

    def __str__(self) -> str:
        """Return a page of text."""
        from tracker.outputs.explanation_texts import to_text  # noqa: PLC0415

        return to_text(self)

    def _repr_html_(self) -> str:
        from tracker.outputs.explanation_texts import to_html  # noqa: PLC0415

        return to_html(self)
