"""The tables of topics, events and themes, and of how topics came to be as they are."""

from typing import Final

import polars as pl

from tracker.tables.schemas import Column, Table
from tracker.tables.values import (
    CORRECTION_KINDS,
    CORRECTION_STATES,
    LINEAGE_EVENTS,
    TEXTS,
    TIME,
    TOPIC_STATES,
    VECTOR,
)

VECTORS: Final = Table(
    "vectors",
    "one text under one encoder",
    (
        Column("text_id", pl.String, "hash of the text"),
        Column("encoder", pl.String, "name of the encoder"),
        Column("vector", VECTOR, "unit length"),
    ),
    ("text_id", "encoder"),
)

MEMBERS: Final = Table(
    "members",
    "one stretch of nights in which a headline's place did not change",
    (
        Column("headline_id", pl.String, "the headline"),
        Column("event_id", pl.String, "its event", nullable=True),
        Column("topic_id", pl.String, "its topic", nullable=True),
        Column("from_night", pl.Date, "first night of the stretch"),
        Column("to_night", pl.Date, "last night; null while it holds", nullable=True),
        Column("probability", pl.Float64, "how well it fits its event, in [0, 1]"),
    ),
    ("headline_id", "from_night"),
)

NIGHTS: Final = Table(
    "nights",
    "one night whose topics are done, with new headlines or without",
    (Column("night", pl.Date, "the night"),),
    ("night",),
)

EVENTS: Final = Table(
    "events",
    "one happening across outlets and nights, as known on the last night",
    (
        Column("event_id", pl.String, "id, given once"),
        Column("topic_id", pl.String, "its topic", nullable=True),
        Column("label", pl.String, "its most telling headline"),
        Column("first_night", pl.Date, "night of its first headline"),
        Column("last_night", pl.Date, "night of its last new headline"),
        Column("n_headlines", pl.Int64, "headlines in it"),
        Column("n_sources", pl.Int64, "sources that carried it"),
    ),
    ("event_id",),
)

TOPICS: Final = Table(
    "topics",
    "one topic on one night on which it changed",
    (
        Column("night", pl.Date, "the night"),
        Column("topic_id", pl.String, "id, given once and never reused"),
        Column("label", pl.String, "its name, five words at most"),
        Column("terms", TEXTS, "its words by c-TF-IDF, best first"),
        Column("size", pl.Int64, "headlines placed in it so far"),
        Column("centroid", VECTOR, "unit length, under the study's encoder"),
        Column("state", pl.String, "where it is in its life", allowed=TOPIC_STATES),
    ),
    ("night", "topic_id"),
)

LABELS: Final = Table(
    "labels",
    "one answer of a label writer, about a topic while the tracker's own label is the same",
    (
        Column("topic_id", pl.String, "the topic"),
        Column("own_label", pl.String, "the label in the table topics it stands for"),
        Column("writer", pl.String, "name of the model that wrote it"),
        Column("label", pl.String, "two to five words; null if unusable", nullable=True),
        Column("problem", pl.String, "why the answer is unusable", nullable=True),
        Column("written_at", TIME, "when it was written"),
        Column("shown", pl.Boolean, "whether its writer is the one configured"),
    ),
    ("topic_id", "own_label", "writer"),
)

LINEAGE: Final = Table(
    "lineage",
    "one change of identity",
    (
        Column("night", pl.Date, "the night"),
        Column("topic_id", pl.String, "the topic it happened to"),
        Column("event", pl.String, "what happened", allowed=LINEAGE_EVENTS),
        Column(
            "other_id",
            pl.String,
            "the topic it merged into or split from; where earlier headlines joined it, their "
            "event, the largest of that night; if parted, the event that gave off headlines to "
            "it and stays, the largest; if carried, the id it would have had",
            nullable=True,
        ),
        Column("similarity", pl.Float64, "how alike the two were, in [0, 1]", nullable=True),
        Column("correction_id", pl.String, "correction behind it; null without", nullable=True),
    ),
    ("night", "topic_id", "event", "correction_id"),
)

