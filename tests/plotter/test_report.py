import re
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from tests.plotter.worlds import FIRST, LAST, SOURCES, assemble, build_world, show_world
from tracker import tables
from tracker.plotter.report import ReportFile, build_report
from tracker.trends.coverage import measure_coverage
from tracker.trends.panels import measure_observed


@pytest.fixture(scope="module")
def files() -> dict[str, ReportFile]:
    return {file.path: file for file in build_report(build_world())}


def test_the_report_is_one_page_to_open_and_what_it_links_to(files):
    assert {"index.html", "plotly.min.js", "report.js", "report.css"} <= set(files)
    for path in list(files):
        if not path.endswith(".html"):
            continue
        for address in re.findall(r'(?:href|src)="([^"#:]+)"', files[path].text):
            if address.startswith("../captures/"):
                continue  # raw pages stand beside the report
            root = path.rpartition("/")[0]
            wanted = address.removeprefix("../") if address.startswith("../") else (
                f"{root}/{address}" if root else address
            )  # fmt: skip
            assert wanted in files, f"{path} points at {address}"


def test_file_names_are_safe_everywhere(files):
    for path in files:
        assert re.fullmatch(r"(topics/|themes/|data/)?[a-z0-9.-]+", path)


def test_the_same_study_gives_the_same_bytes(files):
    again = {file.path: file.text for file in build_report(build_world())}
    assert again == {path: file.text for path, file in files.items()}


def test_pages_stay_under_three_megabytes_without_plotly(files):
    for path, file in files.items():
        assert path == "plotly.min.js" or len(file.text) < 3_000_000


def test_tonight_names_the_night_and_that_a_source_is_missing(files):
    page = files["index.html"].text
    assert f"{LAST.day} February 2024" in page
    assert "1 of 2 sources observed" in page
    assert "so far (usually 2)" in page


def test_no_harvested_text_becomes_markup(files):
    for file in files.values():
        if file.path.endswith(".html"):
            assert "<script>window.hacked" not in file.text
            assert "<img src=x" not in file.text
            assert 'href="javascript:' not in file.text
            assert 'href="data:' not in file.text


def test_a_single_file_needs_nothing_beside_it():
    (file,) = build_report(build_world(), single_file=True)
    assert file.path == "index.html"
    markup = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", file.text)
    assert not re.search(r'(?:src|href)="(?!https?:|#|index\.html)', markup)


def test_a_study_of_one_night_shows_dots_with_intervals_instead_of_lines():
    world = build_world()
    young = replace(
        world,
        attention=world.attention.filter(pl.col("night") == FIRST),
        signals=world.signals.clear(),
        last_night=FIRST,
    )
    page = {file.path: file for file in build_report(young)}["index.html"].text
    largest = "Rail strike has most room tonight: 20% of editors’ headline slots"
    assert largest in page
    assert "Ukraine got the most room of all themes on 1 January 2024" in page
    assert "Too early to say what rises" in page
    assert 'data-range="30"' not in page


def test_a_study_without_anything_to_count_still_has_a_page():
    world = build_world()
    names = ("attention", "signals", "headlines", "sightings", "slots", "captures", "members",
             "events", "topics", "lineage", "themes")  # fmt: skip
    empty = replace(world, **{name: getattr(world, name).clear() for name in names}, watchlist=())
    page = {file.path: file for file in build_report(empty)}["index.html"].text
    assert "Nothing was observed on 9 February 2024" in page


def test_a_headline_that_stood_in_no_list_is_shown_as_that_and_counted_as_no_slot():
    world = build_world()
    story = world.headlines.head(1).with_columns(
        headline_id=pl.lit("own-story"),
        title=pl.lit("Atlantis: our reporter went there"),
        wordings=pl.lit(["Atlantis: our reporter went there"]),
    )
    theme = pl.DataFrame(
        [("Atlantis", "own-story", "term", 1.0, FIRST)], world.themes.schema, orient="row"
    )
    world = replace(
        world,
        headlines=pl.concat([world.headlines, story]),
        themes=pl.concat([world.themes, theme]),
    )
    files = {file.path: file.text for file in build_report(world)}
    page = str(files["themes/atlantis.html"])
    assert "Atlantis: our reporter went there" in page
    assert "in no list" in page
    assert "stood in no list" in page


def test_where_no_raw_page_is_kept_no_column_says_so(files):
    bare = replace(build_world(), bodies=tables.BODIES.empty())
    page = next(file.text for file in build_report(bare) if file.path == "topics/t1.html")
    assert "Kept in" in files["topics/t1.html"].text
    assert "Kept in" not in page
    assert "not kept" not in page
    assert "as they are on the web now and as a web archive may have them" in page


@pytest.mark.parametrize(
    ("stood", "heading", "why"),
    [
        (True, "stood unchanged", "every list has stood unchanged since 2024-01-25"),
        (False, "were not observed", "a consent wall"),
    ],
)
def test_where_one_kind_of_list_alone_was_observed_it_is_said_which(
    stood: bool, heading: str, why: str
):
    night = LAST - timedelta(days=1)
    whose = {"source": SOURCES, "night": night, "channel": "editorial"}
    boxes = [f"latest-{name}" for name in SOURCES]
    standing = pl.DataFrame({**whose, "list_id": boxes, "since": night - timedelta(days=14)})
    captures = [f"{name}-{night}" for name in SOURCES]
    broken = pl.DataFrame({**whose, "capture_id": captures, "reason": why})
    standing, broken = standing if stood else standing.clear(), broken.clear() if stood else broken
    world = assemble(*show_world(), unobserved=broken, standing=standing)
    coverage = measure_coverage(
        world.captures, measure_observed(world.slots), broken, last_night=LAST, standing=standing
    )
    world = replace(world, coverage=coverage, last_night=night)
    page = next(file.text for file in build_report(world) if file.path == "index.html")
    whole = f"Editors’ lists {heading} on 8 February 2024; most-read lists were observed"
    assert whole in page
    assert "most-read lists observed at 2 of 2 sources, editors’ lists at none" in page
    assert f"editors’ lists: {why}; most-read lists: observed" in page
    assert "othing was observed" not in page[: page.index("<script")]


def test_a_page_of_a_topic_names_its_outlets_and_the_captures_that_show_it(files):
    page = files["topics/t1.html"].text
    outlets = page[page.index('id="outlets"') : page.index("Its headlines")]
    assert outlets.index("daily.example") < outlets.index("herald.example")
    assert "Themes it belongs to" in outlets
    assert '../themes/ukraine.html"' in outlets
    seen = page[page.index('id="sights"') :]
    assert "9 Feb 2024, 21:05" in seen
    assert 'href="https://daily.example/"' in seen
    assert '"../captures/tracker-1.warc.gz"' in seen
    assert "https://archive.example/web/20240209210500/https://daily.example/" in seen


def test_a_theme_links_to_the_topics_in_it(files):
    page = files["themes/ukraine.html"].text
    assert '../topics/t1.html"' in page[page.index("Topics in it") :]


def test_a_night_that_does_not_count_says_why(files):
    assert "no page came: http error" in files["index.html"].text


def test_right_to_left_names_do_not_reorder_a_title():
    world = build_world()
    name = "حكومة جديدة"
    topics = world.topics.with_columns(
        label=pl.when(pl.col("topic_id") == "t1").then(pl.lit(name)).otherwise("label")
    )
    pages = {file.path: file.text for file in build_report(replace(world, topics=topics))}
    page = str(pages["topics/t1.html"])
    assert f"\u2068{name}\u2069 peaked" in page or f"\u2068{name}\u2069 stands" in page
