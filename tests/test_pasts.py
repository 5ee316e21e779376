"""What a person merged or split off has its past, if asked for, and earlier views do not."""

import html
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.test_corrections import FIRST, PLACED, run, snapshot, topic_of
from tracker import Study
from tracker.nights.pasts import Step, give_pasts, list_pasts
from tracker.tables import MEMBERS

EARLIER = FIRST + timedelta(days=9)
LAST = FIRST + timedelta(days=11)


@pytest.fixture
def corrected(told: Study, tmp_path: Path) -> Study:
    """A study of twelve nights that may be changed."""
    shutil.copytree(told.folder, tmp_path / "study")
    return Study(tmp_path / "study")


def count_slots(study: Study, *topics: str) -> dict[date, int]:
    counted = study.read("attention").filter(pl.col("subject").is_in(topics))
    return dict(counted.group_by("night").agg(pl.col("slots").sum()).iter_rows())


def assert_same(study: Study, held: dict[str, pl.DataFrame]) -> None:
    again = snapshot(study)
    for name in PLACED:
        assert again[name].equals(held[name]), name


def ingest_late(study: Study, place: Path, title: str) -> None:
    row = {
        "captured_at": [datetime(2026, 1, 13, 20, tzinfo=UTC)], "source": ["harbour.example"],
        "list_kind": ["latest"], "rank": [1], "title": [title],
    }  # fmt: skip
    pl.DataFrame(row).write_parquet(place)
    study.ingest(place)


def test_what_is_split_off_has_its_past_and_an_earlier_view_has_not(
    corrected: Study, tmp_path: Path
):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    cut = FIRST + timedelta(days=3)
    before = count_slots(corrected, frost)
    known = corrected.read("attention").filter(subject=frost)
    run(corrected, "topics", "merge", museum, frost)
    ask = ("topics", "split", museum, "--matching", "harvest")
    late = run(corrected, *ask, "--since", "2026-02-01")
    assert (late.exit_code, "the study stands at 2026-01-16" in late.stderr) == (1, True)
    assert f"from night {cut} on" in run(corrected, *ask, "--since", str(cut)).stdout
    part = topic_of(corrected, "frost")
    counted, left = count_slots(corrected, part), count_slots(corrected, frost)
    for night, n in before.items():
        assert (counted.get(night, 0), left.get(night, 0)) == ((n, 0) if night >= cut else (0, n))
    assert corrected.explain(part, cut).state == "shown"
    assert f"with its past from {cut} on" in (corrected.explain(part, FIRST).reason or "")
    assert f"its headlines count so from {cut} on" in run(corrected, "topics", "show", part).stdout
    held = snapshot(corrected)
    corrected.update(as_of=EARLIER)
    shown = corrected.read("attention").filter(subject=frost)
    assert shown.equals(known.filter(pl.col("night") <= EARLIER))
    corrected.update()
    assert_same(corrected, held)
    # What comes late into an event of which all left does not leave without a term.
    ingest_late(corrected, tmp_path / "late.parquet", "Late frost ruins apple trees")
    corrected.update()
    assert topic_of(corrected, "harvest") == part
    assert topic_of(corrected, "trees") == topic_of(corrected, "archive") == museum
    assert count_slots(corrected, part) == counted


