"""A large study from end to end: what each stage costs in time and memory.

usage: python tests/bench/bench_scale.py [--headlines N] [--per-night N] [--sources N] [--seen N]
                                         [--placed] [--folder DIR]

Invents N headlines of stories that live for some nights, `--per-night` new ones each night, each
shown on `--seen` nights, and takes them through a study on disk as the verbs do: the history is
ingested and updated, then one more night, then the next, as in nightly use, then report, digest, a
chart, explain and the list of topics. Each step runs in a process of its own, so that its peak
memory is its own; so is that of each stage, with what the stages before it left. With `--placed`
the history's topics are written as the world has them instead of being replayed night by night (a
night costs what `bench_topics.py --scale` says), so that a million headlines can be measured in an
hour; the first night after it is no usual one then: it reads the vectors of the whole window and
retires all topics that slept for too long. The encoder is the one without weights; how fast the
default one reads is said beside it.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from tracker import Study
from tracker.nights.headlines import update_headlines
from tracker.nights.models import write_model
from tracker.nights.readings import read_taken
from tracker.nights.topic_views import view_topics
from tracker.outputs.single_charts import make_chart, write_chart
from tracker.tables import CAPTURES, MEMBERS, NIGHTS, TOPICS
from tracker.topics.encoder import LexicalEncoder, load_encoder

DAY = date(2022, 1, 1)
N_WORDS, N_TITLE = 40_000, 9
INGESTED = {"ingest a night": "last.parquet", "ingest the next night": "next.parquet"}


def invent_headlines(n: int, per_night: int, n_sources: int) -> pl.DataFrame:
    """Return title, source, night (numbered from 0) and story of invented headlines."""
    rng = np.random.default_rng(0)
    letters = np.asarray(list("abcdefghijklmnoprstuvwz"))
    words = np.asarray(["".join(rng.choice(letters, rng.integers(4, 10))) for _ in range(N_WORDS)])
    nights = np.arange(n) // per_night
    # A fifth as many stories as headlines begin each night, and take headlines for five nights.
    per_story = max(1, per_night // 5)
    latest = (nights + 1) * per_story
    story = rng.integers(np.maximum(0, latest - 5 * per_story), latest)
    of_story = rng.integers(N_WORDS, size=(int(story.max()) + 1, N_TITLE))
    picked = np.argsort(rng.random((n, N_TITLE)), axis=1)[:, :6]
    numbers = np.hstack(
        [np.take_along_axis(of_story[story], picked, axis=1), rng.integers(N_WORDS, size=(n, 3))]
    )
    titles = pl.DataFrame(words[numbers], schema=[f"w{i}" for i in range(N_TITLE)])
    return titles.select(
        pl.concat_str(pl.all(), separator=" ").str.to_titlecase().alias("title"),
        pl.Series("source", np.arange(n) % per_night % n_sources),
        pl.Series("night", nights),
        pl.Series("story", story),
    ).with_columns(pl.format("paper{}.example", "source").alias("source"))


def write_tables(folder: Path, world: pl.DataFrame, seen: int) -> int:
    """Write headline tables of 50 nights each, and of the last two; return how many rows.

    Every headline stays `seen` nights in its list.
    """
    last = int(world["night"].max())  # type: ignore[arg-type]
    stays = world.drop("story").with_columns(age=pl.int_ranges(0, seen)).explode("age")
    rows = stays.with_columns(shown=pl.col("night") + pl.col("age")).filter(pl.col("shown") <= last)
    start = datetime(DAY.year, DAY.month, DAY.day, 20, tzinfo=UTC)
    parts = [(f"{first:05}", first, min(first + 49, last - 2)) for first in range(0, last - 1, 50)]
    for name, first, until in [*parts, ("last", last - 1, last - 1), ("next", last, last)]:
        some = rows.filter(pl.col("shown").is_between(first, until))
        place = pl.int_range(pl.len()).over("source", "shown")
        some.sort("shown", "source", "age").select(
            (pl.lit(start) + pl.duration(days="shown")).alias("captured_at"),
            "source",
            pl.lit("latest").alias("list_kind"),
            pl.format("Latest {}", place // 50).alias("heading"),
            (place % 50 + 1).alias("rank"),
            "title",
        ).write_parquet(folder / f"{name}.parquet")
    return rows.height


def place_history(study: Study, world: pl.DataFrame) -> None:
    """Write members and topics of the history as the world has them."""
    taken = read_taken(study.store, study.store.read(CAPTURES), study.config)
    headlines = update_headlines(study.store, taken, study.config.study.time_zone).headlines
    night = (pl.lit(DAY) + pl.duration(days="night")).cast(pl.Date)
    known = headlines.select("headline_id", "title", "source").join(world, on=["title", "source"])
    members = known.select(
        "headline_id",
        pl.format("e{}", "story").alias("event_id"),
        pl.format("t{}", "story").alias("topic_id"),
        night.alias("from_night"),
        pl.lit(None, pl.Date).alias("to_night"),
        pl.lit(0.8).alias("probability"),
    )
    study.store.replace(MEMBERS, members.unique("headline_id"))
    stories = known.group_by("story").agg(
        pl.col("title", "night").sort_by("night").last(), pl.len().cast(pl.Int64).alias("size")
    )
    encoder, until = LexicalEncoder(), int(known["night"].max())  # type: ignore[arg-type]
    for part in stories.sort("story").iter_slices(50_000):
        centroids = encoder.encode(part["title"].to_list())
        words = pl.col("title").str.to_lowercase().str.split(" ")
        rows = part.select(
            night.alias("night"),
            pl.format("t{}", "story").alias("topic_id"),
            words.list.head(3).list.join(" ").alias("label"),
            words.alias("terms"),
            "size",
            pl.Series("centroid", centroids, pl.Array(pl.Float32, encoder.dimension)).arr.to_list(),
            pl.when(pl.col("night") > until - 60).then(pl.lit("active"))
            .otherwise(pl.lit("dormant")).alias("state"),
        )  # fmt: skip
        study.store.append(TOPICS, rows)
    done = [(DAY + timedelta(days=number),) for number in range(until + 1)]
    study.store.append(NIGHTS, NIGHTS.frame(done))
    now = datetime.now(UTC)
    write_model(study.store, encoder, study.config.topics, now, finished=True)


def take_peak() -> float:
    """Return the most memory this process has held since it was last asked, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


