"""One capture a night against many: how far the nightly curve is from the dense one.

    python tests/bench/bench_dense.py TABLE [--words 300] [--keyword REGEX]

TABLE is a headline table (captured_at, source, rank, title) with many captures a night. Subjects
are the words with a capital that most headlines hold. The dense curve counts every capture; the
nightly ones count the capture nearest to an hour of each night.
"""

import argparse
import os
import platform
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from tracker.trends.attention import measure_attention
from tracker.trends.panels import discount_rank, measure_panel
from tracker.trends.signals import find_signals

HOURS = (6, 12, 18, 23)
COMMON = 0.01
"""Mean share from which a subject is worth a look: smaller ones are 0 on most nights."""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def read_slots(path: Path) -> pl.DataFrame:
    """Return every slot; a headline is one by its address, else by its words."""
    table = pl.read_parquet(path)
    return table.select(
        "source",
        pl.col("captured_at").dt.date().alias("night"),
        pl.lit("editorial").alias("channel"),
        pl.col("captured_at").cast(pl.String).alias("capture_id"),
        pl.lit("front").alias("list_id"),
        pl.col("rank").cast(pl.Int32),
        pl.coalesce("url", "title").alias("headline_id"),
        "captured_at",
        "title",
    ).with_columns(slots=pl.lit(1), discounted=discount_rank(pl.col("rank")))


def choose_subjects(slots: pl.DataFrame, n_words: int, keyword: str | None) -> pl.DataFrame:
    """Return which headline holds which of the commonest capitalised words."""
    heads = slots.group_by("headline_id").agg(
        pl.col("night").min().alias("from_night"), pl.col("title").unique().str.join(" | ")
    )
    words = heads.select(
        "headline_id", "from_night",
        pl.col("title").str.extract_all(r"\b[A-Z][a-z]{3,}\b").alias("subject"),
    ).explode("subject").drop_nulls().unique()  # fmt: skip
    top = words["subject"].value_counts(sort=True).head(n_words)["subject"]
    rows = words.filter(pl.col("subject").is_in(top.implode()))
    if keyword:
        mine = heads.filter(pl.col("title").str.contains(keyword))
        rows = pl.concat([rows, mine.with_columns(subject=pl.lit(keyword)).select(rows.columns)])
    return rows.select(
        "subject", "headline_id", "from_night", pl.lit(None, pl.Date).alias("to_night")
    )


def thin(slots: pl.DataFrame, hour: int) -> pl.DataFrame:
    """Return the slots of the one capture of each night that is nearest to an hour (UTC)."""
    away = (
        (pl.col("captured_at") - pl.col("captured_at").dt.truncate("1d")).dt.total_minutes()
        - 60 * hour
    ).abs()
    nearest = slots.group_by("night").agg(pl.col("capture_id").sort_by(away).first())
    return slots.join(nearest, on=["night", "capture_id"], how="semi")


def compare(slots: pl.DataFrame, subjects: pl.DataFrame, hour: int, keyword: str | None) -> None:
    """Say how far the curve of one capture a night is from that of all."""
    first, last = slots["night"].min(), slots["night"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    span = {"first_night": first, "last_night": last}
    names = subjects["subject"].unique().to_list()
    once = thin(slots, hour)
    curves = {}
    for name, given in (("dense", slots), ("once", once)):
        curves[name] = measure_attention(given, subjects, themes=names, **span).filter(
            channel="editorial"
        )
        panel = measure_panel(given, subjects, **span)
        if keyword:
            found = find_signals(curves[name], panel=panel).filter(subject=keyword)
            rows = found.filter(pl.col("kind").is_in(["rise", "fade"])).select("kind", "night")
            say(f"  {name}: {keyword}: {', '.join(f'{k} {n}' for k, n in rows.iter_rows())}")
    both = curves["dense"].join(curves["once"], on=["subject", "night"], suffix="_once")
    common = both.filter(pl.col("share").mean().over("subject") >= COMMON)
    for name, rows in (("all", both), (f"of a mean share of {COMMON:.0%} or more", common)):
        inside = rows["share_once"].is_between(rows["low"] - 1e-12, rows["high"] + 1e-12).mean()
        turned = rows["share"].is_between(rows["low_once"], rows["high_once"]).mean()
        gap = rows.group_by("subject").agg((pl.col("share_once") - pl.col("share")).mean())
        say(
            f"  {rows['subject'].n_unique()} subjects {name}, {rows.height:,} nights: the nightly "
            f"share lies inside the dense band on {inside:.1%}, the dense one inside the nightly "
            f"band on {turned:.1%}; a subject's mean differs by "
            f"{100 * gap['share_once'].abs().mean():.2f} points (mean without sign), "
            f"{100 * gap['share_once'].abs().max():.2f} at most"
        )


def tell_dwell(slots: pl.DataFrame, subjects: pl.DataFrame) -> None:
    """Say how much longer those headlines stay that one capture a night sees."""
    per_night = slots.group_by("night").agg(pl.col("capture_id").n_unique().alias("captures"))
    dwell = (
        slots.group_by("night", "headline_id")
        .agg(pl.col("capture_id").n_unique().alias("seen"))
        .join(per_night, on="night")
        .with_columns((24 * pl.col("seen") / pl.col("captures")).alias("hours"))
    )
    say(
        f"{slots['capture_id'].n_unique():,} captures of {per_night.height} nights; a headline "
        f"stays {dwell['hours'].median():.1f} h of a day (median; mean {dwell['hours'].mean():.1f})"
    )
    for hour in HOURS:
        seen = thin(slots, hour).select("night", "headline_id").unique()
        met = dwell.join(seen, on=["night", "headline_id"])
        mean = dwell["hours"].mean()
        biased = (dwell["hours"] ** 2).mean() / mean  # type: ignore[operator]
        say(
            f"  {hour:02d} h: one capture sees {met.height / dwell.height:.0%} of a day's "
            f"headlines; they stay {met['hours'].mean():.1f} h (by length-biased sampling "
            f"{biased:.1f} h)"
        )
    share = (
        dwell.join(subjects.select("subject", "headline_id"), on="headline_id")
        .group_by("subject")
        .agg(pl.len().alias("n"), pl.col("hours").mean())
        .filter(pl.col("n") >= 50)
        .with_columns((pl.col("hours") / dwell["hours"].mean()).alias("ratio"))
    )
    low, middle, high = np.quantile(share["ratio"].to_numpy(), [0.1, 0.5, 0.9])
    say(
        f"  a subject's share of slots is its share of distinct headlines times {low:.2f} to "
        f"{high:.2f} (a tenth to nine tenths of {share.height} subjects; median {middle:.2f}), as "
        "its headlines stay shorter or longer than others"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--keyword")
    chosen = parser.parse_args()
    say(
        f"{platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"polars {pl.__version__}, numpy {np.__version__}"
    )
    slots = read_slots(chosen.table)
    subjects = choose_subjects(slots, chosen.words, chosen.keyword)
    tell_dwell(slots, subjects)
    for hour in HOURS:
        say(f"one capture a night, nearest to {hour:02d} h UTC:")
        compare(slots, subjects, hour, chosen.keyword)


if __name__ == "__main__":
    main()
