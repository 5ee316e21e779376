"""Themes in force, and which headlines belong to them: each headline is matched once."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.config import Config
from tracker.errors import ConfigError
from tracker.ids import make_id
from tracker.nights.headlines import Derived
from tracker.nights.readings import Left, is_left
from tracker.nights.vectors import embed_texts, read_vectors
from tracker.store import Store
from tracker.tables import THEMES
from tracker.topics.countries import country_themes
from tracker.topics.encoder import Encoder
from tracker.topics.themes import MATCHING, Theme, match_themes

MATCHED_AT_ONCE: Final = 100_000
"""Headlines that are matched with all themes at a time."""


def watch_list(config: Config) -> tuple[Theme, ...]:
    """Return the configured themes; one without terms of its own is the country of that name.

    Raises:
        ConfigError: If it is no country either.
    """
    ready = {theme.name.casefold(): theme for theme in country_themes()}
    themes = []
    for theme in config.theme:
        country = ready.get(theme.name.casefold())
        if theme.terms or theme.like:
            themes.append(
                Theme(
                    name=theme.name,
                    terms=theme.terms,
                    exclude=theme.exclude,
                    exemplars=theme.like,
                    threshold=theme.threshold,
                )
            )
        elif country is None:
            raise ConfigError(
                f"theme {theme.name!r}: found neither terms nor like, and no country is called "
                "that; wanted terms"
            )
        else:
            exclude = (*country.exclude, *theme.exclude)
            themes.append(replace(country, name=theme.name, exclude=exclude))
    return tuple(themes)


def list_themes(config: Config) -> list[Theme]:
    """Return the themes in force: the watch list, and countries that are not on it by name.

    Raises:
        ConfigError: As `watch_list`.
    """
    watched = watch_list(config)
    names = {theme.name.casefold() for theme in watched}
    ready = country_themes() if config.themes.countries else ()
    return [*watched, *(theme for theme in ready if theme.name.casefold() not in names)]


def update_themes(store: Store, derived: Derived, config: Config, encoder: Encoder) -> Left:
    """Write THEMES of all themes in force; return how they are left, to be noted.

    Headlines that are as the last update left them are matched again only if any theme is another:
    what belongs to one may depend on the terms of others.

    Args:
        store: The study's store.
        derived: The headlines.
        config: The study's settings.
        encoder: Turns phrases into vectors.
    """
    themes, headlines = list_themes(config), derived.headlines
    zone, left = config.study.time_zone, Left(THEMES, _mark_themes(config, themes, encoder))
    stored, kept = None, THEMES.empty()
    if is_left(store, left):
        stored, known = store.read(THEMES), derived.kept.implode()
        kept = stored.filter(pl.col("headline_id").is_in(known))
        headlines = headlines.filter(~pl.col("headline_id").is_in(known))
    matched = _match_themes(store, headlines, themes, encoder, zone)
    found = pl.concat([kept, matched]).sort("theme", "headline_id")
    if stored is None or not found.equals(stored):
        store.replace(THEMES, found)
    return left


def _mark_themes(config: Config, themes: Sequence[Theme], encoder: Encoder) -> str:
    """Return a digest of everything but headlines that themes are matched from."""
    meant = any(theme.exemplars for theme in themes)
    reads, zone = encoder.name if meant else None, config.study.time_zone
    words = [astuple(theme) for theme in themes]
    return make_id(repr((MATCHING, pl.__version__, reads, zone, words)))


def _match_themes(
    store: Store, headlines: pl.DataFrame, themes: Sequence[Theme], encoder: Encoder, zone: str
) -> pl.DataFrame:
    """Return THEMES of some headlines."""
    exemplars: dict[str, NDArray[np.float32]] = {}
    phrases = [phrase for theme in themes for phrase in theme.exemplars]
    if phrases:
        embed_texts(store, phrases, encoder)
        exemplars = {
            theme.name: read_vectors(store, theme.exemplars, encoder)
            for theme in themes
            if theme.exemplars
        }
    found = [THEMES.empty()]
    # Some at a time: the words and the vectors of a million headlines are gigabytes.
    for some in headlines.iter_slices(MATCHED_AT_ONCE):
        texts = some["wordings"].list.first().to_list() if phrases else []
        vectors = read_vectors(store, texts, encoder) if phrases else None
        found.append(
            match_themes(some, themes, time_zone=zone, vectors=vectors, exemplar_vectors=exemplars)
        )
    return pl.concat(found)