CORRECTIONS: Final = Table(
    "corrections",
    "one correction of topics by a person",
    (
        Column("correction_id", pl.String, "id"),
        Column("made_at", TIME, "when it was made"),
        Column("night", pl.Date, "the night it holds from, once that night is counted"),
        Column("kind", pl.String, "what was asked for", allowed=CORRECTION_KINDS),
        Column("topic_id", pl.String, "the topic that goes on, is split, renamed or pinned"),
        Column("other_id", pl.String, "the topic merged away or split off", nullable=True),
        Column("label", pl.String, "label given, or that of the topic split off", nullable=True),
        Column("label_before", pl.String, "label that a renamed topic had", nullable=True),
        Column("headlines", TEXTS, "headline ids of the topic then; if split, those that leave"),
        Column(
            "other_headlines",
            TEXTS,
            "headline ids of the topic merged away; if split, those that stay of events that "
            "others leave",
        ),
        Column("undone_at", TIME, "when it was undone", nullable=True),
        Column("undone_night", pl.Date, "the night it holds no longer from", nullable=True),
        Column("state", pl.String, "what became of it", allowed=CORRECTION_STATES),
        Column("note", pl.String, "why it is void", nullable=True),
        Column(
            "since",
            pl.Date,
            "the night from which what was merged or split off counts for the topic it came to; "
            "null if from its own",
            nullable=True,
        ),
        Column(
            "terms", TEXTS, "what the headlines that leave have, if split by terms", nullable=True
        ),
    ),
    ("correction_id",),
)

MODELS: Final = Table(
    "models",
    "one way in which topics were made, in force until the next",
    (
        Column("made_at", TIME, "since when"),
        Column("encoder", pl.String, "name of the encoder"),
        Column("method", pl.Int64, "number of the method; null before it was kept", nullable=True),
        Column("settings", pl.String, "JSON: settings of topics"),
        Column("finished", pl.Boolean, "whether all nights have been derived so"),
        Column(
            "begun",
            pl.Boolean,
            "whether what was made otherwise is gone; null before it was kept",
            nullable=True,
        ),
    ),
    ("made_at",),
)

CARRIED: Final = Table(
    "carried",
    "one topic id carried over to topics that were derived anew",
    (
        Column("made_at", TIME, "since when topics are made so"),
        Column("founded_id", pl.String, "id that the topic would have had"),
        Column("topic_id", pl.String, "id that it has, of the topic before"),
        Column("similarity", pl.Float64, "Jaccard index of the headlines of both, in [0, 1]"),
    ),
    ("made_at", "founded_id"),
)

HEIRS: Final = Table(
    "heirs",
    "one topic that is not there any more since something came late, and where its headlines are",
    (
        Column("topic_id", pl.String, "id that it had"),
        Column("heir_id", pl.String, "topic with most of its headlines then"),
        Column("share", pl.Float64, "of its headlines that are in the heir, in [0, 1]"),
        Column("night", pl.Date, "first night that was done again"),
        Column("made_at", TIME, "when the update ran that did it"),
    ),
    ("topic_id",),
)

PLACES: Final = Table(
    "places",
    "one headline's topic before nights are done again; kept until it is noted what became of it",
    (
        Column("headline_id", pl.String, "the headline"),
        Column("topic_id", pl.String, "topic it was in"),
        Column("first", pl.Date, "first night that is done again"),
        Column("stood", pl.Date, "night the study stood at"),
    ),
    ("headline_id",),
)

THEMES: Final = Table(
    "themes",
    "one headline of one theme, of the watch list or ready-made",
    (
        Column("theme", pl.String, "name of the theme"),
        Column("headline_id", pl.String, "the headline"),
        Column("how", pl.String, "by a term or by meaning", allowed=("term", "meaning")),
        Column("score", pl.Float64, "1 for a term, cosine for meaning"),
        Column("from_night", pl.Date, "first night of a wording by which it belongs"),
    ),
    ("theme", "headline_id"),
)
