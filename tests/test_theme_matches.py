"""A headline is matched with the themes once, and that gives what matching all anew gives."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import FIRST_NIGHT
from tracker import Config, Study
from tracker.config import ThemeSettings, ThemesSettings
from tracker.nights import theme_matches
from tracker.nights.headlines import Derived
from tracker.nights.theme_matches import update_themes
from tracker.store import Change, Store
from tracker.tables import HEADLINES, LEFT, TABLES, THEMES, VECTORS
from tracker.topics.encoder import LexicalEncoder

FRUIT = ThemeSettings("Fruit", like=("Apple harvest ruined by frost",))
ARTS = ThemeSettings("Arts", terms=("museum",))
CHILE = ThemeSettings("Chile")
NO_OTHERS = ThemesSettings(countries=False)


def match_anew(study: Study, folder: Path) -> pl.DataFrame:
    """Return THEMES as a study that never matched any has them."""
    fresh = Store(folder)
    fresh.append(VECTORS, study.store.read(VECTORS))
    headlines = study.store.read(HEADLINES)
    derived = Derived(headlines, headlines["headline_id"].clear())
    update_themes(fresh, derived, study.config, LexicalEncoder())
    return fresh.read(THEMES)


@pytest.fixture
def matched(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The headlines that were matched, once by once."""
    found, match = [], theme_matches.match_themes

    def note(headlines: pl.DataFrame, *rest: object, **named: object) -> pl.DataFrame:
        found.append(set(headlines["headline_id"]))
        return match(headlines, *rest, **named)

    monkeypatch.setattr(theme_matches, "match_themes", note)
    return found


def test_only_what_is_new_or_worded_anew_is_matched_until_a_theme_is_another(
    tmp_path: Path, table: Callable[..., pl.DataFrame], matched: list[set[str]]
):
    # From the tenth night on the museum is told of by a country that was not named before.
    late = pl.col("captured_at").dt.date() >= FIRST_NIGHT + timedelta(days=10)
    named = pl.when(late).then(pl.col("title").str.replace("useum", "useum of Chile"))
    rows = table(12).with_columns(named.otherwise("title").alias("title"))

    def update(config: Config, first: int, last: int, as_of: int | None = None) -> set[str]:
        """Take in some nights and update; return which headlines were matched."""
        study = Study(tmp_path / "study", config=config, encoder=LexicalEncoder())
        nights = [FIRST_NIGHT + timedelta(days=night) for night in range(first, last)]
        if nights:
            some = rows.filter(pl.col("captured_at").dt.date().is_in(nights))
            some.write_parquet(tmp_path / f"{first}.parquet")
            study.ingest(tmp_path / f"{first}.parquet")
        matched.clear()
        study.update(None if as_of is None else FIRST_NIGHT + timedelta(days=as_of))
        again = set().union(*matched)
        anew = match_anew(study, tmp_path / f"anew {first} {last} {as_of} {len(config.theme)}")
        assert_frame_equal(study.read("themes"), anew, rel_tol=1e-6)
        return again

    def read(theme: str) -> set[str]:
        found = Study(tmp_path / "study").read("themes").filter(theme=theme)
        return set(found["headline_id"])

    watched = Config(theme=(FRUIT, CHILE), themes=NO_OTHERS)
    more = replace(watched, theme=(FRUIT, CHILE, ARTS))
    everything = update(watched, 0, 8)
    assert len(read("Fruit")) == 2
    assert not read("Chile")
    assert not update(watched, 8, 8)
    tonight = update(watched, 8, 12)
    assert read("Chile") < tonight < everything
    assert len(read("Chile")) == 2
    assert update(more, 12, 12) == everything
    assert read("Arts") == read("Chile")
    assert update(more, 12, 12, as_of=5) < everything
    assert not read("Arts")
    assert read("Fruit")


TOLD = ("headlines", "themes", "attention", "signals")


def read_told(study: Study, until: date = date.max) -> dict[str, pl.DataFrame]:
    """Return what is said of themes, with the attention of nights up to one."""
    told = {name: study.read(name).sort(TABLES[name].key) for name in TOLD}
    return told | {"attention": told["attention"].filter(pl.col("night") <= until)}


def assert_told(study: Study, wanted: dict[str, pl.DataFrame]) -> None:
    for name, frame in read_told(study).items():
        assert_frame_equal(frame, wanted[name], rel_tol=1e-12)


def age(store: Store) -> None:
    """Make the tables those of a version that did not keep since when a wording is there."""
    for table, column in ((HEADLINES, "worded_at"), (THEMES, "from_night")):
        store.read(table).drop(column).write_delta(
            store.folder / "tables" / table.name,
            mode="overwrite",
            delta_write_options={"schema_mode": "overwrite"},
        )
    store.replace_together([Change(LEFT, store.read(LEFT).with_columns(made=pl.lit("1")))])


def test_a_reworded_headline_counts_for_a_theme_from_that_night_on_and_changes_none_before(
    tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    reworded = FIRST_NIGHT + timedelta(days=4)
    late = (pl.col("captured_at").dt.date() >= reworded) & pl.col("title").str.contains("apple")
    frost = pl.when(late).then(pl.lit("Chile: frost ruins apples")).otherwise("title")
    rows = table(6).with_columns(frost.alias("title"))
    config = Config(theme=(FRUIT, CHILE), themes=NO_OTHERS)
    nightly, at_once = (
        Study(tmp_path / name, config=config, encoder=LexicalEncoder()) for name in ("1", "6")
    )
    then: dict[date, dict[str, pl.DataFrame]] = {}
    for some in rows.with_columns(night=pl.col("captured_at").dt.date()).partition_by("night"):
        some.drop("night").write_parquet(tmp_path / "some.parquet")
        nightly.ingest(tmp_path / "some.parquet")
        night = nightly.update().night
        then[night] = read_told(nightly)
    known = then.pop(night)
    assert known["themes"].filter(theme="Chile")["from_night"].unique().to_list() == [reworded]
    chile = known["attention"].filter(subject="Chile", channel="editorial")
    assert [share > 0 for share in chile["share"]] == [False] * 4 + [True] * 2

    rows.write_parquet(tmp_path / "all.parquet")
    at_once.ingest(tmp_path / "all.parquet")
    at_once.update()
    assert_told(at_once, known)
    for before, told in then.items():
        seen = read_told(at_once, before)["attention"]
        assert_frame_equal(seen, told["attention"], rel_tol=1e-12)
    before = reworded - timedelta(days=1)
    at_once.update(before)
    assert_told(at_once, then[before])
    assert at_once.replay().night == night
    assert_told(at_once, known)
    age(at_once.store)
    at_once.update()
    assert_told(at_once, known)