def test_what_is_merged_has_its_past_through_replays_and_late_archives_until_it_is_undone(
    corrected: Study, tmp_path: Path
):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    cut, untouched = FIRST + timedelta(days=3), snapshot(corrected)
    before, own = count_slots(corrected, frost), count_slots(corrected, museum)
    merge = ("topics", "merge", museum, frost, "--since")
    late = run(corrected, *merge, "2026-02-01")
    assert (late.exit_code, "the study stands at 2026-01-16" in late.stderr) == (1, True)
    said = run(corrected, *merge, str(cut)).stdout
    assert f"is merged into 'Hidden archive', from night {cut} on" in said
    assert f"nights before {LAST} are kept as they were known" in said
    counted, left = count_slots(corrected, museum), count_slots(corrected, frost)
    for night in before.keys() | own.keys():
        moved, there = before.get(night, 0), own.get(night, 0)
        assert counted.get(night, 0) == (moved + there if night >= cut else there)
        assert left.get(night, 0) == (0 if night >= cut else moved)
    point = corrected.explain(museum, cut)
    assert (point.state, point.headlines.height) == ("shown", 2)
    reason = corrected.explain(museum, FIRST).reason or ""
    assert f"this topic began on 2026-01-11, with its past from {cut} on" in reason
    assert f"count so from {cut} on" in run(corrected, "topics", "show", museum).stdout
    earlier = pl.col("from_night") < LAST
    members = snapshot(corrected)["members"].filter(earlier).drop("to_night")
    assert members.equals(untouched["members"].filter(earlier).drop("to_night"))
    held = snapshot(corrected)
    corrected.update(as_of=EARLIER)
    view = corrected.read("attention")
    assert view.sort("subject", "night", "channel").equals(
        untouched["attention"]
        .filter(pl.col("night") <= EARLIER)
        .sort("subject", "night", "channel")
    )
    corrected.replay()
    assert_same(corrected, held)
    ingest_late(corrected, tmp_path / "late.parquet", "Apple harvest: late frost ruins trees")
    corrected.update()
    assert topic_of(corrected, "trees") == topic_of(corrected, "archive") == museum
    assert count_slots(corrected, museum)[date(2026, 1, 13)] == 1
    assert count_slots(corrected, frost)[date(2026, 1, 13)] == 0
    (name,) = corrected.read("corrections")["correction_id"]
    run(corrected, "topics", "undo", name)
    assert list_pasts(corrected.store).is_empty()
    assert count_slots(corrected, frost)[cut] == before[cut]


def test_a_topic_merged_with_all_its_past_says_where_it_is_and_its_page_leads_there(
    corrected: Study,
):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    run(corrected, "topics", "merge", museum, frost, "--since", str(FIRST))
    reason = corrected.explain(frost, EARLIER).reason
    assert reason == f"this topic was merged into 'Hidden archive' by hand on {LAST}, with its past"
    corrected.report()
    page = (corrected.folder / "topics" / f"{frost}.html").read_text()
    assert f'href="{museum}.html"' in page


def test_a_label_of_what_was_merged_away_leads_on_as_its_id_does(corrected: Study):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    label = corrected.explain(frost).subject.label
    run(corrected, "topics", "merge", museum, frost)
    for name in (frost, label, label.upper()):
        for ask in (("show", name), ("rename", name, "Trees")):
            refused = run(corrected, "topics", *ask)
            assert refused.exit_code == 1
            assert f"{name}: was merged into {museum[:8]}" in refused.stderr
    said = f"it was merged into 'Hidden archive' ({museum}) on {LAST}"
    point = json.loads(run(corrected, "explain", label, str(LAST), "--json").stdout)
    assert (point["state"], point["reason"]) == ("merged", said)
    assert point["merged"] == {"into": museum, "night": str(LAST), "heir": museum}
    assert said in run(corrected, "explain", label, str(LAST)).stdout
    before = corrected.explain(label, EARLIER)
    assert (before.merged, "merged" in str(before)) == (None, False)
    drawn = run(corrected, "chart", "life", label, "--output", str(corrected.folder / "life.html"))
    page = html.unescape((corrected.folder / "life.html").read_text())
    assert said in drawn.stderr
    assert said in page
    assert run(corrected, "topics", "rename", museum, label).exit_code == 0
    assert corrected.explain(label, LAST).subject.key == museum
    assert corrected.explain(label, LAST).subject.namesakes is None
    assert f"({museum})" in run(corrected, "topics", "show", label).stdout


