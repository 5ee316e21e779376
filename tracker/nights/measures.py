"""Attention and what it says, measured from what was counted: of the nights that changed alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import polars as pl

from tracker.config import Config
from tracker.ids import make_id
from tracker.nights.counts import (
    list_births,
    list_origins,
    list_stretches,
    read_counted_night,
    read_rules,
)
from tracker.nights.pasts import scan_counted
from tracker.nights.slot_counts import Counted
from tracker.store import Change, Store
from tracker.tables import (
    ATTENTION,
    COVERAGE,
    DIFFERENCES,
    FAMILIES,
    NOISES,
    READINGS,
    SIGNALS,
    SLOTS,
    THEMES,
    TRACKS,
)
from tracker.trends.attention import AWAKE, draw_attention
from tracker.trends.checkpoints import read_night
from tracker.trends.coverage import find_first, read_observed
from tracker.trends.memories import Judged
from tracker.trends.panels import COUNTED, Panel, cut_panel, measure_shares
from tracker.trends.presence import LATELY
from tracker.trends.signals import judge_attention
from tracker.trends.standing import name_epochs
from tracker.trends.tracks import METHOD, WINDOW


@dataclass(frozen=True)
class Trends:
    """What is said of every subject over time.

    Attributes:
        attention: What makes the stored ATTENTION that of now.
        judged: SIGNALS, and what the tests of all subjects had in common.
    """

    attention: Change
    judged: Judged


def measure_trends(
    store: Store,
    counted: Counted,
    members: pl.DataFrame,
    themes: pl.DataFrame,
    config: Config,
    first: date,
    night: date,
) -> Trends:
    """Return the attention of every topic and theme from `first` to `night`, and what it says.

    Nights before those that changed since they were measured last are not measured again.

    Args:
        store: The study's store.
        counted: What counts.
        members: MEMBERS as they count.
        themes: THEMES.
        config: The settings.
        first: First night of the study.
        night: Last night to measure.
    """
    coverage, named = counted.coverage, {theme.name for theme in config.theme}
    known = Judged(*(store.read(one) for one in (SIGNALS, NOISES, FAMILIES, TRACKS, DIFFERENCES)))
    stretches = list_stretches(members, themes)
    born = list_births(stretches, named.union(themes["theme"]), first, night)
    inputs = counted, members, themes, config, (first, born)
    stands = read_night(known.tracks)
    if stands and (stands >= night or known.tracks["mark"][0] != mark_inputs(*inputs, stands)):
        stands = None
    start = first if stands is None else stands + timedelta(days=1)
    third, looked = _find_third(coverage, start), first
    if stands is not None:
        looked = min(third, start - timedelta(days=read_rules(config).rest_nights + WINDOW))
    panel = measure_shares(
        counted.slots.filter(pl.col("night").is_between(looked, night)).collect(),
        stretches,
        read_observed(coverage),
        weighting=config.attention.weighting,
    )
    # Bands and sleep rest on the four weeks before, the tests on more.
    drawn = max(first, min(third, start - AWAKE))
    rows = draw_attention(
        cut_panel(panel, drawn, night), themes=sorted(named), first_night=drawn, last_night=night
    )
    attention = rows = rows.filter(pl.col("night") >= start)
    if stands is not None:
        attention = pl.concat([_read_present(store, panel, third, start), rows])
    judged = judge_attention(
        attention,
        panel=name_epochs(panel, coverage),
        as_of=night,
        known=None if stands is None else known,
        born=born,
        origins=list_origins(members),
        **asdict(config.signals),
    )
    stood = read_night(judged.tracks)
    if stood is not None:
        mark = pl.lit(mark_inputs(*inputs, stood))
        judged = replace(judged, tracks=judged.tracks.with_columns(mark=mark))
    where = None if stands is None else f"night >= '{start}'"
    return Trends(Change(ATTENTION, rows, where), judged)


def mark_inputs(
    counted: Counted,
    members: pl.DataFrame,
    themes: pl.DataFrame,
    config: Config,
    begins: tuple[date, pl.DataFrame],
    night: date,
) -> str:
    """Return a digest of everything that attention and tests up to a night are computed from.

    Args:
        counted: What counts.
        members: MEMBERS as they count.
        themes: THEMES.
        config: The settings.
        begins: The study's first night, and what `list_births` says.
        night: The night.
    """
    by_then = pl.col("night") <= night
    slots = counted.readings.filter(by_then, pl.col("slots") != 0)
    ended = pl.when(pl.col("to_night") < night).then("to_night").alias("to_night")
    placed = members.filter(pl.col("from_night") <= night, pl.col("topic_id").is_not_null())
    standing = pl.col("standing").list.sort().list.join("\n")
    seen = counted.coverage.filter(by_then, pl.col("slots") > 0)
    frames = (
        slots.select("night", "slots"),
        placed.select("topic_id", "headline_id", "from_night", ended),
        themes.filter(pl.col("from_night") <= night).select("theme", "headline_id", "from_night"),
        seen.select("source", "night", "channel", "slots", standing),
    )
    every = [
        (frame.height, frame.select(pl.struct(pl.all()).hash().sum()).item()) for frame in frames
    ]
    settings = asdict(config.signals), config.attention.weighting
    names = sorted({theme.name for theme in config.theme})
    first = begins[0], begins[1]["night"].min()
    return make_id(repr((METHOD, pl.__version__, first, every, settings, names)))


def amend_trends(store: Store, config: Config) -> None:
    """Measure and judge what a correction moved, from what was counted at the last update.

    Args:
        store: The study's store.
        config: Its settings.
    """
    night, coverage = read_counted_night(store), store.read(COVERAGE)
    counted = Counted(store.scan(SLOTS).select(COUNTED), store.read(READINGS), coverage, ())
    members, themes = scan_counted(store).collect(), store.read(THEMES)
    first = find_first(coverage)
    trends = measure_trends(store, counted, members, themes, config, first, night)
    store.replace_together(_change_trends(trends))


def _find_third(coverage: pl.DataFrame, start: date) -> date:
    """Return the third observed night before `start`, or the earliest there is, or `start`."""
    nights = coverage.filter(pl.col("slots") > 0, pl.col("night") < start)["night"]
    third = nights.unique().sort().tail(LATELY).min()
    return third if isinstance(third, date) else start


def _read_present(store: Store, panel: Panel, third: date, start: date) -> pl.DataFrame:
    """Return all rows before `start` of the subjects that may be present from then on."""
    shown = panel.shares.filter(pl.col("night") >= third)["subject"].unique()
    own, before = pl.lit(shown).implode(), pl.col("night") < start
    return store.scan(ATTENTION).filter(before, pl.col("subject").is_in(own)).collect()


def _change_trends(trends: Trends) -> list[Change]:
    judged = trends.judged
    return [
        trends.attention,
        Change(SIGNALS, judged.signals),
        Change(NOISES, judged.noises),
        Change(FAMILIES, judged.families),
        Change(TRACKS, judged.tracks),
        Change(DIFFERENCES, judged.differences),
    ]


def write_trends(
    store: Store, counted: Counted, trends: Trends, left: Sequence[Change] = ()
) -> None:
    """Write what was counted and what it says, in one; of slots only the nights that changed.

    Args:
        store: The study's store.
        counted: What counts.
        trends: What it says.
        left: What `tracker.nights.readings.note_left` says of other tables.
    """
    coverage = Change(COVERAGE, counted.coverage)
    store.replace_together([*counted.changes, *left, coverage, *_change_trends(trends)])
