"""Speed and honesty of themes, attention and signals, printed with the machine and versions.

    python tests/bench/bench_trends.py [--worlds 40] [--speed] [--events NIGHTLY.parquet EVENTS.csv]

`--events` takes a headline table (captured_at, source, rank, title) and a table of known events
(event, real_onset, keyword, faded_below_25pct_of_peak_7d).
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import scipy
from scipy import stats

from tracker.topics.countries import country_themes
from tracker.topics.themes import match_themes
from tracker.trends.attention import measure_attention
from tracker.trends.changes import find_changes
from tracker.trends.panels import SUBJECTS, Panel, discount_rank, measure_panel
from tracker.trends.rules import Rules
from tracker.trends.signals import find_signals

sys.path.insert(0, str(Path(__file__).parent.parent / "trends"))
from stacks import Stack, draw_stack
from worlds import FIRST_NIGHT, World, lose_captures, lose_nights, lose_outlets


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def bench_themes(n_headlines: int = 100_000) -> None:
    """Time all countries against headlines of a dozen words."""
    started = time.perf_counter()
    countries = country_themes()
    built = time.perf_counter()
    rng = np.random.default_rng(0)
    syllables = [*("ka", "lo", "mi", "ter", "so", "vin", "da", "re"), *("pol", "an", "gu", "sti")]
    words = ["".join(part) for part in rng.choice(syllables, (20_000, 3))]
    words += [country.name for country in countries] * 5
    texts = [" ".join(row) for row in rng.choice(words, (n_headlines, 12))]
    heads = pl.DataFrame({"headline_id": [str(n) for n in range(n_headlines)], "t": texts}).select(
        "headline_id",
        pl.concat_list("t").alias("wordings"),
        pl.concat_list(pl.lit(datetime(2026, 1, 5, tzinfo=UTC))).alias("worded_at"),
        pl.lit("en").alias("language"),
    )
    made = time.perf_counter()
    found = match_themes(heads, countries, time_zone="UTC")
    n_terms = sum(len(country.terms) for country in countries)
    say(
        f"{len(countries)} countries ({n_terms:,} terms) built in {built - started:.1f} s, matched "
        f"with {n_headlines:,} headlines in {time.perf_counter() - made:.1f} s: "
        f"{found.height:,} matches"
    )


def bench_speed(n_subjects: int = 500, n_nights: int = 1000, n_sources: int = 50) -> None:
    """Time every step at the size asked for: 40 slots a source and night."""
    rng = np.random.default_rng(0)
    n_slots = n_sources * n_nights * 40
    carries = rng.integers(0, n_subjects * 2, n_slots)
    source = np.repeat(np.arange(n_sources), n_nights * 40)
    night = np.tile(np.repeat(np.arange(n_nights), 40), n_sources)
    headline = np.arange(n_slots)
    slots = pl.DataFrame({"s": source, "t": night, "h": headline}).select(
        pl.format("s{}", "s").alias("source"),
        (pl.lit(FIRST_NIGHT) + pl.duration(days="t")).alias("night"),
        pl.lit("editorial").alias("channel"),
        pl.lit("box").alias("list_id"),
        pl.format("h{}", "h").alias("headline_id"),
        pl.lit(1, pl.Int64).alias("slots"),
        discount_rank(pl.col("h") % 40 + 1).alias("discounted"),
    )
    subjects = (
        slots.select("headline_id", from_night="night")
        .with_columns(pl.Series("k", carries), pl.lit(None, pl.Date).alias("to_night"))
        .filter(pl.col("k") < n_subjects)
        .select(pl.format("k{}", "k").alias("subject"), *list(SUBJECTS)[1:])
    )
    span = {
        "first_night": FIRST_NIGHT,
        "last_night": FIRST_NIGHT + timedelta(days=n_nights - 1),
    }
    started = time.perf_counter()
    attention = measure_attention(slots, subjects, **span)
    measured = time.perf_counter()
    panel = measure_panel(slots, subjects, **span)
    split = time.perf_counter()
    signals = find_signals(attention, panel=panel)
    found = time.perf_counter()
    say(
        f"{n_subjects} subjects x {n_nights} nights x {n_sources} sources, {n_slots:,} slots: "
        f"attention {measured - started:.1f} s ({attention.height:,} rows), "
        f"panel {split - measured:.1f} s, signals {found - split:.1f} s ({signals.height} findings)"
    )


def _keep_all(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    return np.ones(stack.counts.shape[1:3], dtype=bool)


def _lose_nights(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    seen = _keep_all(stack, rng)
    seen[rng.random(len(seen)) < 0.2] = False
    return seen


def _lose_captures(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    return rng.random(stack.counts.shape[1:3]) >= 0.2


def _lose_outlets(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    seen = _keep_all(stack, rng)
    for source in range(seen.shape[1]):
        if rng.random() < 0.5:
            start = int(rng.integers(20, 70))
            seen[start : start + 20, source] = False
    return seen


def _join_late(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    seen = _keep_all(stack, rng)
    seen[:50, :2] = False
    return seen


LOSSES: dict[str, Callable[[Stack, np.random.Generator], np.ndarray]] = {
    "nothing lost": _keep_all,
    "20 % of nights lost": _lose_nights,
    "20 % of captures lost": _lose_captures,
    "every second outlet gone for 20 nights": _lose_outlets,
    "two of six outlets join at night 50": _join_late,
}

NULLS = {
    "independent slots": World(),
    "sources differ more": World(spread=0.8),
    "headlines dwell (30 % new a night)": World(turnover=0.3),
    "shares wander, sd 0.3, rho 0.7": World(wander=0.3, memory=0.7),
    "one source": World(n_sources=1),
    "one source of 60 slots": World(n_sources=1, n_slots=60),
}
_BATCH = 20
"""Worlds that lose the same nights, captures or outlets; others are drawn for the next batch."""
_RULES = Rules(fdr=0.05, baseline_nights=28, history_nights=14, min_nights=3, min_ratio=1.5)
_SHIFT = 60


def _batches(world: World, n_worlds: int) -> Iterator[tuple[Stack, np.random.Generator]]:
    for start in range(0, n_worlds, _BATCH):
        size = min(_BATCH, n_worlds - start)
        yield draw_stack(world, size, start), np.random.default_rng(start)


def bench_nulls(n_worlds: int) -> None:
    """Count rises and fades where nothing changed: all of them are false."""
    for name, world in NULLS.items():
        losses = LOSSES if name == "independent slots" else {"nothing lost": _keep_all}
        for loss, lose in losses.items():
            cells, found = 0, 0
            bad: set[tuple[int, int, int]] = set()
            for at, (stack, rng) in enumerate(_batches(world, n_worlds)):
                seen = lose(stack, rng)
                changes = find_changes([stack.to_series(seen)], _RULES)
                found += len(changes)
                bad |= {(at, c.subject // world.n_subjects, c.night) for c in changes}
                cells += len(stack.counts) * int(seen.any(axis=1)[14:].sum())
            say(
                f"{name}; {loss}: false rises and fades on {len(bad) / cells:.2%} of nights, "
                f"{found / cells / world.n_subjects:.3%} of topic-nights ({n_worlds} worlds)"
            )


def bench_power(n_worlds: int) -> None:
    """Say how soon a share that doubles, halves or ends is found, and how soon it could be."""
    for share, n_sources in ((0.02, 6), (0.05, 6), (0.1, 6), (0.05, 15), (0.02, 30), (0.05, 30)):
        for name, factor, kind in (
            ("doubles", 2.0, 1),
            ("halves", 0.5, -1),
            ("ends", 0.0, -1),
        ):
            world = World(
                n_sources=n_sources, n_slots=40, change=(_SHIFT, 0, factor), share=share,
                n_nights=_SHIFT + 8,
            )  # fmt: skip
            delays, best = [], []
            for stack, _ in _batches(world, n_worlds):
                late = np.full(len(stack.counts), 999)
                for one in find_changes([stack.to_series()], _RULES):
                    at, subject = divmod(one.subject, world.n_subjects)
                    if subject == 0 and one.night >= _SHIFT and one.value * kind > 0:
                        late[at] = min(late[at], one.night + 1 - _SHIFT)
                delays.append(late)
                best.append(stack)
            late = np.concatenate(delays)
            bound = [_know_all(world, best, share, factor, nights) for nights in (3, 7)]
            say(
                f"share {share:.0%} of {n_sources * 40:,} slots a night {name}: found within 3 "
                f"nights {np.mean(late <= 3):.1%}, within 7 {np.mean(late <= 7):.1%}; who knows "
                f"all but whether it changed: {bound[0]:.1%}, {bound[1]:.1%}"
            )


def _know_all(world: World, stacks: list[Stack], share: float, factor: float, nights: int) -> float:
    """Return the power of the most powerful test at the end of so many nights.

    It knows the share before and after, at every source, the night of the change, and which
    headlines are new, and is held to 5 % over the subjects of a night (Neyman and Pearson 1933;
    Bonferroni).
    """
    level = 0.05 / world.n_subjects
    span = slice(_SHIFT, _SHIFT + nights)
    found = []
    for stack in stacks:
        by_source = stack.new_slots[:, span].sum(axis=1)
        new = by_source.sum(axis=1)
        before = share * (by_source * stack.leans).sum(axis=1) / new
        mine = stack.fresh[:, span, :, 0].sum(axis=(1, 2))
        if factor > 1:
            found.append(stats.binom.sf(mine - 1, new, before) <= level)
        else:
            found.append(stats.binom.cdf(mine, new, before) <= level)
    return float(np.concatenate(found).mean())


def _resample(panel: Panel, world: World, nights: list[date], seed: int) -> pl.DataFrame:
    """Return the percentile band of resampled sources and, in each, headlines (Efron 1979).

    With one source only its headlines are resampled. Drawing n headlines of a list of n again is
    binomial.
    """
    rng = np.random.default_rng(seed)
    subjects = [f"k{i}" for i in range(world.n_subjects)]
    cells = np.zeros((len(nights), world.n_subjects, world.n_sources))
    mine = panel.shares.filter(pl.col("night").is_in(nights)).select(
        "night", "subject", "source", "share"
    )
    for night, subject, source, share in mine.iter_rows():
        cells[nights.index(night), int(subject[1:]), int(source[1:])] = share
    means = np.zeros((_RESAMPLES, len(nights), world.n_subjects))
    for at in range(_RESAMPLES):
        drawn = rng.integers(0, world.n_sources, world.n_sources)
        counts = rng.binomial(world.n_slots, cells[:, :, drawn])
        means[at] = counts.mean(axis=2) / world.n_slots
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    return pl.DataFrame(
        {
            "night": [night for night in nights for _ in subjects],
            "subject": subjects * len(nights),
            "low_again": low.ravel(),
            "high_again": high.ravel(),
        }
    )


_RESAMPLES = 400


def bench_bands(n_worlds: int) -> None:
    """Measure how often the band holds the true share, next to that of a bootstrap."""
    cases = {
        "one source": World(n_sources=1, spread=0.0),
        "6 sources alike": World(spread=0.0),
        "6 sources that differ": World(spread=0.4),
        "20 sources that differ": World(n_sources=20, spread=0.4),
        "2 sources that differ": World(n_sources=2, spread=0.4),
        "6 sources, shares wander": World(spread=0.4, wander=0.3),
        "6 sources, shares around 0.4 %": World(spread=0.4, level=0.004),
    }
    for name, world in cases.items():
        frames = []
        nights = [FIRST_NIGHT + timedelta(days=n) for n in range(29, world.n_nights, 10)]
        for seed in range(n_worlds):
            attention, panel = world.measure(*world.draw(seed))
            frames.append(
                attention.filter(channel="editorial")
                .join(world.tell_truth(seed), on=["subject", "night"])
                .join(_resample(panel, world, nights, seed), on=["subject", "night"], how="left")
            )
        rows = pl.concat(frames)
        some = rows.filter(pl.col("low_again").is_not_null())
        zero = some.filter(pl.col("share") == 0)
        ours, again = (
            frame["truth"].is_between(frame["low" + end], frame["high" + end]).mean()
            for frame, end in ((rows, ""), (some, "_again"))
        )
        parts = [
            frame["truth"].is_between(frame["low" + end], frame["high" + end]).mean()
            for frame in (zero,)
            for end in ("", "_again")
        ]
        wide = [(some["high" + end] - some["low" + end]).mean() for end in ("", "_again")]
        say(
            f"band, {name}: holds the true share on {ours:.1%} of {rows.height:,} nights, where "
            f"the share is 0 on {parts[0] or 0:.1%}; mean width {100 * wide[0]:.1f} points. "
            f"Bootstrap of sources and headlines: {again:.1%}, at 0 {parts[1] or 0:.1%}; "
            f"{100 * wide[1]:.1f} points"
        )


def _double_lists(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    again = slots.filter(pl.col("source").is_in(["s0", "s1"]), pl.col("night") >= _JOINED)
    return pl.concat([slots, again.with_columns(pl.lit("second").alias("list_id"))])


def _join_two(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    late = pl.col("source").is_in(["s0", "s1"]) & (pl.col("night") < _JOINED)
    return slots.filter(~late)


_JOINED = FIRST_NIGHT + timedelta(days=50)


def bench_lines(n_worlds: int) -> None:
    """Say how often the whole line lies inside the band of the line with less observed."""
    world = World()
    for name, lose in {
        "20 % of nights lost": lose_nights,
        "20 % of captures lost": lose_captures,
        "every second outlet gone for 20 nights": lose_outlets,
        "two of six outlets join at night 50": _join_two,
        "two of six outlets double their lists at night 50": _double_lists,
    }.items():
        held: list[bool] = []
        for seed in range(n_worlds):
            slots, members = world.draw(seed)
            whole, _ = world.measure(slots, members)
            less, _ = world.measure(lose(slots, seed), members)
            both = whole.join(less, on=["subject", "night", "channel"], suffix="_less")
            both = both.filter(pl.col("share_less").is_not_null())
            low, high = pl.col("low_less") - 1e-9, pl.col("high_less") + 1e-9
            held += both.select(pl.col("share").is_between(low, high))["share"].to_list()
        say(
            f"lines, {name}: the whole line lies inside the band on {np.mean(held):.1%} of "
            f"{len(held):,} nights"
        )


def bench_events(nightly: Path, events: Path) -> None:
    """Say when the known events were found, alone and among three hundred words."""
    heads = pl.read_parquet(nightly).with_columns(
        pl.col("title").alias("headline_id"), pl.col("captured_at").dt.date().alias("night")
    )
    slots = heads.select(
        "source",
        "night",
        pl.lit("editorial").alias("channel"),
        pl.col("captured_at").cast(pl.String).alias("capture_id"),
        pl.lit("front").alias("list_id"),
        pl.col("rank").cast(pl.Int32),
        "headline_id",
    ).with_columns(slots=pl.lit(1), discounted=discount_rank(pl.col("rank")))
    known = pl.read_csv(events, try_parse_dates=True)
    words = (
        heads.select("headline_id").unique()["headline_id"].str.extract_all(r"\b[A-Z][a-z]{3,}\b")
        .explode().value_counts(sort=True).head(300)
    )  # fmt: skip
    patterns = dict(known.select("event", "keyword").rows())
    crowd = patterns | {word: rf"\b{word}\b" for word in words[words.columns[0]]}
    for name, themes in (("alone", patterns), ("among 300 words", crowd)):
        subjects = pl.concat(
            heads.filter(pl.col("title").str.contains(pattern))
            .group_by("headline_id")
            .agg(pl.col("night").min().alias("from_night"))
            .select(pl.lit(theme).alias("subject"), "headline_id", "from_night",
                    pl.lit(None, pl.Date).alias("to_night"))
            for theme, pattern in themes.items()
        )  # fmt: skip
        span = {"first_night": heads["night"].min(), "last_night": heads["night"].max()}
        attention = measure_attention(slots, subjects, themes=list(themes), **span)
        panel: Panel = measure_panel(slots, subjects, **span)
        signals = find_signals(attention, panel=panel)
        for event in known.iter_rows(named=True):
            mine = signals.filter(pl.col("subject") == event["event"])
            rises = mine.filter(pl.col("kind") == "rise")["night"].to_list()
            fades = mine.filter(pl.col("kind") == "fade")["night"].to_list()
            onset, silver = event["real_onset"], event["faded_below_25pct_of_peak_7d"]
            first = min((n for n in rises if n >= onset), default=None)
            near = min(fades, key=lambda n: abs(n - silver), default=None)
            say(
                f"{name}: {event['event']}: onset {onset}, rise found {first}; "
                f"faded {silver}, fade found {near}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--events", nargs=2, type=Path)
    chosen = parser.parse_args()
    say(
        f"{platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"polars {pl.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    )
    if chosen.speed:
        bench_themes()
        bench_speed()
    if chosen.events:
        bench_events(*chosen.events)
    if chosen.worlds:
        bench_bands(chosen.worlds)
        bench_lines(chosen.worlds)
        bench_power(chosen.worlds)
        bench_nulls(chosen.worlds)


if __name__ == "__main__":
    main()