def test_what_is_split_off_and_merged_on_one_night_counts_by_both(corrected: Study):
    frost, museum, korea = (topic_of(corrected, w) for w in ("frost", "archive", "Korea"))
    before, own = count_slots(corrected, frost), count_slots(corrected, korea)
    off, into = FIRST + timedelta(days=1), FIRST + timedelta(days=3)
    run(corrected, "topics", "merge", museum, frost)
    run(corrected, "topics", "split", museum, "--matching", "harvest", "--since", str(off))
    part = topic_of(corrected, "frost")
    merged = run(corrected, "topics", "merge", korea, part, "--since", str(into))
    assert merged.exit_code == 0, merged.output
    counts = [count_slots(corrected, topic) for topic in (frost, part, korea)]
    for night, n in before.items():
        found = [counted.get(night, 0) for counted in counts]
        there = own[night]
        wanted = (
            [n, 0, there] if night < off else [0, n, there] if night < into else [0, 0, there + n]
        )
        assert found == wanted, night
    assert corrected.explain(part, off).state == "shown"
    corrected.report()
    assert (corrected.folder / "topics" / f"{part}.html").exists()


def night(n: int) -> date:
    return FIRST + timedelta(days=n)


def place(*stretches: tuple[str, str | None, int, int | None]) -> pl.DataFrame:
    """Return MEMBERS of headlines: headline, topic, first and last night."""
    return MEMBERS.frame(
        [
            {
                "headline_id": headline, "event_id": f"e{headline}", "topic_id": topic,
                "from_night": night(begins), "to_night": None if ends is None else night(ends),
                "probability": 1.0,
            }
            for headline, topic, begins, ends in stretches
        ]
    )  # fmt: skip


def read_counts(members: pl.DataFrame, headline: str) -> list[str | None]:
    """Return for which topic a headline counts on each of ten nights."""
    mine = members.filter(headline_id=headline)
    return [
        mine.filter(
            pl.col("from_night") <= night(n),
            pl.col("to_night").is_null() | (pl.col("to_night") >= night(n)),
        )["topic_id"].item()
        for n in range(10)
    ]


@pytest.mark.parametrize(
    ("was", "now", "steps", "wanted"),
    [
        pytest.param(
            "a", "c",
            [Step("split", "a", "b", night(2)), Step("split", "b", "c", night(5))],
            "aabbbccccc", id="split off twice",
        ),
        pytest.param(
            "a", "c",
            [Step("split", "a", "b", night(5)), Step("split", "b", "c", night(2))],
            "aacccccccc", id="split off twice, the last further back",
        ),
        pytest.param(
            "a", "b",
            [Step("split", "a", "b", night(2)), Step("split", "b", "c", night(5))],
            "aabbbbbbbb", id="stays when more is split off",
        ),
        pytest.param(
            "a", "c",
            [Step("split", "a", "b", night(2)), Step("merged", "b", "c", night(5))],
            "aabbbccccc", id="split off and merged",
        ),
        pytest.param(
            "a", "d",
            [Step("merged", "a", "b", night(2)), Step("split", "b", "d", night(5))],
            "aabbbddddd", id="merged and split off",
        ),
        pytest.param(
            "b", "d",
            [Step("merged", "a", "b", night(2)), Step("split", "b", "d", night(5))],
            "bbbbbddddd", id="there when something was merged, then split off",
        ),
        pytest.param(
            "a", "c",
            [Step("merged", "a", "b", night(2)), Step("merged", "b", "c")],
            "aabbbbbbcc", id="merged with a past and again without",
        ),
        pytest.param(
            "x", "b",
            [Step("merged", "x", "a"), Step("merged", "a", "b", night(2))],
            "xxbbbbbbbb", id="merged by the tracker before",
        ),
        pytest.param(
            None, "b",
            [Step("merged", "a", "b", night(2), said=frozenset({"h"}))],
            "--bbbbbbbb", id="joined what was merged on that night",
        ),
        pytest.param(
            None, "b",
            [Step("merged", "a", "b", night(2))],
            "--------bb", id="joined the topic that goes on on that night",
        ),
    ],
)  # fmt: skip
def test_what_moves_on_one_night_counts_for_each_topic_on_the_way(
    was: str | None, now: str, steps: list[Step], wanted: str
):
    members = place(
        ("h", was, 0, 7), ("h", now, 8, None), ("other", now, 0, 7), ("new", now, 8, None)
    )
    counted = give_pasts(members, night(8), steps)
    assert read_counts(counted, "h") == [None if topic == "-" else topic for topic in wanted]
    others = pl.col("headline_id") != "h"
    assert counted.filter(others).equals(members.filter(others))
