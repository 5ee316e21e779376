"""Single charts as their user meets them: the verb, its files and what it prints."""

import json
import shutil
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plotly.graph_objects as go
import polars as pl
import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main
from tracker.config import AttentionSettings, Config
from tracker.errors import InputError
from tracker.outputs.images import render_image
from tracker.outputs.reports import read_report_data
from tracker.plotter.cells import read_cells
from tracker.plotter.prepared import prepare


def chart(study: Study, *words: str) -> Result:
    return CliRunner().invoke(main, ["--study", str(study.folder), "chart", *words])


def test_a_chart_goes_into_the_study_unless_told_otherwise(told: Study):
    done = chart(told, "themes", "South Korea", "-s", "Honduras", "--to", "2026-01-10")
    assert done.exit_code == 0, done.output
    path = Path(done.output.removeprefix("open ").strip())
    assert path == told.folder / "charts" / "themes-south-korea-honduras.html"
    page = path.read_text(encoding="utf-8")
    assert "5 Jan 2026 to 10 Jan 2026" in page
    assert "<script src=" not in page


def test_the_numbers_of_a_chart_are_printed_and_nothing_is_written(told: Study, tmp_path: Path):
    before = sorted(told.folder.rglob("*.html"))
    done = chart(told, "curve", "Honduras", "--json")
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert {"night": "2026-01-13", "share": None}.items() <= rows[-7].items()
    assert chart(told, "coverage", "--csv").output.startswith("night,source,state")
    assert sorted(told.folder.rglob("*.html")) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["life", "Mars"], "Mars: no theme or topic of that name"),
        (["themes", "-o", "x.bmp"], "x.bmp: found a name ending in .bmp; wanted .html, .png"),
        (["themes", "--from", "2030-01-01"], "found none from 2030-01-01"),
    ],
)
def test_what_cannot_be_drawn_is_said(told: Study, words: list[str], said: str):
    done = chart(told, *words)
    assert done.exit_code == 1
    assert said in done.output


def test_a_picture_without_kaleido_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(InputError, match=r"png: pictures need Kaleido; .* uv sync --extra images"):
        render_image(go.Figure(), "png")


def test_a_browser_that_does_not_start_is_said_to_have_failed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BROWSER_PATH", "/bin/false")
    with pytest.raises(InputError, match="svg: the browser that draws pictures failed"):
        render_image(go.Figure(), "svg")


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
def test_a_picture_has_the_size_asked_for(told: Study, tmp_path: Path):
    path = tmp_path / "ranks.png"
    done = chart(told, "themes", "-o", str(path), "--width", "700", "--height", "500")
    assert done.exit_code == 0, done.output
    png = path.read_bytes()
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (1400, 1000)


def test_the_report_counts_the_slots_that_the_attention_table_counts(tmp_path: Path):
    # Weighted by rank; a box beside the list that changes nightly has stood still for weeks.
    rows = [
        (datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(days=night), "harbour.example", *slot)
        for night in range(18)
        for slot in (
            ("latest", 1, f"Minister opens bridge {night}", f"https://harbour.example/b-{night}"),
            ("latest", 2, f"Harvest in Ukraine, day {night}", f"https://harbour.example/u-{night}"),
            ("picks", 1, "Ukraine explained in ten maps", "https://harbour.example/maps"),
        )
    ]
    names = ["captured_at", "source", "list_kind", "rank", "title", "url"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(tmp_path / "lists.parquet")
    config = Config(attention=AttentionSettings(weighting="rank"))
    study = Study(tmp_path / "study", config=config)
    study.ingest(tmp_path / "lists.parquet")
    study.update()
    prepared = prepare(read_report_data(study.store, config, study.now()))
    cells = read_cells(prepared, [prepared.subjects["Ukraine"]])
    (observed,), own = (
        cells["observed"]["editorial"],
        cells["subjects"]["Ukraine"]["editorial"]["0"],
    )
    drawn = [weight / observed[night] for night, weight in enumerate(own[1::3])]
    share = pl.col("subject") == "Ukraine", pl.col("channel") == "editorial"
    measured = study.read("attention").filter(*share).sort("night")["share"].to_list()
    assert drawn == pytest.approx(measured, abs=1e-4)
    assert measured[0] > measured[-1] > 0.3
