"""How long a report of two years, 40 sources and 500 topics takes, to build and to open.

Run with `pytest -m bench -n 0 -s tests/bench/bench_report.py`.
"""

import platform
import resource
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import plotly
import polars as pl
import pytest

from tracker import tables
from tracker.plotter.inputs import ReportData
from tracker.plotter.report import build_report
from tracker.trends.attention import measure_attention
from tracker.trends.slots import expose_slots

NIGHTS, SOURCES, TOPICS, THEMES, SLOTS = 730, 40, 500, 30, 30
FIRST = date(2023, 1, 1)
LAST = FIRST + timedelta(days=NIGHTS - 1)


def draw_world() -> ReportData:
    """Return a study in which each source shows `SLOTS` headlines a night for about two nights."""
    rng = np.random.default_rng(7)
    n = NIGHTS * SOURCES * SLOTS
    night = np.repeat(np.arange(NIGHTS), SOURCES * SLOTS)
    source = np.tile(np.repeat(np.arange(SOURCES), SLOTS), NIGHTS)
    rank = np.tile(np.arange(1, SLOTS + 1), NIGHTS * SOURCES)
    story = (night // 2) * SLOTS + rank
    popular = (rng.pareto(1.2, n) * 12).astype(int) % TOPICS
    slot = pl.DataFrame({"night": night, "source": source, "rank": rank, "story": story})
    at = datetime(2023, 1, 1, 21, tzinfo=UTC)
    slot = slot.with_columns(
        pl.format("s{}n{}", "source", "night").alias("capture_id"),
        pl.format("s{}h{}", "source", "story").alias("headline_id"),
        (pl.lit(at) + pl.duration(days="night")).dt.cast_time_unit("us").alias("captured_at"),
        pl.format("source{}.example", "source").alias("source"),
    )
    first = slot.unique("headline_id", maintain_order=True)
    topic = pl.Series("topic", popular[: first.height])
    first = first.with_columns(
        pl.format("t{}", topic).alias("topic_id"),
        pl.format("Topic {} has something new to say in story {}", topic, "story").alias("title"),
    )
    slot = slot.join(first.select("headline_id", "title", "topic_id"), on="headline_id")
    sightings = tables.SIGHTINGS.check(
        slot.select(
            "capture_id",
            pl.lit("latest").alias("list_id"),
            "rank",
            "headline_id",
            "title",
            pl.format("https://{}/{}", "source", "headline_id").alias("url"),
            "captured_at",
        )
    )
    visits = slot.unique("capture_id", maintain_order=True)
    captures = tables.CAPTURES.check(
        visits.select(
            "capture_id",
            "source",
            pl.format("https://{}/", "source").alias("url"),
            "captured_at",
            pl.lit("ok").alias("outcome"),
            pl.lit(200).alias("status"),
            pl.lit(1).alias("n_bytes"),
            pl.lit(None, pl.String).alias("body"),
            pl.lit("1").alias("parser"),
            pl.lit(None, pl.String).alias("note"),
        )
    )
    lists = tables.LISTS.check(
        visits.select(
            "capture_id",
            pl.lit("latest").alias("list_id"),
            pl.lit("Latest").alias("heading"),
            pl.lit("latest").alias("kind"),
            pl.lit(1).alias("position"),
            pl.lit(SLOTS).alias("n_items"),
            pl.lit("ok").alias("outcome"),
        )
    )
    headlines = tables.HEADLINES.check(
        first.select(
            "headline_id",
            "source",
            "title",
            pl.concat_list("title").alias("wordings"),
            pl.lit(None, pl.String).alias("url"),
            pl.lit("en").alias("language"),
            pl.col("captured_at").alias("first_seen"),
            pl.col("captured_at").alias("last_seen"),
            pl.lit(2).alias("n_sightings"),
            pl.concat_list("captured_at").alias("worded_at"),
        )
    )
    open_end = pl.lit(None, pl.Date).alias("to_night")
    members = tables.MEMBERS.check(
        first.select(
            "headline_id",
            pl.col("topic_id").alias("event_id"),
            "topic_id",
            pl.col("captured_at").dt.date().alias("from_night"),
            open_end,
            pl.lit(1.0).alias("probability"),
        )
    )
    themes = tables.THEMES.check(
        first.filter(topic < THEMES).select(
            pl.format("Theme {}", pl.col("topic_id").str.strip_prefix("t")).alias("theme"),
            "headline_id",
            pl.lit("term").alias("how"),
            pl.lit(1.0).alias("score"),
            pl.col("captured_at").dt.date().alias("from_night"),
        )
    )
    topics = tables.TOPICS.frame(
        [
            {"night": LAST, "topic_id": f"t{i}", "label": f"Topic {i}", "terms": ["one", "two"],
             "size": 9, "centroid": rng.normal(size=384).tolist(), "state": "active"}
            for i in range(TOPICS)
        ]
    )  # fmt: skip
    begin = pl.lit(FIRST).alias("from_night")
    subjects = pl.concat(
        [
            members.select(
                pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
            ),
            themes.select(pl.col("theme").alias("subject"), "headline_id", begin, open_end),
        ]
    )  # fmt: skip
    slots = expose_slots(sightings, lists, captures)
    attention = measure_attention(
        slots,
        subjects,
        first_night=FIRST,
        last_night=LAST,
        themes=themes["theme"].unique().to_list(),
    )
    return ReportData(
        attention=attention,
        signals=tables.SIGNALS.empty(),
        headlines=headlines,
        sightings=sightings,
        slots=slots,
        captures=captures,
        members=members,
        events=tables.EVENTS.empty(),
        topics=topics,
        lineage=tables.LINEAGE.empty(),
        themes=themes,
        time_zone="UTC",
        title="Two years of forty sources",
        generated_at=datetime(2025, 1, 1, tzinfo=UTC),
        last_night=LAST,
        watchlist=("Theme 0", "Theme 1"),
    )


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_two_years_of_forty_sources(tmp_path: Path) -> None:
    data = draw_world()
    begun = time.perf_counter()
    sizes: dict[str, int] = {}
    for file in build_report(data):
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = file.text if isinstance(file.text, bytes) else file.text.encode()
        path.write_bytes(raw)
        sizes[file.path] = len(raw)
    took = time.perf_counter() - begun
    pages = {path: size for path, size in sizes.items() if path.endswith(".html")}
    largest = max(pages, key=lambda path: pages[path])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    versions = f"Python {platform.python_version()}, polars {pl.__version__}"
    print(f"\n{platform.machine()}, {versions}, plotly {plotly.__version__}")
    print(f"{data.sightings.height:,} sightings, {data.attention.height:,} rows of attention")
    print(f"built in {took:.1f} s, at most {memory:.0f} MB of memory")
    print(f"{len(sizes)} files, {sum(sizes.values()) / 1e6:.0f} MB")
    for path in ("index.html", largest, "data/cells.js"):
        print(f"{path}: {sizes[path] / 1e6:.2f} MB")
    assert pages[largest] < 3_000_000
    open_in_browser(tmp_path / "index.html")


SEEN = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) self.chartAt ??= entry.renderTime;
}).observe({ type: "element", buffered: true });"""


def open_in_browser(page: Path) -> None:
    """Print when Chromium had painted the first chart, and when it could be clicked; of five."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    painted, alive = [], []
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        with playwright.chromium.launch(executable_path=chromium, args=flags) as browser:
            for _ in range(5):
                # High enough that the chart is on the screen: what is not is not painted.
                tab = browser.new_page(viewport={"width": 1280, "height": 2400})
                tab.set_default_timeout(120_000)
                tab.add_init_script(SEEN)
                tab.goto(page.as_uri(), wait_until="commit")
                tab.wait_for_selector(".plot[data-drawn]")
                painted.append(tab.evaluate("self.chartAt"))
                alive.append(tab.evaluate("T.drawnAt"))
                tab.close()
    for words, times in (("painted", painted), ("ready for clicks", alive)):
        each = ", ".join(f"{at:.0f}" for at in times)
        print(f"first chart {words} after {min(times):.0f} ms (of five: {each})")
