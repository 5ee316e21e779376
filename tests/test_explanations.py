"""A point of a curve is explained from what is stored: headlines, captures, tests and reasons."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from tracker import Study
from tracker.cli import main
from tracker.errors import InputError, SubjectError
from tracker.tables import SIGNALS
from tracker.trends.rules import Rules
from tracker.trends.verdicts import TESTS, Verdict

FIRST = date(2026, 1, 5)
PAGE = """<!doctype html><html lang="en"><head><title>Post</title>
<link rel="canonical" href="https://www.post.example/front"></head><body><main>
<aside><h2>Latest news</h2><ol>
<li><a href="/news/1001-ferry">Korea ferry <i>&lt;script&gt;alert(1)&lt;/script&gt;</i> returns</a>
<li><a href="/news/1002-frost">Late frost ruins the apple harvest in the north</a>
<li><a href="/news/1003-museum">Museum opens its hidden archive to the public</a>
</ol></aside></main></body></html>"""


def night(index: int) -> date:
    return FIRST + timedelta(days=index)


def run(study: Study, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--study", str(study.folder), "explain", *arguments])
    return result.exit_code, result.output


def test_a_point_names_its_headlines_and_agrees_with_the_attention_table(told: Study):
    for channel in ("editorial", "audience"):
        found = told.explain("South Korea", night(5), channel=channel)
        row = told.read("attention").filter(
            subject="South Korea", night=night(5), channel=channel
        ).row(0, named=True)  # fmt: skip
        assert found.state == "shown"
        assert found.headlines["slots"].sum() == row["slots"] == found.sources["slots"].sum()
        assert found.sources["share"].mean() == pytest.approx(row["share"])
        assert set(found.headlines["source"]) == {"harbour.example", "courier.example"}
        assert "fishing zones" in str(found).casefold()
    headline = told.explain("South Korea", night(5)).headlines.row(0, named=True)
    assert (headline["rank"], headline["dwell_hours"]) == (2, 120.0)
    assert [(box["kind"], box["rank"]) for box in headline["lists"]] == [("latest", 2)]


def test_a_night_that_was_not_observed_says_so_and_is_not_called_zero(told: Study):
    found = told.explain("South Korea", night(8))
    assert (found.state, found.reason) == (
        "unobserved", "courier.example, harbour.example: not visited",
    )  # fmt: skip
    assert "no share, which is not zero" in str(found)
    absent = told.explain("Honduras", night(1))
    assert (absent.state, absent.point["share"]) == ("absent", 0.0)


def test_the_minimums_that_are_not_met_are_named(told: Study):
    assert "no finding is made with fewer than 14" in str(told.explain("South Korea", night(5)))
    assert "1 night was observed before it" in str(told.explain("South Korea", night(1)))


def test_why_nothing_is_called_is_said_in_words_that_fit_what_was_compared(told: Study):
    rules = Rules(fdr=0.05, baseline_nights=28, history_nights=1, min_nights=3, min_ratio=1.5)
    one = replace(told.explain("South Korea", night(10)), rules=rules, findings=SIGNALS.empty())

    def tell(share: float, before: float, q: float | None) -> str:
        test = {
            "test": "level", "nights": 1, "from": night(10), "to": night(10), "share": share,
            "before_from": night(0), "before_to": night(9), "before": before,
            "change": share - before, "low": -0.1, "high": 0.1, "inflation": 1.0, "p": 0.3,
            "chosen": True, "q": q,
        }  # fmt: skip
        tests = pl.DataFrame([test], schema=TESTS)
        verdict = Verdict(tests, ready=True, nights_before=10, rivals=9, since=night(0))
        return "\n".join(replace(one, verdict=verdict).sentences)

    nothing = tell(0.0, 0.0, None)
    assert "it held no slot in the nights compared." in nothing
    few = tell(0.0, 0.02, None)
    assert "it held so few slots that even with all of them in one" in few
    for words in (nothing, few):
        assert "Strongest test" not in words
        assert "How it was tested" not in words
    clear = tell(0.1, 0.02, 0.4)
    assert "among the 9 subjects tested that night (q = 0.4; at most 0.05 is wanted)" in clear
    assert "Strongest test: 10.0 %" in clear

    def tell_nothing(since: date | None) -> str:
        verdict = Verdict(
            pl.DataFrame(schema=TESTS), ready=True, nights_before=10, rivals=9, since=since
        )
        return "\n".join(replace(one, verdict=verdict).sentences)

    assert "it held no slot in the months before" in tell_nothing(None)
    assert f"its level counts from {night(9)} on, less than 3 nights" in tell_nothing(night(9))
    gaps = "no source observed that night was observed on 3 nights from {} to {},"
    assert gaps.format(night(6), night(9)) in tell_nothing(night(6))
    assert gaps.format(night(10 - 28), night(9)) in tell_nothing(night(-90))


def test_subjects_go_by_name_label_or_id_and_others_are_refused_with_candidates(told: Study):
    topic = told.read("topics").row(0, named=True)
    for name in (topic["topic_id"], topic["label"], topic["label"].upper()):
        assert told.explain(name).subject.key == topic["topic_id"]
    with pytest.raises(SubjectError, match=r"found .* subjects: .*wanted one"):
        told.explain("o")
    with pytest.raises(SubjectError, match=r"Hondurus: no theme or topic .*did you mean Honduras"):
        told.explain("Hondurus")
    with pytest.raises(SubjectError, match="no such channel; wanted editorial or audience"):
        told.explain("Honduras", channel="radio")


def test_nights_that_the_study_does_not_know_are_refused(told: Study, tmp_path: Path):
    with pytest.raises(InputError, match=f"the study stands at {night(11)}; nothing was taken in"):
        told.explain("Honduras", date(2030, 1, 1))
    with pytest.raises(InputError, match="no night before 2026-01-05"):
        told.explain("Honduras", date(2020, 1, 1))
    with pytest.raises(InputError, match="nothing counted yet; run tracker update first"):
        Study(tmp_path / "new").explain("Honduras")


def test_the_command_prints_words_or_json(told: Study):
    code, words = run(told, "South Korea", "2026-01-10")
    assert code == 0
    assert "Not called a rise or a fade" in words
    code, text = run(told, "South Korea", "2026-01-10", "--json")
    found = json.loads(text)
    assert (found["state"], found["night"]) == ("shown", "2026-01-10")
    assert found["headlines"][0]["first_seen"] in ("2026-01-05T20:00:00Z", "2026-01-05T20:01:00Z")
    code, text = run(told, "Atlantis")
    assert code == 1
    assert "no theme or topic of that name" in text


def test_a_page_is_found_in_its_archive_and_hostile_text_is_escaped(tmp_path: Path):
    folder = tmp_path / "2026-03-05"
    folder.mkdir()
    (folder / "page.html").write_text(PAGE)
    study = Study(tmp_path / "study")
    study.ingest(folder, captured_at=datetime(2026, 3, 5, 20, tzinfo=UTC))
    study.update()
    (theme,) = {"Korea", "South Korea"} & set(study.read("themes")["theme"])
    found = study.explain(theme)
    row = found.headlines.row(0, named=True)
    assert (study.folder / row["warc"]).is_file()
    assert row["offset"] > 0
    assert "<script>" in row["title"]
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()
