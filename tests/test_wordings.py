"""A live page changes its story: what stands beside a title is told of that wording."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from tracker import Study
from tracker.cli import main

FIRST = "Ukraine grid repaired after night of strikes"
SECOND = "Ukraine counts 1,300 dead soldiers"
LAST = "US warns China over Ukraine"
LIVE = "harbour.example"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, table: Callable[..., pl.DataFrame]) -> Study:
    """A study of eight nights in which one page says something else on each of its three."""
    folder = tmp_path_factory.mktemp("live")
    on = pl.col("captured_at").dt.date
    lists = table(8).with_columns(
        pl.when(pl.col("source") != LIVE, pl.col("title") == FIRST).then("title")
        .when(pl.col("title") == FIRST, on() == date(2026, 1, 11)).then(pl.lit(SECOND))
        .when(pl.col("title") == FIRST, on() == date(2026, 1, 12)).then(pl.lit(LAST))
        .otherwise("title").alias("title")
    )  # fmt: skip
    aside = pl.DataFrame(
        [
            {"captured_at": at(day), "source": LIVE, "list_kind": "inline", "rank": 1,
             "title": title, "url": f"https://www.{LIVE}/news/ships-story-2002"}
            for day, title in ((10, "Ukraine ships wait"), (11, "Ukraine ships sail"))
        ],
        schema=lists.schema,
    )  # fmt: skip
    lists = pl.concat([lists, aside])
    lists.write_parquet(folder / "lists.parquet")
    study = Study(folder / "study")
    study.ingest(folder / "lists.parquet")
    study.update()
    study.report()
    return study


def run(study: Study, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["--study", str(study.folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def at(day: int) -> datetime:
    return datetime(2026, 1, day, 20, tzinfo=UTC)


def test_explain_tells_since_when_the_wording_that_is_shown_is_there(live: Study):
    def find(night: int) -> dict:
        rows = live.explain("Ukraine", date(2026, 1, night)).headlines
        return rows.row(by_predicate=pl.col("source") == LIVE, named=True)

    row = find(12)
    assert (row["title"], row["titled_at"], row["first_seen"]) == (LAST, at(12), at(10))
    assert row["dwell_hours"] == 48.0
    assert [(one["title"], one["first_seen"]) for one in row["wordings"]] == [
        (FIRST, at(10)), (SECOND, at(11)), (LAST, at(12)),
    ]  # fmt: skip
    # What was known on that night, not what the page said later.
    assert [one["title"] for one in find(11)["wordings"]] == [FIRST, SECOND]
    told = run(live, "explain", "Ukraine", "2026-01-12")
    assert (
        "in this wording since 2026-01-12 20:00; seen for 2 days since 2026-01-10 20:00, first as "
        f"“{FIRST}” and 1 other wording"
    ) in told
    assert (
        f"in this wording since 2026-01-11 20:00; seen for 24 h since 2026-01-10 20:00, first as "
        f"“{FIRST}”;"
    ) in run(live, "explain", "Ukraine", "2026-01-11")
    # Pages that were read anew may not say any more what was counted of them.
    found = live.explain("Ukraine", date(2026, 1, 12))
    undated = found.headlines.with_columns(titled_at=pl.lit(None, pl.Datetime("us", "UTC")))
    assert "seen for 2 days since 2026-01-10" in str(replace(found, headlines=undated))


def test_headlines_are_shown_with_the_time_of_their_wording(live: Study):
    rows = map(json.loads, run(live, "show", "headlines", "--json").splitlines())
    (row,) = (row for row in rows if row["title"] == LAST)
    assert (row["titled_at"][:10], row["first_seen"][:10]) == ("2026-01-12", "2026-01-10")
    assert row["wordings"] == [FIRST, SECOND, LAST]


def test_a_page_dates_the_wording_it_shows_and_lists_the_others(live: Study):
    page = LexborHTMLParser((Path(live.folder) / "themes" / "ukraine.html").read_text())
    rows = page.css("section[aria-labelledby=heads] tbody tr")
    told = {
        row.css_first("th bdi").text(): (
            *(cell.attributes["data-value"] for cell in row.css("td")[1:3]),
            [one.text() for one in row.css("ul.others li")],
        )
        for row in rows
    }
    assert told == {
        LAST: ("2026-01-12", "2026-01-12",
               [f"10 Jan 2026: {FIRST}", f"11 Jan 2026: {SECOND}"]),
        # In no list that counts: its wordings are those of all its sightings.
        "Ukraine ships sail": ("2026-01-11", "2026-01-11", ["10 Jan 2026: Ukraine ships wait"]),
        "After night of strikes Ukraine repairs power grid": ("2026-01-10", "2026-01-12", []),
    }  # fmt: skip


def test_the_chart_of_headlines_names_each_night_by_its_wording(live: Study):
    figure = live.figure("stays", "Ukraine").to_plotly_json()
    (stays,) = (t for t in figure["data"] if (t["meta"] or {}).get("role") == "stay")
    meta = stays["meta"]
    place = next(i for i, note in enumerate(figure["layout"]["annotations"])
                 if note["text"] == FIRST)  # fmt: skip
    own = [i for i, row in enumerate(stays["y"]) if row == place]
    assert [meta["titles"][meta["worded"][i]] for i in own] == [FIRST, SECOND, LAST]
    assert [f"as “{LAST}”" in stays["customdata"][i] for i in own] == [False, False, True]
    title = figure["layout"]["title"]["text"]
    assert f"“{FIRST}”, later “{LAST}”," in title
