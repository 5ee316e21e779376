"""A headline is matched with the themes once, and that gives what matching all anew gives."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import FIRST_NIGHT
from tracker import Config, Study
from tracker.config import ThemeSettings
from tracker.nights import theme_matches
from tracker.nights.headlines import Derived
from tracker.nights.theme_matches import update_themes
from tracker.store import Store
from tracker.tables import HEADLINES, THEMES, VECTORS
from tracker.topics.encoder import LexicalEncoder

FRUIT = ThemeSettings("Fruit", like=("Apple harvest ruined by frost",))
ARTS = ThemeSettings("Arts", terms=("museum",))


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

    watched = Config(theme=(FRUIT,))
    everything = update(watched, 0, 8)
    assert len(read("Fruit")) == 2
    assert not read("Chile")
    assert not update(watched, 8, 8)
    tonight = update(watched, 8, 12)
    assert read("Chile") < tonight < everything
    assert len(read("Chile")) == 2
    assert update(Config(theme=(FRUIT, ARTS)), 12, 12) == everything
    assert read("Arts") == read("Chile")
    assert update(Config(theme=(FRUIT, ARTS)), 12, 12, as_of=5) < everything
    assert not read("Arts")
    assert read("Fruit")
