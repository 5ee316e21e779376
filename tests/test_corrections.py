import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main
from tracker.nights.topic_lives import view_topic_events
from tracker.outputs.checks import check_study
from tracker.outputs.reports import read_report_data
from tracker.outputs.views import view_corrections
from tracker.plotter.subjects import name_subjects
from tracker.tables import TABLES

FIRST = date(2026, 1, 5)
PLACED = (
    "members", "events", "topics", "lineage", "corrections", "slots", "coverage", "attention",
    "signals", "noises", "families",
)  # fmt: skip


@pytest.fixture
def corrected(told: Study, tmp_path: Path) -> Study:
    """A study of twelve nights that may be changed."""
    shutil.copytree(told.folder, tmp_path / "study")
    return Study(tmp_path / "study")


def run(study: Study, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--study", str(study.folder), *arguments])


def snapshot(study: Study) -> dict[str, pl.DataFrame]:
    return {name: study.read(name).sort(TABLES[name].key) for name in PLACED}


def topic_of(study: Study, words: str) -> str:
    """Return the topic that holds the headlines with these words, from the last night on."""
    named = study.read("headlines").filter(pl.col("title").str.contains(words))
    held = study.read("members").filter(pl.col("to_night").is_null())
    (topic,) = held.join(named, on="headline_id", how="semi")["topic_id"].unique()
    return str(topic)


def test_a_correction_holds_through_updates_replays_and_late_archives(
    corrected: Study, tmp_path: Path, table: Callable
):
    frost, museum, korea = (topic_of(corrected, w) for w in ("frost", "archive", "Korea"))
    before = corrected.read("members").filter(pl.col("from_night") < FIRST + timedelta(days=11))
    done = run(corrected, "topics", "merge", museum, frost[:9], "--json")
    assert done.exit_code == 0, done.output
    merged = json.loads(done.stdout)
    assert (merged["topic_id"], merged["other_id"], merged["note"]) == (museum, frost, None)
    moves = merged["moves"]
    assert (moves["headlines"], moves["events"], moves["parted"]) == (2, 1, 0)
    assert (moves["kept_headlines"], moves["kept_events"]) == (4, 2)
    assert run(corrected, "topics", "rename", korea, "Fishing  zones").exit_code == 0
    assert run(corrected, "topics", "pin", "fishing zones").exit_code == 0
    assert topic_of(corrected, "frost") == topic_of(corrected, "archive") == museum
    after = corrected.read("members").filter(pl.col("from_night") < FIRST + timedelta(days=11))
    assert after.drop("to_night").equals(before.drop("to_night"))
    (shown,) = [
        json.loads(line) for line in run(corrected, "show", "topics", "--json").stdout.splitlines()
        if korea in line
    ]  # fmt: skip
    assert (shown["label"], shown["marks"]) == ("Fishing zones", ["pinned", "renamed"])
    corrected.update()
    held = snapshot(corrected)
    corrected.replay()
    replayed = snapshot(corrected)
    for name in PLACED:
        assert replayed[name].equals(held[name]), name
    corrected.update(as_of=FIRST + timedelta(days=10))
    assert topic_of(corrected, "frost") == frost
    assert set(corrected.read("corrections")["state"]) == {"waiting"}
    assert set(view_corrections(corrected.store)["state"]) == {"waiting"}
    late = table().filter(pl.col("captured_at").dt.date() == FIRST + timedelta(days=8))
    late.write_parquet(tmp_path / "late.parquet")
    corrected.ingest(tmp_path / "late.parquet")
    again = run(corrected, "update").stdout
    assert "something of 2026-01-13 came in or changed, so the nights from then on" in again
    assert "something of" not in run(corrected, "update").stdout
    assert topic_of(corrected, "frost") == topic_of(corrected, "archive") == museum
    assert set(corrected.read("corrections")["state"]) == {"standing"}


def test_what_is_undone_at_once_leaves_only_its_row(corrected: Study):
    before = snapshot(corrected)
    ids = [topic_of(corrected, words) for words in ("frost", "archive")]
    assert run(corrected, "topics", "merge", *ids).exit_code == 0
    (correction,) = corrected.read("corrections")["correction_id"]
    undone = run(corrected, "topics", "undo", correction[:4])
    assert undone.exit_code == 0, undone.output
    assert "no longer from night 2026-01-16 on" in undone.stdout
    after = snapshot(corrected)
    for name in PLACED:
        if name != "corrections":
            assert after[name].equals(before[name]), name
    assert corrected.read("corrections")["state"].to_list() == ["undone"]
    row = corrected.read("corrections").with_columns(state=pl.lit("waiting"))
    corrected.store.upsert(TABLES["corrections"], row)  # as in a view of an earlier night
    assert view_corrections(corrected.store)["state"].to_list() == ["undone"]
    again = run(corrected, "topics", "undo", correction)
    assert (again.exit_code, "was undone already" in again.output) == (1, True)


def test_mergers_that_wait_tell_what_the_topic_has_after_all_that_was_said(corrected: Study):
    frost, museum, korea = (topic_of(corrected, w) for w in ("frost", "archive", "Korea"))
    waits = run(corrected, "topics", "merge", frost, museum, korea, "--later", "--json")
    told = [json.loads(line)["moves"]["kept_headlines"] for line in waits.stdout.splitlines()]
    corrected.update()
    held = corrected.read("members").filter(pl.col("to_night").is_null(), topic_id=frost)
    assert told == [held.height] * 2


@pytest.mark.parametrize("later", [[], ["--later"]])
def test_what_a_topic_has_after_several_mergers_is_told_once_and_last(
    corrected: Study, later: list[str]
):
    frost, museum, korea = (topic_of(corrected, w) for w in ("frost", "archive", "Korea"))
    merged = run(corrected, "topics", "merge", frost, museum, korea, *later)
    assert merged.exit_code == 0, merged.output
    total = rf" {'will have' if later else 'has'} \d+ headlines in \d+ events\n"
    assert len(re.findall(total, merged.stdout)) == 1
    first, second = merged.stdout.split(" takes it back\n")[:2]
    assert re.search(total, second)
    assert all(f"({gone}) to " in said for gone, said in ((museum, first), (korea, second)))


def test_events_leave_a_topic_by_their_words_and_go_back(corrected: Study):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    assert run(corrected, "topics", "merge", frost, museum, "--later").exit_code == 0
    assert topic_of(corrected, "archive") == museum
    corrected.update()
    leaving = run(corrected, "topics", "split", frost, "--matching", "archives", "--dry-run")
    assert "2 event" not in leaving.output
    assert leaving.stdout.count("archive") == 2
    assert "2 headlines of 1 event would leave\n" in leaving.stdout
    part_of = ("topics", "split", frost, "--matching", "frost ruins", "--dry-run")
    assert (
        "1 headline of 1 event would leave, but not 1 other there"
        in run(corrected, *part_of).stdout
    )
    assert (
        "would leave: 1 by a term, 1 with their event"
        in run(corrected, *part_of, "--whole-events").stdout
    )
    alone = run(corrected, "topics", "split", frost, "--events", "e", "--whole-events")
    assert (alone.exit_code, "found no --matching" in alone.stderr) == (2, True)
    none = run(corrected, "topics", "split", frost, "--matching", "frost.*|archive").stderr
    assert "no headline has 'frost.*|archive': a term is a word in all its forms or a" in none
    begun = ("topics", "split", frost, "--dry-run", "--matching")
    assert "and arch* every word that begins so" in run(corrected, *begun, "arch").stderr
    assert "2 headlines of 1 event would leave" in run(corrected, *begun, "arch*").stdout
    waits = run(corrected, *part_of[:-1], "--later").stdout
    assert "parted: 1 event, of which 1 other headline will stay" in waits
    (waiting,) = re.findall(r"tracker topics undo (\w+)", waits)
    assert run(corrected, "topics", "undo", waiting).exit_code == 0
    split = run(corrected, "topics", "split", frost, "--matching", "archives")
    assert split.exit_code == 0, split.output
    assert "2 headlines of 1 event moved from" in split.stdout
    assert "begins on 2026-01-16; on nights before, its headlines, the first of" in split.stdout
    assert "split again with --since 2026-01-11" in split.stdout
    part = topic_of(corrected, "archive")
    assert part not in (frost, museum)
    why = corrected.explain(part, FIRST + timedelta(days=7)).reason or ""
    assert "by hand on 2026-01-16; on nights before they count for the topic they were in" in why
    lives = run(corrected, "topics", "show", part).stdout
    assert "2026-01-16 split from" in lives
    assert "by correction" in lives
    merge, _, split_id = corrected.read("corrections").sort("made_at")["correction_id"]
    assert run(corrected, "topics", "pin", part, "--later").exit_code == 0
    refused = run(corrected, "topics", "undo", split_id)
    assert (refused.exit_code, "later corrections build on it" in refused.output) == (1, True)
    pin = corrected.read("corrections").sort("made_at")["correction_id"][-1]
    assert run(corrected, "topics", "undo", pin, split_id, merge).exit_code == 0
    assert topic_of(corrected, "archive") == museum


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("merge", "Frost", "korea"), "found no topic of that id or label; near are"),
        (("merge", "{frost}", "{frost}"), "named twice"),
        (("merge", "{frost}", "{korea}", "{korea}"), "named twice"),
        (("merge", "{frost}", "tzzz"), "tracker show topics lists them"),
        (("merge", "{frost}", "t"), "found no topic"),
        (("split", "{frost}"), "found nothing that leaves"),
        (
            ("split", "{frost}", "--matching", "frost"),
            "found all of its 2 headlines (in 1 event) leaving",
        ),
        (
            ("split", "{frost}", "--matching", "zebra"),
            "found none of its 2 headlines (in 1 event) leaving",
        ),
        (("split", "{frost}", "--events", "e000"), "no event of that id"),
        (
            ("split", "{frost}", "--matching", "harvest", "--since", "2026-02-01", "--dry-run"),
            "the study stands at 2026-01-16; wanted that night or one before",
        ),
        (("rename", "{frost}", " "), "wanted 1 to 80 characters"),
        (("rename", "{frost}", "x" * 81), "wanted 1 to 80 characters"),
        (("rename", "{frost}", "a\x1bb"), "wanted 1 to 80 characters"),
        (("undo", "nothing"), "found none; wanted one correction"),
        (("show", "{frost}{frost}"), "found no topic"),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_found(
    told: Study, arguments: tuple[str, ...], wanted: str
):
    names = {"frost": topic_of(told, "frost"), "korea": topic_of(told, "Korea")}
    result = run(told, "topics", *(part.format(**names) for part in arguments))
    assert result.exit_code == 1
    assert wanted in result.output
    assert told.read("corrections").is_empty()


