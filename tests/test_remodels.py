import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main
from tracker.errors import ConfigError
from tracker.nights.models import check_model
from tracker.store import Store
from tracker.tables import TABLES
from tracker.topics.encoder import LexicalEncoder
from tracker.topics.settings import METHOD, TopicSettings

PLACED = ("members", "events", "topics", "lineage", "carried", "corrections", "attention")
LEXICAL = '[study]\nencoder = "lexical"\n'


@pytest.fixture
def other(told: Study, tmp_path: Path) -> Path:
    """A study of twelve nights whose settings name another encoder now."""
    shutil.copytree(told.folder, tmp_path / "study")
    (tmp_path / "tracker.toml").write_text(LEXICAL)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    where = ["--study", str(folder / "study"), "--config", str(folder / "tracker.toml")]
    return CliRunner().invoke(main, [*where, *arguments])


def placed(study: Study) -> dict[str, pl.DataFrame]:
    return {name: study.read(name).sort(TABLES[name].key) for name in PLACED}


def topics_of(study: Study) -> dict[str, str]:
    held = study.read("members").filter(pl.col("to_night").is_null())
    return dict(held.drop_nulls("topic_id").select("headline_id", "topic_id").iter_rows())


def test_another_encoder_is_refused_until_all_topics_are_derived_anew(other: Path, told: Study):
    for verb in ("update", "replay"):
        refused = run(other, verb)
        assert refused.exit_code == 1
        assert "study.encoder: found lexical" in refused.output
        assert "tracker topics remodel" in refused.output
        assert refused.output.endswith("; or set it back\n")
    before = topics_of(told)
    label = told.read("topics").sort("night")["label"][-1]
    done = run(other, "topics", "remodel", "--json")
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    kept = {row["topic_id"] for row in rows if row["fate"] == "kept"}
    assert kept
    assert kept <= set(before.values())
    assert {row["topic_id"] for row in rows if row["fate"] != "new"} == set(before.values())
    study = Study(other / "study", config=other / "tracker.toml")
    assert kept == set(before.values()) & set(topics_of(study).values())
    carried = study.read("lineage").filter(pl.col("event") == "carried")
    assert set(carried["topic_id"]) == kept
    assert label
    assert "carried its id over to t" in run(other, "topics", "show", min(kept)).stdout
    after = placed(study)
    study.replay()
    again = placed(study)
    for name in PLACED:
        assert again[name].equals(after[name]), name
    refused = run(other, "topics", "remodel")
    assert (refused.exit_code, "made as configured already" in refused.output) == (1, True)
    assert run(other, "topics", "pin", min(kept), "--later").exit_code == 0


def test_who_has_a_model_no_more_is_not_told_to_set_it_back(told: Study, tmp_path: Path):
    store = Store(tmp_path)
    store.append(TABLES["members"], told.read("members"))
    models = told.read("models").with_columns(encoder=pl.lit("mine-0123abcd-level-1"))
    store.append(TABLES["models"], models)
    wanted = "set study.encoder to the folder of that very model, if it is still there$"
    with pytest.raises(ConfigError, match=wanted):
        check_model(store, LexicalEncoder(), TopicSettings(), told.now())


@pytest.mark.parametrize(("method", "said"), [(METHOD - 1, str(METHOD - 1)), (None, "an older")])
def test_topics_of_an_older_method_are_derived_anew(
    other: Path, told: Study, method: int | None, said: str
):
    (other / "tracker.toml").write_text("")
    study = Study(other / "study")
    older = pl.lit(method, pl.Int64)
    study.store.upsert(TABLES["models"], told.read("models").with_columns(method=older))
    refused = run(other, "update")
    assert refused.exit_code == 1
    told_of = " ".join(refused.output.split())
    assert f"found number {METHOD}, topics were made by" in told_of
    assert said in told_of
    assert "tracker topics remodel" in told_of
    assert "set it back" not in told_of  # to an older tracker
    if method is None:
        return
    before = topics_of(told)
    assert run(other, "topics", "remodel").exit_code == 0
    assert topics_of(study) == before
    assert run(other, "update").exit_code == 0


def test_other_settings_are_refused_too_and_corrections_are_carried_out_again(
    other: Path, told: Study
):
    (other / "tracker.toml").write_text("[topics]\nevent_nights = 5\n")
    before = topics_of(told)
    topic = next(iter(before.values()))
    study = Study(other / "study")
    study.edit_topics().rename(topic, "A name")
    with pytest.raises(
        ConfigError, match=r"topics.event_nights: found 5, topics were made with 21"
    ):
        Study(other / "study", config=other / "tracker.toml").update()
    done = run(other, "topics", "remodel")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("topics.event_nights: found 5, topics were made with 21\n")
    assert "kept" in done.stdout
    assert topics_of(study) == before
    latest = study.read("topics").filter(pl.col("topic_id") == topic).sort("night")
    assert latest["label"][-1] == "A name"
    back = run(other, "update")
    assert back.exit_code == 0


def test_cut_off_before_anything_was_derived_the_next_update_does_it_all(other: Path, told: Study):
    models = told.read("models")
    row = models.with_columns(
        pl.lit(value=False).alias("finished"),
        pl.lit(value=False).alias("begun"),
        made_at=pl.col("made_at") + pl.duration(days=1),
    )
    study = Study(other / "study")
    study.store.upsert(TABLES["models"], row)
    result = study.update()
    assert result.placing.nights == told.read("captures")["captured_at"].dt.date().n_unique()
    assert study.read("models")["finished"].to_list() == [True, True]
