"""Every table of a study: its columns, their types and units, and its key.

The stages meet here and nowhere else: each takes and returns frames of these tables.
Times are aware UTC, nights are dates in the study's time zone, ranks start at 1, and shares lie
in [0, 1].
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tracker.tables.captures import (
    BODIES,
    CAPTURES,
    HEADLINES,
    LISTS,
    SIGHTINGS,
    date_titles,
)
from tracker.tables.runs import DIGESTS, LEFT, READINGS, RUNS
from tracker.tables.schemas import Column, Table, want_columns
from tracker.tables.topics import (
    CARRIED,
    CORRECTIONS,
    EVENTS,
    HEIRS,
    LABELS,
    LINEAGE,
    MEMBERS,
    MODELS,
    NIGHTS,
    PLACES,
    THEMES,
    TOPICS,
    VECTORS,
)
from tracker.tables.trends import (
    ATTENTION,
    BOXES,
    COVERAGE,
    DIFFERENCES,
    FAMILIES,
    NOISES,
    SIGNALS,
    SLOTS,
    TRACKS,
)
from tracker.tables.values import (
    CAPTURE_OUTCOMES,
    CHANNEL_OF,
    CHANNELS,
    CORRECTION_KINDS,
    CORRECTION_STATES,
    COVERAGE_STATES,
    LINEAGE_EVENTS,
    LIST_KINDS,
    LIST_OUTCOMES,
    SEEN_OUTCOMES,
    SIGNAL_KINDS,
    STOOD,
    TEST_KINDS,
    TEXTS,
    TIME,
    TIMES,
    TOPIC_STATES,
    VECTOR,
    Outcome,
    night_of,
)

__all__ = [
    "ATTENTION", "BODIES", "BOXES", "CAPTURES", "CAPTURE_OUTCOMES", "CARRIED", "CHANNELS",
    "CHANNEL_OF", "CORRECTIONS", "CORRECTION_KINDS", "CORRECTION_STATES", "COVERAGE",
    "COVERAGE_STATES", "DIFFERENCES", "DIGESTS", "EVENTS", "FAMILIES", "HEADLINES", "HEIRS",
    "LABELS", "LEFT", "LINEAGE", "LINEAGE_EVENTS", "LISTS", "LIST_KINDS", "LIST_OUTCOMES",
    "MEMBERS", "MODELS", "NIGHTS", "NOISES", "PLACES", "READINGS", "RUNS", "SEEN_OUTCOMES",
    "SIGHTINGS", "SIGNALS", "SIGNAL_KINDS", "SLOTS", "STOOD", "TABLES", "TEST_KINDS", "TEXTS",
    "THEMES", "TIME", "TIMES", "TOPICS", "TOPIC_STATES", "TRACKS", "VECTOR", "VECTORS", "Column",
    "Outcome", "Table", "date_titles", "night_of", "want_columns",
]  # fmt: skip

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
            CAPTURES,
            BODIES,
            LISTS,
            SIGHTINGS,
            HEADLINES,
            VECTORS,
            MEMBERS,
            NIGHTS,
            EVENTS,
            TOPICS,
            LABELS,
            LINEAGE,
            CORRECTIONS,
            MODELS,
            CARRIED,
            HEIRS,
            PLACES,
            THEMES,
            SLOTS,
            BOXES,
            READINGS,
            LEFT,
            COVERAGE,
            ATTENTION,
            SIGNALS,
            NOISES,
            FAMILIES,
            TRACKS,
            DIFFERENCES,
            DIGESTS,
            RUNS,
        )
    }
)
