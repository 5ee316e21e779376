"""All figures of events and topics in one run; prints machine, versions and results.

usage: python tests/bench/bench_topics.py [--stories TABLE] [--nightly TABLE [--follow REGEX]...]
                                          [--peers] [--labels N] [--alone N] [--scale N]

The eight invented languages of the tests are always scored. TABLE of --stories has columns title,
publisher, story (the label); of --nightly captured_at, source, title, url. `--peers` puts average
link with its best cut and BERTopic as it comes beside ours. `--labels` and `--alone` print a
seeded sample to be judged by a reader: topics with their headlines, and headlines without a topic
with the headline most like each within 30 nights.
`--scale` makes so many invented headlines on a hundred nights and says what placing them costs.
"""

import argparse
import os
import platform
import re
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.collector.languages import detect_languages
from tracker.scores import GroupScores, measure_churn, score_groups
from tracker.topics.encoder import Encoder, LexicalEncoder, load_encoder
from tracker.topics.ledgers import Ledger, TopicSettings
from tracker.topics.members import close_stretches

Vectors = NDArray[np.float32]
EVERY = ("bertopic", "numpy", "onnxruntime", "polars", "scikit-learn", "scipy")
DAY = date(2024, 1, 1)
WORLD = Path(__file__).parents[1] / "topics" / "eight_languages.toml"


class Replay:
    """A ledger run over all nights, and the tables it left."""

    def __init__(
        self, headlines: pl.DataFrame, vectors: Vectors, encoder: Encoder, settings: TopicSettings
    ) -> None:
        ledger = Ledger(settings, encoder.name, encoder.reads)
        rows = headlines.with_row_index("row").sort("night", "headline_id")
        kept = []
        self.seconds: dict[str, list[float]] = {}
        self.new: dict[str, list[int]] = {}
        self.held: dict[str, list[int]] = {}
        arrived: list[tuple[date, int]] = []
        for (night,), new in rows.group_by("night", maintain_order=True):
            assert isinstance(night, date)
            start = time.process_time()
            kept.append(ledger.advance(night, new.drop("row", "night"), vectors[new["row"]]))
            spent, month = time.process_time() - start, f"{night:%Y-%m}"
            arrived.append((night, new.height))
            begun = night - timedelta(days=settings.window_nights)
            self.seconds.setdefault(month, []).append(spent)
            self.new.setdefault(month, []).append(new.height)
            self.held.setdefault(month, []).append(sum(n for when, n in arrived if when > begun))
        opened = pl.concat(changes.opened for changes in kept)
        closed = pl.concat(changes.closed for changes in kept)
        self.members = close_stretches(opened, closed)
        self.topics = pl.concat(changes.topics for changes in kept).sort("night")
        self.lineage = pl.concat(changes.lineage for changes in kept)
        now = self.members.filter(pl.col("to_night").is_null())
        self.places = headlines.join(now, on="headline_id", maintain_order="left")


def tell(scores: GroupScores) -> str:
    return f"P {scores.precision:.3f} R {scores.recall:.3f} F1 {scores.f1:.4f}"


def score(headlines: pl.DataFrame, vectors: Vectors, encoder: Encoder, **settings: float) -> str:
    """Return how well stories, the column `story`, are found, and what is left without any."""
    replay = Replay(headlines.drop("story"), vectors, encoder, TopicSettings(**settings))  # type: ignore[arg-type]
    events = score_groups(replay.places["event_id"].to_list(), headlines["story"].to_list())
    alone = pl.col("topic_id").is_null() & (pl.len().over("event_id") == 1)
    return f"{tell(events)}; {replay.places.select(alone.mean()).item():.3f} left out"


