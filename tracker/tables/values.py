"""What the columns of tables hold: their types and the words they may say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import polars as pl

TIME: Final = pl.Datetime("us", "UTC")
TIMES: Final = pl.List(TIME)
TEXTS: Final = pl.List(pl.String)
VECTOR: Final = pl.List(pl.Float32)
"""Vectors are lists, not arrays: Delta cannot be scanned back with fixed-size arrays."""

LIST_KINDS: Final = (
    "most_read",
    "latest",
    "related",
    "picks",
    "section",
    "other",
    "menu",
    "nextprev",
    "inline",
    "sponsored",
    "article",
)
"""Kinds of list. `article` is the page's own story: one item, never a slot that anybody chose."""

CHANNELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "editorial": ("latest", "related", "picks", "section", "other"),
        "audience": ("most_read",),
    }
)
"""Which kinds of list speak for whom: editors choose some, readers' clicks fill the others."""
CHANNEL_OF: Final[Mapping[str, str]] = MappingProxyType(
    {kind: channel for channel, kinds in CHANNELS.items() for kind in kinds}
)
"""The channel of each kind of list that is in one."""

Outcome = Literal[
    "ok", "unchanged", "http_error", "blocked", "timeout", "unreachable", "too_large", "not_html"
]
"""What came back from a visit, in a word."""
CAPTURE_OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
SEEN_OUTCOMES: Final = ("ok", "unchanged")
"""Outcomes of visits that show a page's lists."""
LIST_OUTCOMES: Final = ("ok", "missing", "empty")
TOPIC_STATES: Final = ("active", "dormant", "retired")
LINEAGE_EVENTS: Final = (
    "born", "joined", "merged", "split", "revived", "retired", "carried", "parted", "renamed",
    "pinned", "unpinned",
)  # fmt: skip
"""What happens to topics; the last four only by a person's correction.

A topic is `carried` when all topics were derived anew and it took over the id of one before.
"""
CORRECTION_KINDS: Final = ("merge", "split", "rename", "pin")
CORRECTION_STATES: Final = ("waiting", "standing", "void", "undone")
SIGNAL_KINDS: Final = ("rise", "fade", "new", "back", "burst")
TEST_KINDS: Final = ("level", "peak")
STOOD: Final = "every list has stood unchanged since"
"""How the reason begins why nothing of a source counts whose lists all stand unchanged."""

COVERAGE_STATES: Final = ("observed", "broken", "failed", "unseen")


def night_of(column: str, time_zone: str) -> pl.Expr:
    """Return the night of a column of times: its date in the study's time zone."""
    return pl.col(column).dt.convert_time_zone(time_zone).dt.date()