def test_the_events_of_a_topic_are_shown_the_largest_first(corrected: Study):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    run(corrected, "topics", "merge", museum, frost)
    events = view_topic_events(corrected.store, museum)
    assert events.height > 1
    order = ["headlines", "last_night", "event"]
    assert events.equals(events.sort(order, descending=[True, True, False]))


def test_a_pinned_topic_is_merged_away_by_nobody_and_a_name_that_is_two_topics_is_no_name(
    corrected: Study,
):
    frost, museum = topic_of(corrected, "frost"), topic_of(corrected, "archive")
    for words in (("pin", frost), ("rename", frost, "Twin")):
        assert run(corrected, "topics", *words, "--later").exit_code == 0
    twin = ("topics", "rename", museum, "Twin", "--later")
    taken = run(corrected, *twin)
    assert (taken.exit_code, f"found that {frost} is called so" in taken.stderr) == (1, True)
    assert run(corrected, *twin, "--force").exit_code == 0
    waits = run(corrected, "topics", "merge", museum, frost)
    assert (waits.exit_code, "is pinned and is not merged away" in waits.output) == (1, True)
    corrected.update()
    refused = run(corrected, "topics", "merge", museum, frost)
    assert (refused.exit_code, "is pinned and is not merged away" in refused.output) == (1, True)
    assert "is pinned already" in run(corrected, "topics", "pin", frost).output
    twins = run(corrected, "topics", "show", "twin").output
    assert "found 2 topics" in twins
    assert frost[:8] in twins
    data = read_report_data(corrected.store, corrected.config, datetime.now(UTC))
    subjects = name_subjects(data)
    for topic in (frost, museum):
        name = subjects[topic].name
        assert name.startswith(f"Twin ({topic[:4]}")
        for asked in (name, topic):
            assert run(corrected, "explain", asked).output.startswith(f"{name}, 2026-01-16, ")


