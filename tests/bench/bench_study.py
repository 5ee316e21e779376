"""Whole studies on real input: how long each stage takes, and how good the groups are.

usage: python tests/bench/bench_study.py [--nightly TABLE --keyword REGEX] [--stories TABLE]
                                         [--late TABLE NIGHT] [--saved TABLE]
                                         [--archive FILE ...]

`--nightly` is a headline table of many nights; `--stories` a table with title, publisher and story
(the label); `--late` a headline table of which one night is taken in after all others;
`--saved` one whose topics are placed again and again, written by nights alone and also by time;
`--archive` anything `tracker ingest` takes. Prints one block of figures for each.
"""

import argparse
import os
import platform
import re
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import polars as pl

from tracker import Study, batches
from tracker.scores import measure_churn, score_groups
from tracker.tables import night_of

SAVED_PAIRS = 2


class Clock:
    """Says how long each stage took."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last, self._stage = time.perf_counter(), "start"

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.perf_counter()
        self.stages[self._stage] = self.stages.get(self._stage, 0) + now - self._last
        self._last, self._stage = now, stage


def run(study: Study, paths: list[Path], workers: int = 1) -> None:
    start = time.perf_counter()
    result = study.ingest(paths, workers=workers)
    print(f"ingest  {time.perf_counter() - start:7.1f} s  {result}")
    clock, start = Clock(), time.perf_counter()
    update = study.update(progress=clock)
    clock("end", 1, 1)
    stages = ", ".join(f"{name} {spent:.1f}" for name, spent in clock.stages.items())
    print(f"update  {time.perf_counter() - start:7.1f} s  {update}\n        seconds: {stages}")
    start = time.perf_counter()
    page = study.report()
    pages = list(study.folder.rglob("*.html"))
    print(f"report  {time.perf_counter() - start:7.1f} s  {len(pages)} pages, "
          f"index {page.stat().st_size / 1e6:.1f} MB")  # fmt: skip


def follow(study: Study, keyword: str) -> None:
    """Print how a story that a keyword names is kept together."""
    headlines = study.read("headlines").filter(
        pl.col("wordings").list.join(" ").str.contains(keyword)
    )
    places = study.read("members").filter(pl.col("to_night").is_null())
    found = headlines.join(places, on="headline_id")
    counts = Counter(found["topic_id"].to_list()).most_common(3)
    topic, size = counts[0]
    of_topic = places.filter(pl.col("topic_id") == topic).join(
        study.read("headlines"), on="headline_id"
    )
    label = study.read("topics").filter(pl.col("topic_id") == topic).sort("night")["label"][-1]
    changes = study.read("lineage").filter(
        (pl.col("topic_id") == topic) | (pl.col("other_id") == topic)
    )
    since, until = of_topic["first_seen"].min(), of_topic["last_seen"].max()
    print(f"{keyword}: {found.height} headlines, {size} in one topic, then {counts[1:]}")
    print(f"   {topic} {label!r}: {of_topic.height} headlines, {len(changes)} changes of identity, "
          f"{since:%Y-%m-%d} to {until:%Y-%m-%d}")  # fmt: skip
    others = of_topic.filter(~pl.col("wordings").list.join(" ").str.contains(keyword))
    print(
        "   without the keyword, e.g.:",
        "; ".join(others["title"].sample(min(6, others.height), seed=1)),
    )


def bench_nightly(study: Study, table: Path, keywords: list[str]) -> None:
    run(study, [table])
    seen = study.read("sightings").select(
        "headline_id", night_of("captured_at", "UTC").alias("night")
    )
    churn = measure_churn(study.read("members"), seen.unique(), study.read("lineage"))
    print(f"churn {churn.share:.4f} of headlines seen on both of two nights changed topic, "
          f"{churn.unexplained:.4f} without a row in lineage")  # fmt: skip
    places = study.read("members").filter(pl.col("to_night").is_null())
    print(f"without an event {places['event_id'].null_count() / places.height:.3f}, "
          f"without a topic {places['topic_id'].null_count() / places.height:.3f}")  # fmt: skip
    for keyword in keywords:
        follow(study, keyword)
        for kind in ("rise", "fade"):
            name = re.sub(r"\W", "", keyword)[:12]
            print(f"   {name} {kind}:", *_findings(study, keyword, kind))


def _findings(study: Study, keyword: str, kind: str) -> list[str]:
    topics = study.read("topics").sort("night").group_by("topic_id").agg(pl.col("label").last())
    names = {row[0] for row in topics.iter_rows() if re.search(keyword, row[1])}
    signals = study.read("signals").filter(pl.col("kind") == kind)
    mine = signals.filter(
        pl.col("subject").is_in(list(names)) | pl.col("subject").str.contains(keyword)
    )
    return [f"{row['subject'][:10]} {row['night']}" for row in mine.head(8).iter_rows(named=True)]


def bench_late(study: Study, table: Path, night: str) -> None:
    rows = pl.read_parquet(table)
    is_late = night_of("captured_at", "UTC").cast(pl.String) == night
    held = []
    for part, name in ((rows.filter(~is_late), "others"), (rows.filter(is_late), "late")):
        path = study.folder.parent / f"{name}.parquet"
        part.write_parquet(path)
        study.ingest(path)
        began, processor = time.perf_counter(), time.process_time()
        placing = study.update().placing
        print(f"{name}: {placing.nights} nights and {placing.headlines} headlines placed in "
              f"{time.perf_counter() - began:.0f} s, "
              f"{time.process_time() - processor:.0f} s of processor time")  # fmt: skip
        members = study.read("members").filter(pl.col("to_night").is_null())
        held.append(members.select("headline_id", "topic_id"))
    before, after = (frame["topic_id"].drop_nulls().unique() for frame in held)
    joined = held[0].join(held[1], on="headline_id")
    moved = joined.filter(~pl.col("topic_id").eq_missing(pl.col("topic_id_right"))).height
    print(f"of {len(before)} topics {before.is_in(after.implode()).sum()} keep their id; "
          f"{moved} of {joined.height} headlines are in another topic")  # fmt: skip


def bench_saved(study: Study, table: Path) -> None:
    """Print what it costs to write what is done also every few seconds, in pairs of replays."""
    study.ingest(table)
    study.update()
    ratios = []
    for number in range(SAVED_PAIRS):
        spent = {}
        for seconds in (batches.SECONDS, float("inf"))[:: 1 if number % 2 else -1]:
            with patch.object(batches, "SECONDS", seconds):
                began, processor = time.perf_counter(), time.process_time()
                nights = study.replay().placing.nights
                spent[seconds] = time.process_time() - processor
                print(f"every {seconds:.0f} s at the latest: {nights} nights in "
                      f"{time.perf_counter() - began:.0f} s, "
                      f"{spent[seconds]:.1f} s of processor time")  # fmt: skip
        ratios.append(spent[batches.SECONDS] / spent[float("inf")])
    print("ratios of processor time:", *(f"{ratio:.3f}" for ratio in ratios))


def bench_stories(study: Study, table: Path) -> None:
    stories = pl.read_parquet(table).unique("title", keep="first", maintain_order=True)
    rows = stories.select(
        pl.lit(datetime(2014, 3, 10, 21, tzinfo=UTC)).alias("captured_at"),
        pl.col("publisher").fill_null("unknown").alias("source"),
        pl.lit("latest").alias("list_kind"),
        pl.int_range(1, pl.len() + 1).over("publisher").alias("rank"),
        "title",
    )
    path = study.folder.parent / "stories.parquet"
    rows.write_parquet(path)
    run(study, [path])
    places = study.read("members").join(study.read("headlines"), on="headline_id")
    found = stories.join(
        places.unique("title").select("title", "event_id", "topic_id"), on="title", how="left"
    )
    alone = pl.concat_str(pl.lit("alone-"), pl.int_range(pl.len()).cast(pl.String))
    for level in ("event_id", "topic_id"):
        groups = found.select(pl.coalesce(level, alone).alias("group"))["group"].to_list()
        print(level, score_groups(groups, found["story"].to_list()))


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--nightly", type=Path)
    parser.add_argument("--keyword", action="append", default=[])
    parser.add_argument("--stories", type=Path)
    parser.add_argument("--late", nargs=2, metavar=("TABLE", "NIGHT"))
    parser.add_argument("--saved", type=Path)
    parser.add_argument("--archive", type=Path, nargs="+")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, polars {pl.__version__}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if options.nightly:
            bench_nightly(Study(Path(folder) / "nightly"), options.nightly, options.keyword)
        if options.stories:
            bench_stories(Study(Path(folder) / "stories"), options.stories)
        if options.late:
            bench_late(Study(Path(folder) / "late"), Path(options.late[0]), options.late[1])
        if options.saved:
            bench_saved(Study(Path(folder) / "saved"), options.saved)
        if options.archive:
            run(Study(Path(folder) / "archive"), options.archive, workers=os.cpu_count() or 1)


if __name__ == "__main__":
    main()