def bench_languages(encoder: Encoder) -> None:
    """Print how well the invented stories of each language are found, all at once."""
    sys.path.insert(0, str(WORLD.parent))
    from test_languages import read_world  # noqa: PLC0415 - the tests' own world

    world = read_world().with_columns(
        url=pl.lit(None, pl.String), night=pl.lit(DAY) + pl.duration(days="night")
    )
    vectors = encoder.encode(world["text"].to_list())
    replay = Replay(world.drop("story"), vectors, encoder, TopicSettings())
    found = replay.places.with_columns(story=world["story"])
    for code in found["language"].unique(maintain_order=True):
        mine = found.filter(pl.col("language") == code)
        print(f"  {code} {tell(score_groups(mine['topic_id'].to_list(), mine['story'].to_list()))}")
    event = found["story"].str.replace(r"^\w+-", "").to_list()
    print(f"  one story in all languages: {tell(score_groups(found['topic_id'].to_list(), event))}")


def bench_stories(path: Path, encoder: Encoder, peers: bool) -> None:
    """Print how well headlines fall into labelled stories, and how that bears other settings."""
    stories = pl.read_parquet(path).unique("title", keep="first", maintain_order=True)
    headlines = stories.select(
        pl.int_range(pl.len()).cast(pl.String).alias("headline_id"),
        source=pl.col("publisher").fill_null("unknown"),
        text="title",
        url=pl.lit(None, pl.String),
        language=pl.Series(detect_languages(stories["title"].to_list())),
        night=pl.lit(DAY),
        story="story",
    )
    vectors = encoder.encode(headlines["text"].to_list())
    print(f"  all {len(headlines)}, events: {score(headlines, vectors, encoder)}", flush=True)
    if peers:
        bench_peers(headlines["text"].to_list(), vectors, headlines["story"].to_list())
    rng = np.random.default_rng(0)
    names = headlines["story"].to_numpy()
    few = rng.choice(np.unique(names), 10, replace=False)
    small = [
        rng.permutation(np.flatnonzero(names == name))[: rng.integers(2, 13)]
        for name in np.unique(names)
    ]
    parts = {
        **{
            f"{n} at random": rng.choice(len(names), min(n, len(names)), False) for n in (200, 1000)
        },
        "ten stories": np.flatnonzero(np.isin(names, few)),
        "2 to 12 of each story": np.concatenate(small),
    }
    for name, rows in parts.items():
        part, some = headlines[np.sort(rows)], vectors[np.sort(rows)]
        print(f"  {name} ({len(part)}): {score(part, some, encoder)}", flush=True)
    least = part
    spread = least.with_columns(night=pl.lit(DAY) + pl.duration(days=pl.int_range(pl.len()) % 5))
    print(f"  the last over five nights: {score(spread, some, encoder)}")
    for factor in (0.9, 1.1):
        limit = TopicSettings().event_similarity * factor
        changed = score(least, some, encoder, event_similarity=limit)
        print(f"  the last at {limit:.2f} instead of 0.42: {changed}", flush=True)


