"""Every table of a study: its columns, their types and units, and its key.

The stages meet here and nowhere else: each takes and returns frames of these tables.
Times are aware UTC, nights are dates in the study's time zone, ranks start at 1, and shares lie
in [0, 1].
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import polars as pl

from tracker.schemas import Column, Table

TIME: Final = pl.Datetime("us", "UTC")
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
COVERAGE_STATES: Final = ("observed", "broken", "failed", "unseen")


def night_of(column: str, time_zone: str) -> pl.Expr:
    """Return the night of a column of times: its date in the study's time zone."""
    return pl.col(column).dt.convert_time_zone(time_zone).dt.date()


CAPTURES: Final = Table(
    "captures",
    "one visit to one page, good or not",
    (
        Column("capture_id", pl.String, "id, from source, url, captured_at and body"),
        Column("source", pl.String, "who published the page, usually its host without www"),
        Column("url", pl.String, "address visited; the file's path where a page has none"),
        Column("captured_at", TIME, "when the page was as it is kept"),
        Column("outcome", pl.String, "what came back", allowed=CAPTURE_OUTCOMES),
        Column("status", pl.Int32, "HTTP status", nullable=True),
        Column("n_bytes", pl.Int64, "size of the decoded body, bytes"),
        Column("body", pl.String, "content hash of the raw page in the store", nullable=True),
        Column("parser", pl.String, "version of the harvester that read the page"),
        Column("note", pl.String, "what was tried and what came back, in words", nullable=True),
    ),
    ("capture_id",),
)

BODIES: Final = Table(
    "bodies",
    "one raw page, kept once however often it was seen",
    (
        Column("body", pl.String, "content hash"),
        Column("path", pl.String, "WARC file inside the study's captures folder"),
        Column("offset", pl.Int64, "where its record begins in that file, bytes"),
        Column("n_bytes", pl.Int64, "size of the body, bytes"),
    ),
    ("body",),
)

LISTS: Final = Table(
    "lists",
    "one headline list of one capture, or one that was expected and is missing",
    (
        Column("capture_id", pl.String, "its capture"),
        Column("list_id", pl.String, "the same box keeps it from night to night"),
        Column("heading", pl.String, "heading as shown; empty where there is none"),
        Column("kind", pl.String, "kind of list", allowed=LIST_KINDS),
        Column("position", pl.Int32, "place among the lists of the page, from 1"),
        Column("n_items", pl.Int32, "headlines in it"),
        Column("outcome", pl.String, "whether it was there", allowed=LIST_OUTCOMES),
    ),
    ("capture_id", "list_id"),
)

SIGHTINGS: Final = Table(
    "sightings",
    "one headline in one slot of one list",
    (
        Column("capture_id", pl.String, "its capture"),
        Column("list_id", pl.String, "its list"),
        Column("rank", pl.Int32, "slot in the list, from 1"),
        Column("headline_id", pl.String, "the story of that source"),
        Column("title", pl.String, "wording in that slot"),
        Column("url", pl.String, "canonical address", nullable=True),
        Column("captured_at", TIME, "when it was seen"),
    ),
    ("capture_id", "list_id", "rank"),
)

