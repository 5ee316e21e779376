"""Figures of events and topics on headlines the user has; prints machine, versions and results.

    python tests/bench/bench_topics.py --stories STORIES.parquet [--peers]
    python tests/bench/bench_topics.py --nightly NIGHTLY.parquet [--follow 'ukrain|kyiv']...

STORIES has columns title, publisher, story; NIGHTLY has captured_at, source, title, url.
"""

import argparse
import platform
import re
import resource
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.topics.encoder import load_encoder
from tracker.topics.ledgers import Changes, Ledger, TopicSettings

EVERY = ("bertopic", "numpy", "onnxruntime", "scikit-learn", "scipy")


def score_groups(found: Sequence[object], labels: Sequence[object]) -> str:
    """Return B-cubed precision, recall and F1 (Bagga and Baldwin, 1998)."""
    n, pairs = len(labels), Counter(zip(found, labels, strict=True))
    sizes, wanted = Counter(found), Counter(labels)
    precision = sum(c * c / sizes[f] for (f, _), c in pairs.items()) / n
    recall = sum(c * c / wanted[w] for (_, w), c in pairs.items()) / n
    f1 = 2 * precision * recall / (precision + recall)
    return f"P {precision:.3f} R {recall:.3f} F1 {f1:.4f}, {len(sizes)} groups"


def bench_stories(path: Path, encoder_name: str, peers: bool, out: Path | None) -> None:
    """Print how well one night of all headlines falls into its stories."""
    stories = pl.read_parquet(path).unique("title", keep="first", maintain_order=True)
    encoder = load_encoder(encoder_name)
    start = time.perf_counter()
    vectors = encoder.encode(stories["title"].to_list())
    print(f"encoded {len(stories)} in {time.perf_counter() - start:.1f} s with {encoder.name}")
    headlines = stories.select(
        pl.int_range(pl.len()).cast(pl.String).alias("headline_id"),
        source="publisher",
        text="title",
        url=pl.lit(None, pl.String),
        language=pl.lit("en"),
    )
    start = time.perf_counter()
    changes = Ledger(TopicSettings(), encoder.name).advance(date(2024, 1, 1), headlines, vectors)
    seconds = time.perf_counter() - start
    placed = headlines.join(changes.opened, on="headline_id", maintain_order="left")
    labels = stories["story"].to_list()
    print(f"tracker events   {score_groups(placed['event_id'].to_list(), labels)}, {seconds:.1f} s")
    alone = placed.select(pl.coalesce("topic_id", "headline_id")).to_series().to_list()
    print(f"tracker topics   {score_groups(alone, labels)}")
    if out:
        placed.select(title="text", event_id="event_id").write_parquet(out)
    if peers:
        bench_peers(headlines["text"].to_list(), vectors, labels)


def bench_peers(texts: list[str], vectors: NDArray[np.float32], labels: list[str]) -> None:
    """Print the same for average link with its best threshold and BERTopic as it comes."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - only with --peers

    tree = linkage(vectors, "average", metric="cosine")
    for cut in (0.6, 0.65, 0.7, 0.75):
        found = fcluster(tree, cut, "distance").tolist()
        print(f"average link {cut:.2f} {score_groups(found, labels)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic  # noqa: PLC0415

        topics, _ = BERTopic().fit_transform(texts, embeddings=vectors)
    found = [f"alone {i}" if topic < 0 else topic for i, topic in enumerate(topics)]
    print(f"BERTopic default  {score_groups(found, labels)}")


def bench_nightly(path: Path, encoder_name: str, follow: list[str]) -> None:
    """Print churn, time a night and the topics followed, over a replay of all nights."""
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
    first = first.with_columns(language=pl.lit(None, pl.String))
    encoder = load_encoder(encoder_name)
    vectors = encoder.encode(first["text"].to_list())
    ledger = Ledger(TopicSettings(), encoder.name)
    shown = {night: set(group["headline_id"]) for (night,), group in seen.group_by("night")}
    rows = first.with_row_index("row").partition_by("night", as_dict=True)
    topic: dict[str, str | None] = {}
    before: set[str] = set()
    both = moved = explained = 0
    seconds: dict[str, list[float]] = {}
    kept: list[Changes] = []
    for night in sorted(shown):
        new = rows.get((night,), first.clear().with_row_index("row"))
        start = time.process_time()
        changes = ledger.advance(night, new.drop("row", "night"), vectors[new["row"].to_numpy()])
        seconds.setdefault(f"{night:%Y-%m}", []).append(time.process_time() - start)
        old = dict(topic)
        topic |= dict(changes.opened.select("headline_id", "topic_id").iter_rows())
        named = {*changes.lineage["topic_id"], *changes.lineage["other_id"].drop_nulls()}
        again = shown[night] & before
        other = [name for name in again if old[name] != topic[name]]
        both, moved, before = both + len(again), moved + len(other), shown[night]
        explained += sum(bool({old[name], topic[name]} & named) for name in other)
        kept.append(changes)
    months = {month: float(np.mean(s)) for month, s in seconds.items()}
    first_full, last = list(months.values())[1], list(months.values())[-1]
    print(f"{len(shown)} nights, {sum(map(sum, seconds.values())):.0f} s of processor time")
    print("seconds a night:", ", ".join(f"{m} {s:.2f}" for m, s in months.items()))
    print(f"last month / first full month: {last / first_full:.2f}")
    print(
        f"churn {moved / both:.4f} ({moved} of {both}; {explained} with a row in lineage, "
        "the others got their first topic)"
    )
    print("lineage", sorted(Counter(e for c in kept for e in c.lineage["event"]).items()))
    nulls = sum(value is None for value in topic.values())
    print(f"without topic {nulls / len(topic):.3f}; {len(set(topic.values()))} topics")
    labels = dict(pl.concat([c.topics for c in kept]).select("topic_id", "label").iter_rows())
    for pattern in follow:
        report_topic(pattern, first, topic, labels)


def report_topic(
    pattern: str, first: pl.DataFrame, topic: dict[str, str | None], labels: dict[str, str]
) -> None:
    """Print which topic holds most of the headlines that match, and what else is in it."""
    match = re.compile(pattern, re.IGNORECASE)
    hits = {
        h: n
        for h, t, n in first.select("headline_id", "text", "night").iter_rows()
        if match.search(t)
    }
    held = Counter(topic[name] for name in hits if topic[name])
    if not held:
        print(f"{pattern}: {len(hits)} headlines, none in a topic")
        return
    name, count = held.most_common(1)[0]
    inside = first.filter(pl.col("headline_id").replace_strict(topic) == name)
    print(
        f"{pattern}: {count} of {len(hits)} in {name} ({labels[str(name)]}), of {len(inside)} "
        f"headlines from {inside['night'].min()} to {inside['night'].max()}; "
        f"first match {min(hits.values())}, others {held.most_common(4)[1:]}"
    )
    rest = inside.filter(~pl.col("headline_id").is_in(list(hits)))["text"]
    for text in rest.sample(min(8, len(rest)), seed=1):
        print("   also:", text)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--stories", type=Path)
    parser.add_argument("--nightly", type=Path)
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--peers", action="store_true", help="average link and BERTopic beside it")
    parser.add_argument("--follow", action="append", default=[], help="a topic to look for")
    parser.add_argument("--out", type=Path, help="write title and event_id of --stories")
    args = parser.parse_args()
    print(platform.platform(), *(f"{name} {version(name)}" for name in EVERY))
    if args.stories:
        bench_stories(args.stories, args.encoder, args.peers, args.out)
    if args.nightly:
        bench_nightly(args.nightly, args.encoder, args.follow)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