def test_a_correction_that_names_nothing_any_more_is_void_and_check_says_so(corrected: Study):
    run(corrected, "topics", "rename", topic_of(corrected, "frost"), "Frost")
    rows = corrected.read("corrections").with_columns(
        topic_id=pl.lit("tgone"), headlines=pl.lit(["lost"]), state=pl.lit("waiting")
    )
    corrected.store.replace(TABLES["corrections"], rows)
    assert corrected.update().void_corrections == 1
    (finding,) = (f for f in check_study(corrected) if f.what == "corrections")
    assert not finding.good
    assert "no topic holds what tgone held" in finding.message
    assert "no topic holds" in run(corrected, "topics", "corrections", "--csv").stdout


def test_nothing_is_corrected_on_half_an_update(corrected: Study):
    runs = corrected.read("runs").filter(pl.col("command") == "update").sort("started_at")
    cut = runs.tail(1).with_columns(outcome=pl.lit("running"), finished_at=None)
    corrected.store.upsert(TABLES["runs"], cut)
    refused = run(corrected, "topics", "pin", topic_of(corrected, "frost"))
    assert (refused.exit_code, "did not come to its end" in refused.output) == (1, True)


def test_an_update_that_is_refused_cuts_nothing_off(corrected: Study):
    refused = run(corrected, "update", "--as-of", "2020-01-01")
    assert (refused.exit_code, "wanted one of 2026-01-05 to 2026-01-16" in refused.output) == (
        1,
        True,
    )
    assert run(corrected, "topics", "pin", topic_of(corrected, "frost")).exit_code == 0


def test_a_topic_is_looked_at_by_a_part_of_its_label_and_changed_by_all_of_it(corrected: Study):
    frost = topic_of(corrected, "frost")
    assert run(corrected, "topics", "rename", frost, "Night frost", "--later").exit_code == 0
    corrected.update()
    own, called, name = corrected.read("corrections").select(
        "label_before", "label", "correction_id"
    ).row(0)  # fmt: skip
    shown = run(corrected, "topics", "show", "night")
    assert (shown.exit_code, f"Night frost ({frost})" in shown.stdout) == (0, True)
    refused = run(corrected, "topics", "pin", "night")
    assert (refused.exit_code, "near are" in refused.output) == (1, True)
    undone = run(corrected, "topics", "undo", name, "--later").stdout
    assert f"no longer from night 2026-01-16 on: {own!r} is called {called!r}" in undone