def bench_peers(texts: list[str], vectors: Vectors, labels: list[str]) -> None:
    """Print the same for average link with its best cut and BERTopic as it comes."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - only with --peers

    tree = linkage(vectors, "average", metric="cosine")
    cuts = {cut: fcluster(tree, cut, "distance").tolist() for cut in (0.55, 0.6, 0.65, 0.7, 0.75)}
    found = {cut: score_groups(groups, labels) for cut, groups in cuts.items()}
    best = max(found, key=lambda cut: found[cut].f1)
    print(f"  average link, best cut {best}: {tell(found[best])}", flush=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic  # noqa: PLC0415

        topics, _ = BERTopic().fit_transform(texts, embeddings=vectors)
    alone = sum(topic < 0 for topic in topics) / len(topics)
    groups = [None if topic < 0 else topic for topic in topics]
    print(f"  BERTopic as it comes: {tell(score_groups(groups, labels))}, {alone:.2f} left out")


def bench_nightly(
    path: Path, encoder: Encoder, follow: list[str], n_labels: int, n_alone: int
) -> None:
    """Print churn, cost of a night, the topics followed and samples to judge."""
    seen = (
        pl.read_parquet(path)
        .with_columns(
            night=pl.col("captured_at").dt.date(), headline_id=pl.coalesce("url", "title")
        )
        .sort("captured_at")
    )
    first = seen.group_by("headline_id", maintain_order=True).agg(
        pl.first("source"), pl.first("title").alias("text"), pl.first("url"), pl.first("night")
    )
    first = first.with_columns(language=pl.Series(detect_languages(first["text"].to_list())))
    vectors = encoder.encode(first["text"].to_list())
    replay = Replay(first, vectors, encoder, TopicSettings())
    churn = measure_churn(
        replay.members, seen.select("headline_id", "night").unique(), replay.lineage
    )
    months = {month: float(np.mean(spent)) for month, spent in replay.seconds.items()}
    # The window still grows through the first full month: the other base is the first month
    # that saw a whole one from its first night on.
    filled = first["night"].min() + timedelta(days=TopicSettings().window_nights)
    whole = [spent for month, spent in months.items() if month > f"{filled:%Y-%m}"]
    full, last = list(months.values())[1], list(months.values())[-1]
    first_month, last_month = list(months)[1], list(months)[-1]
    places = replay.places
    print(f"  {sum(map(len, replay.seconds.values()))} nights with news, {len(first)} headlines, "
          f"{sum(map(sum, replay.seconds.values())):.0f} s of processor time")  # fmt: skip
    print(f"  seconds a night: first full month {full:.3f}, last {last:.3f}: {last / full:.2f}")
    for what, counts in (("new", replay.new), ("in the window", replay.held)):
        least, most = float(np.mean(counts[first_month])), float(np.mean(counts[last_month]))
        print(f"  headlines {what} a night: {least:.0f}, then {most:.0f}: {most / least:.2f}; "
              f"milliseconds each: {1000 * full / least:.3f}, then {1000 * last / most:.3f}: "
              f"{last / most / (full / least):.2f}")  # fmt: skip
    if whole:
        told = ", ".join(f"{month} {spent:.3f}" for month, spent in months.items())
        print(f"  first month with a full window {whole[0]:.3f}: {last / whole[0]:.2f}; {told}")
    print(f"  churn {churn.share:.4f}, unexplained {churn.unexplained:.4f}; without an event "
          f"{places['event_id'].null_count() / len(places):.3f}, without a topic "
          f"{places['topic_id'].null_count() / len(places):.3f}")  # fmt: skip
    print("  lineage", sorted(Counter(replay.lineage["event"]).items()))
    before = pl.col("label").shift().over("topic_id", order_by="night")
    renamed = replay.topics.filter(pl.col("label") != before)
    print(f"  labels: {renamed.height} changed, of {renamed['topic_id'].n_unique()} topics of "
          f"{replay.topics['topic_id'].n_unique()}")  # fmt: skip
    labels = dict(replay.topics.select("topic_id", "label").iter_rows())
    for pattern in follow:
        report_topic(pattern, places, labels)
    show_labels(places, labels, n_labels)
    show_alone(places, vectors, n_alone)


def report_topic(pattern: str, places: pl.DataFrame, labels: dict[str, str]) -> None:
    """Print which topic holds most of the headlines that match, and what else is in it."""
    match = re.compile(pattern, re.IGNORECASE)
    hits = places.filter(pl.Series([bool(match.search(text)) for text in places["text"]]))
    held = hits["topic_id"].drop_nulls().value_counts(sort=True)
    if held.is_empty():
        print(f"  {pattern}: {len(hits)} headlines, none in a topic")
        return
    name, count = held.row(0)
    inside = places.filter(pl.col("topic_id") == name)
    print(f"  {pattern}: {count} of {len(hits)} in {name} ({labels[name]}), of {len(inside)} "
          f"headlines from {inside['night'].min()} to {inside['night'].max()}; first match "
          f"{hits['night'].min()}; others {held['count'].to_list()[1:4]}")  # fmt: skip
    rest = inside.join(hits, on="headline_id", how="anti")["text"]
    for text in rest.sample(min(20, len(rest)), seed=1):
        print("     also:", text)


def show_labels(places: pl.DataFrame, labels: dict[str, str], n: int) -> None:
    """Print topics of four headlines or more, with their label and some of their headlines."""
    sizes = places.drop_nulls("topic_id").group_by("topic_id").len().filter(pl.col("len") > 3)
    for name, size in sizes.sort("topic_id").sample(min(n, len(sizes)), seed=4).iter_rows():
        texts = places.filter(pl.col("topic_id") == name)["text"]
        some = " | ".join(texts.sample(min(4, size), seed=1))
        print(f"  [{labels[name]}] {size}: {some}")


def show_alone(places: pl.DataFrame, vectors: Vectors, n: int) -> None:
    """Print headlines without a topic, each with the headline most like it, 30 nights around."""
    rows = places.with_row_index("row")
    alone = rows.filter(pl.col("topic_id").is_null())
    for row in alone.sample(min(n, len(alone)), seed=7).iter_rows(named=True):
        span = timedelta(days=30)
        near = rows.filter(pl.col("night").is_between(row["night"] - span, row["night"] + span))
        near = near.filter(pl.col("row") != row["row"])
        alike = vectors[near["row"].to_numpy()] @ vectors[row["row"]]
        best = int(alike.argmax())
        print(f"  {row['text']} || {alike[best]:.2f} {near['text'][best]}")


def bench_scale(n: int) -> None:
    """Print what placing `n` invented headlines of a hundred nights costs."""
    rng = np.random.default_rng(0)
    letters = np.asarray(list("abcdefghijklmnoprstuvwz"))
    words = np.asarray(["".join(rng.choice(letters, rng.integers(3, 10))) for _ in range(40000)])
    encoder, nights = LexicalEncoder(), 100
    per_night = n // nights
    ledger = Ledger(TopicSettings(), encoder.name, None)
    stories: list[NDArray[np.str_]] = []
    spent = []
    for number in range(nights):
        stories = (stories + [rng.choice(words, 9) for _ in range(max(1, per_night // 5))])[
            -per_night:
        ]
        texts = [
            " ".join([*rng.permutation(stories[k])[:6], *rng.choice(words, 3)])
            for k in rng.integers(len(stories), size=per_night)
        ]
        headlines = pl.DataFrame({"text": texts}).select(
            pl.format("{}-{}", pl.lit(number), pl.int_range(pl.len())).alias("headline_id"),
            pl.lit("a.example").alias("source"), "text", pl.lit(None, pl.String).alias("url"),
            pl.lit("en").alias("language"),
        )  # fmt: skip
        vectors = encoder.encode(texts)
        start = time.process_time()
        ledger.advance(DAY + timedelta(days=number), headlines, vectors)
        spent.append(time.process_time() - start)
        if number % 10 == 9:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            cost = f"{np.mean(spent[-10:]):.2f} s a night, peak {peak:.0f} MB"
            print(f"  night {number + 1}, {per_night} headlines a night: {cost}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--stories", type=Path)
    parser.add_argument("--nightly", type=Path)
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--follow", action="append", default=[])
    parser.add_argument("--labels", type=int, default=0)
    parser.add_argument("--alone", type=int, default=0)
    parser.add_argument("--scale", type=int, default=0)
    args = parser.parse_args(arguments)
    print(platform.platform(), f"Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"load {os.getloadavg()[0]:.1f};", *(f"{name} {version(name)}" for name in EVERY))
    encoder = load_encoder(args.encoder)
    print(f"eight languages, invented stories, {encoder.name}")
    bench_languages(encoder)
    if args.stories:
        print(f"labelled stories: {args.stories.name}")
        bench_stories(args.stories, encoder, args.peers)
    if args.nightly:
        print(f"night by night: {args.nightly.name}")
        bench_nightly(args.nightly, encoder, args.follow, args.labels, args.alone)
    if args.scale:
        print(f"scale: {args.scale} invented headlines")
        bench_scale(args.scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
