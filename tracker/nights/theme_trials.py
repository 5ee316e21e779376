"""Themes in force, and how one does on the headlines of a study before it is written down."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from tracker.config import Config
from tracker.errors import InputError, SubjectError
from tracker.names import hint_near, part_kind
from tracker.nights.theme_matches import list_themes
from tracker.nights.vectors import read_vectors
from tracker.store import Store
from tracker.tables import HEADLINES, TEXTS, THEMES
from tracker.topics.countries import country_themes
from tracker.topics.encoder import Encoder
from tracker.topics.terms import parse_terms
from tracker.topics.theme_samples import ThemeSample, sample_theme
from tracker.topics.themes import Theme

_WATCHED: Final = pl.Schema(
    {
        "name": pl.String(),
        "of": pl.String(),
        "headlines": pl.Int64(),
        "terms": TEXTS,
        "exclude": TEXTS,
        "like": TEXTS,
        "threshold": pl.Float64(),
    }
)


def find_theme(config: Config, name: str, *, new: bool = False) -> Theme:
    """Return the theme of that name: of the watch list, else the country.

    Args:
        config: The study's settings.
        name: The name; case does not matter.
        new: Return an empty theme if there is none.

    Raises:
        SubjectError: If there is none.
    """
    themes = [*list_themes(config), *country_themes()]
    found = next((theme for theme in themes if theme.name.casefold() == name.casefold()), None)
    if found is not None:
        return found
    if new:
        return Theme(name, ())
    hint = hint_near(name, (theme.name for theme in themes), "--term tries words without one")
    raise SubjectError(f"{name}: no theme or country of that name; {hint}")


def try_theme(
    store: Store,
    config: Config,
    load_encoder: Callable[[], Encoder],
    name: str,
    *,
    terms: Sequence[str] = (),
    exclude: Sequence[str] = (),
    like: Sequence[str] = (),
    threshold: float | None = None,
    n: int = 20,
    seed: int = 0,
) -> ThemeSample:
    """Return what a theme takes of the study's headlines, and what it nearly takes.

    Args:
        store: The study's store.
        config: Its settings.
        load_encoder: Loads what turns phrases into vectors, once the name and words are judged;
            vectors of headlines are not computed here.
        name: A theme or country; words given besides are added to its own. A new name, if words
            are given.
        terms: More terms.
        exclude: More terms that speak against it.
        like: More exemplar phrases.
        threshold: Least cosine to an exemplar; its own if None.
        n: Headlines of each sort at most.
        seed: What is drawn.

    Raises:
        InputError: If the study has no headlines yet, or a term has no word in it.
        SubjectError: If there is no such theme and no words are given.
    """
    kind, name = part_kind(name)
    if kind == "topic":
        raise SubjectError(f"topic:{name}: found a topic asked for; wanted a theme")
    parsed = parse_terms(pl.Series([*terms, *exclude], dtype=pl.String))
    for term, words in zip((*terms, *exclude), parsed["words"], strict=True):
        if not any(words):
            raise InputError(f"term {term!r}: found no word in it; wanted one at least")
    theme = find_theme(config, name, new=bool(terms or like))
    theme = replace(
        theme,
        terms=(*theme.terms, *terms),
        exclude=(*theme.exclude, *exclude),
        exemplars=(*theme.exemplars, *like),
        threshold=theme.threshold if threshold is None else threshold,
    )
    headlines = store.read(HEADLINES)
    if headlines.is_empty():
        raise InputError(f"{store.folder}: found no headlines; run tracker update first")
    encoder = load_encoder()
    texts = headlines["wordings"].list.first().to_list()
    vectors = np.nan_to_num(read_vectors(store, texts, encoder))
    return sample_theme(
        headlines,
        theme,
        list_themes(config),
        time_zone=config.study.time_zone,
        vectors=vectors if vectors.any() else None,
        exemplar_vectors=encoder.encode(theme.exemplars) if theme.exemplars else None,
        n=n,
        seed=seed,
    )


def view_watched(store: Store, config: Config) -> pl.DataFrame:
    """Return the themes in force with their words, the watch list first, then most headlines."""
    watched = {theme.name for theme in config.theme}
    counts = dict(store.read(THEMES).group_by("theme").len().iter_rows())
    rows = [
        (
            theme.name,
            "watch list" if theme.name in watched else "country",
            counts.get(theme.name, 0),
            list(theme.terms),
            list(theme.exclude),
            list(theme.exemplars),
            theme.threshold if theme.exemplars else None,
        )
        for theme in list_themes(config)
    ]
    return pl.DataFrame(rows, schema=_WATCHED, orient="row").sort(
        "of", "headlines", "name", descending=[True, True, False]
    )