class Clock:
    """Says what each stage of an update cost."""

    def __init__(self) -> None:
        self.told: dict[str, float] = {}
        self.peaks: dict[str, float] = {}
        self.begun = time.process_time()
        self._last, self._stage = time.process_time(), "start"

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.process_time()
        self.told[self._stage] = self.told.get(self._stage, 0) + now - self._last
        self.peaks[self._stage] = max(self.peaks.get(self._stage, 0), take_peak())
        self._last, self._stage = now, stage


def take_step(step: str, folder: Path) -> Clock:
    """Do one step in this process; return what it cost."""
    study = Study(folder / "study", encoder=LexicalEncoder())
    clock = Clock()
    if step == "ingest":
        study.ingest(sorted(folder.glob("[0-9]*.parquet")), progress=clock)
    elif step in INGESTED:
        study.ingest(folder / INGESTED[step], progress=clock)
    elif step == "place":
        place_history(study, pl.read_parquet(folder / "world.parquet"))
    elif step.startswith("update"):
        study.update(progress=clock)
    elif step == "report":
        study.report(progress=clock)
    elif step == "digest":
        study.digest(send=False)
    elif step == "show topics":
        view_topics(study.store)
    elif step in ("chart curve", "explain"):
        last = pl.col("night") == pl.col("night").max()
        topics = study.store.scan(TOPICS).filter(last).sort("size", "topic_id")
        latest = topics.select("topic_id").last().collect().item()
        if step == "explain":
            study.explain(latest)
        else:
            single = make_chart(study.store, study.config, study.now(), "curve", [latest])
            write_chart(single, folder / "curve.html")
    clock("end", 1, 1)
    return clock


def run_step(step: str, folder: Path, n: int) -> None:
    """Do one step in a process of its own, and print what it cost."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - start
    if done.returncode:
        print(f"  {step}: failed after {spent:.0f} s: {done.stderr.strip()[-2000:]}", flush=True)
        return
    told = json.loads(done.stdout.splitlines()[-1])
    print(
        f"  {step}: {told['seconds']:.1f} s of processor time ({spent:.0f} s passed), "
        f"{n / max(told['seconds'], 0.001):,.0f} headlines/s, peak {told['peak']:.0f} MB",
        flush=True,
    )
    if told["parts"]:
        print("    ", "; ".join(told["parts"]), flush=True)


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--headlines", type=int, default=20_000)
    parser.add_argument("--per-night", type=int, default=1_000)
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--seen", type=int, default=10)
    parser.add_argument("--placed", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        clock = take_step(options.step, options.folder)
        parts = [
            f"{name} {cost:.1f} s, {clock.peaks[name]:.0f} MB"
            for name, cost in clock.told.items()
            if cost >= 0.1
        ]
        seconds = time.process_time() - clock.begun
        said = {"seconds": seconds, "peak": max(clock.peaks.values()), "parts": parts}
        print(json.dumps(said))
        return
    print(f"Python {platform.python_version()}, polars {pl.__version__}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    world = invent_headlines(options.headlines, options.per_night, options.sources)
    some, default = world["title"].head(200).to_list(), load_encoder()
    start = time.process_time()
    default.encode(some)
    spent = time.process_time() - start
    print(f"  {default.name} reads {len(some) / spent:.0f} headlines a second of processor time")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        world.write_parquet(folder / "world.parquet")
        n_seen = write_tables(folder, world, options.seen)
        n_nights = world["night"].n_unique()
        print(f"  {world.height:,} headlines, {n_seen:,} sightings, {n_nights} nights, "
              f"{world['story'].n_unique():,} stories", flush=True)  # fmt: skip
        history = ["ingest", "place"] if options.placed else ["ingest", "update"]
        views = ["report", "digest", "chart curve", "explain", "show topics"]
        nights = ["ingest a night", "update by a night"]
        nights += ["ingest the next night", "update by the next night"]
        for step in (*history, *nights, *views):
            run_step(step, folder, options.per_night if "night" in step else world.height)


if __name__ == "__main__":
    main()