HEADLINES: Final = Table(
    "headlines",
    "one story of one source",
    (
        Column("headline_id", pl.String, "id, from source and address, else wording"),
        Column("source", pl.String, "who published it"),
        Column("title", pl.String, "latest wording"),
        Column("wordings", TEXTS, "all wordings, in the order they were first seen"),
        Column("url", pl.String, "canonical address", nullable=True),
        Column("language", pl.String, "ISO 639-1 code", nullable=True),
        Column("first_seen", TIME, "first sighting"),
        Column("last_seen", TIME, "last sighting"),
        Column("n_sightings", pl.Int64, "slots it was seen in"),
    ),
    ("headline_id",),
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

THEMES: Final = Table(
    "themes",
    "one headline of one theme, of the watch list or ready-made",
    (
        Column("theme", pl.String, "name of the theme"),
        Column("headline_id", pl.String, "the headline"),
        Column("how", pl.String, "by a term or by meaning", allowed=("term", "meaning")),
        Column("score", pl.Float64, "1 for a term, cosine for meaning"),
    ),
    ("theme", "headline_id"),
)

SLOTS: Final = Table(
    "slots",
    "one headline, in one wording, in one list on one night, as far as its slots count",
    (
        Column("night", pl.Date, "the night"),
        Column("source", pl.String, "who published it"),
        Column("channel", pl.String, "who chose the headlines", allowed=tuple(CHANNELS)),
        Column("list_id", pl.String, "its list"),
        Column("headline_id", pl.String, "the headline"),
        Column("title", pl.String, "wording in these slots"),
        Column("url", pl.String, "canonical address, as last seen that night", nullable=True),
        Column("kind", pl.String, "kind of list", allowed=LIST_KINDS),
        Column("heading", pl.String, "heading of the list, as last seen that night"),
        Column("page", pl.String, "address of the page that showed it last that night"),
        Column("capture_id", pl.String, "the capture that showed it last that night"),
        Column("rank", pl.Int32, "its best rank of that night, from 1"),
        Column("slots", pl.Int64, "slots it filled, over all captures of the night"),
        Column("discounted", pl.Float64, "sum over these slots of 1 / log2(1 + rank)"),
    ),
    ("night", "source", "channel", "list_id", "headline_id", "title"),
)
"""What shares are counted from: broken pages, standing boxes and menus are left out."""

BOXES: Final = Table(
    "boxes",
    "what one list showed on one night, whether it counts or not",
    (
        Column("night", pl.Date, "the night"),
        Column("source", pl.String, "who published it"),
        Column("list_id", pl.String, "the list"),
        Column("channels", TEXTS, "who chose its headlines, as it was labelled that night"),
        Column("content", pl.Int64, "hash of its headlines and their wordings, in any order"),
    ),
    ("night", "source", "list_id"),
)

READINGS: Final = Table(
    "readings",
    "one night as it was when its slots were counted last: what is so still is not counted again",
    (
        Column("night", pl.Date, "the night"),
        Column("taken", pl.String, "digest of what was taken in of it and what of that counts"),
        Column("standing", pl.Int64, "hash of its boxes that stood, 0 for none"),
    ),
    ("night",),
)

LEFT: Final = Table(
    "left",
    "one table as the last update left it: the next one goes on from it where it is so still",
    (
        Column("name", pl.String, "the table"),
        Column("content", pl.Int64, "hash of its rows then, in any order"),
    ),
    ("name",),
)

COVERAGE: Final = Table(
    "coverage",
    "what was observed of one source on one night, per channel",
    (
        Column("source", pl.String, "who publishes the pages"),
        Column("night", pl.Date, "the night"),
        Column("channel", pl.String, "who chose the headlines", allowed=tuple(CHANNELS)),
        Column(
            "state",
            pl.String,
            "observed; broken: its lists are missing or show too little; failed: no page came; "
            "unseen: not visited",
            allowed=COVERAGE_STATES,
        ),
        Column("reason", pl.String, "why all or some of it does not count", nullable=True),
        Column("slots", pl.Int64, "slots that count"),
        Column("captures", pl.Int64, "visits"),
        Column(
            "effective",
            pl.Float64,
            "effective number of headlines in these slots; null without slots",
            nullable=True,
        ),
        Column("total", pl.Float64, "what these slots weigh in a share", nullable=True),
        Column("standing", TEXTS, "lists left out, as they stand unchanged", nullable=True),
    ),
    ("source", "night", "channel"),
)

ATTENTION: Final = Table(
    "attention",
    "one topic or theme on one night on which it is awake, per channel: what is not watched sleeps "
    "once four weeks and three observed nights have passed without a slot, and then its share is 0 "
    "wherever anything was observed",
    (
        Column("subject", pl.String, "topic id or name of the theme"),
        Column("night", pl.Date, "the night"),
        Column("channel", pl.String, "who chose the headlines", allowed=tuple(CHANNELS)),
        Column("share", pl.Float64, "mean over sources of slots / slots observed", nullable=True),
        Column("low", pl.Float64, "lower end of the 95 % band", nullable=True),
        Column("high", pl.Float64, "upper end of the 95 % band", nullable=True),
        Column("slots", pl.Int64, "slots that carried the subject"),
        Column("observed_slots", pl.Int64, "slots observed that night"),
        Column("n_sources", pl.Int64, "sources that carried the subject"),
        Column("observed_sources", pl.Int64, "sources observed that night"),
    ),
    ("subject", "night", "channel"),
)

SIGNALS: Final = Table(
    "signals",
    "one finding about one subject on one night",
    (
        Column("subject", pl.String, "topic id or name of the theme"),
        Column("night", pl.Date, "the night it was found"),
        Column("channel", pl.String, "in which channel", allowed=tuple(CHANNELS)),
        Column("kind", pl.String, "what was found", allowed=SIGNAL_KINDS),
        Column("from", pl.Date, "first night of the stretch it speaks of"),
        Column("to", pl.Date, "last night of that stretch", nullable=True),
        Column("value", pl.Float64, "change of the share, as a difference"),
        Column("low", pl.Float64, "lower end of its 95 % interval", nullable=True),
        Column("high", pl.Float64, "upper end of its 95 % interval", nullable=True),
        Column("p", pl.Float64, "p-value", nullable=True),
        Column("q", pl.Float64, "p-value after false discovery control", nullable=True),
        Column("method", pl.String, "the test, by name"),
    ),
    ("subject", "night", "channel", "kind"),
)

NOISES: Final = Table(
    "noises",
    "how much the shares of all subjects wander, as learnt by one night, per length of the blocks "
    "of nights that are held against each other",
    (
        Column("night", pl.Date, "the night"),
        Column("channel", pl.String, "in which channel", allowed=tuple(CHANNELS)),
        Column("nights", pl.Int64, "length of a block, nights"),
        Column("wander", pl.Float64, "how fast the inflation grows with the share"),
        Column("least", pl.Float64, "least inflation, 1 or more where anything is known"),
        Column("weight", pl.Float64, "what these weigh in a subject's own inflation, blocks"),
    ),
    ("night", "channel", "nights"),
)
"""With it a subject is judged alone as it was among all: see `tracker.trends.verdicts`."""

FAMILIES: Final = Table(
    "families",
    "the tests of one night that were held against each other, of all subjects and channels",
    (
        Column("night", pl.Date, "the night"),
        Column("test", pl.String, "against its level or half of its peak", allowed=TEST_KINDS),
        Column("tested", pl.Int64, "subjects with a test, in channels that may have findings"),
        Column("limit", pl.Float64, "p-value a member can attain; null without", nullable=True),
        Column("p", pl.List(pl.Float64), "p-values of the members, ascending"),
    ),
    ("night", "test"),
)

TRACKS: Final = Table(
    "tracks",
    "what the tests know of one subject after the night before the last, per channel",
    (
        Column("subject", pl.String, "topic id or name of the theme"),
        Column("channel", pl.String, "in which channel", allowed=tuple(CHANNELS)),
        Column("night", pl.Date, "the night after which this was known"),
        Column("mark", pl.String, "digest of everything that this was computed from"),
        Column("level_since", pl.Date, "first night of the level it is at"),
        Column("risen_since", pl.Date, "first night of its climb; null without", nullable=True),
        Column("quiet", pl.Int64, "observed nights since it was shown, up to a baseline"),
        Column("inflations", pl.List(pl.Float64), "inflation, per length of the blocks"),
        Column("peaks", pl.List(pl.Float64), "best share since the rise, per length; -1 without"),
        Column("peak_ends", pl.List(pl.Date), "the night after each of these blocks"),
        Column("peak_sources", TEXTS, "sources of these blocks"),
        Column("peak_totals", pl.List(pl.List(pl.Float64)), "sums of their shares, per length"),
    ),
    ("subject", "channel"),
)
"""With it and DIFFERENCES the next night is judged without repeating the nights before."""

DIFFERENCES: Final = Table(
    "differences",
    "how much two blocks of nights of one subject differed, where they did, of the nights that the "
    "tests still learn from",
    (
        Column("subject", pl.String, "topic id or name of the theme"),
        Column("channel", pl.String, "in which channel", allowed=tuple(CHANNELS)),
        Column("night", pl.Date, "last night of the later block"),
        Column("nights", pl.Int64, "length of a block, nights"),
        Column("gap", pl.Float64, "squared difference of the shares"),
        Column("noise", pl.Float64, "what independent headlines would make it"),
        Column("square", pl.Float64, "twice the squared mean share"),
    ),
    ("subject", "channel", "night", "nights"),
)

DIGESTS: Final = Table(
    "digests",
    "one digest: what was told of a night",
    (
        Column("night", pl.Date, "the night it speaks of"),
        Column("since", pl.Date, "the night up to which the digest before it spoke"),
        Column("written_at", TIME, "when it last changed"),
        Column("title", pl.String, "what it says first"),
        Column("body", pl.String, "what it says, HTML"),
        Column("sent", TEXTS, "digests of the addresses that have it"),
    ),
    ("night",),
)

RUNS: Final = Table(
    "runs",
    "one run of a command that wrote to the study",
    (
        Column("run_id", pl.String, "id"),
        Column("command", pl.String, "the verb, such as ingest, update or topics merge"),
        Column("started_at", TIME, "when it began"),
        Column("finished_at", TIME, "when it ended; null if it was cut off", nullable=True),
        Column("outcome", pl.String, "running, ok, partly or failed"),
        Column("details", pl.String, "JSON: counts, problems, versions of parser and encoder"),
    ),
    ("run_id",),
)

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
