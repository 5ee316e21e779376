"""The tables of attention: what was counted and observed, its shares and its findings."""

from typing import Final

import polars as pl

from tracker.tables.schemas import Column, Table
from tracker.tables.values import (
    CHANNELS,
    COVERAGE_STATES,
    LIST_KINDS,
    SIGNAL_KINDS,
    TEST_KINDS,
    TEXTS,
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
