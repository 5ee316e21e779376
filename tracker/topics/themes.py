"""Watch-list themes, and the headlines that belong to them by a term or by meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.errors import TableError
from tracker.names import count
from tracker.tables import THEMES, want_columns
from tracker.topics.occurrences import find_occurrences

MATCHING: Final = 1
"""Raised when headlines are matched otherwise, here or in what reads terms: all are again then."""


@dataclass(frozen=True)
class Theme:
    """A subject that a person watches.

    Attributes:
        name: Its name; no two themes share it.
        terms: Terms, any of which makes a headline belong; see `tracker.topics.terms`.
        exclude: Terms that speak against it: one that overlaps a term's place in the headline
            undoes that place (`papua new guinea` for `Guinea`); one that stands elsewhere keeps
            the headline out (`atlanta` for `Georgia`).
        exemplars: Phrases; headlines that mean nearly the same belong too.
        threshold: Least cosine of a headline to an exemplar.
        country: ISO 3166-1 code if it is a country: a longer name of another country around one
            of its terms undoes that place.
    """

    name: str
    terms: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    exemplars: tuple[str, ...] = ()
    threshold: float = 0.55
    country: str | None = None


def match_themes(
    headlines: pl.DataFrame,
    themes: Sequence[Theme],
    *,
    vectors: NDArray[np.float32] | None = None,
    exemplar_vectors: Mapping[str, NDArray[np.float32]] | None = None,
) -> pl.DataFrame:
    """Return which headlines belong to which themes; a headline may belong to several.

    Args:
        headlines: Frame with headline_id, wordings and language; any of its wordings may match.
        themes: The themes.
        vectors: Unit vectors of the headlines, row by row, (n_headlines, dim).
        exemplar_vectors: Unit vectors of each theme's exemplars under the same encoder, by the
            theme's name, (n_exemplars, dim). Without both there is no match by meaning.

    Returns:
        A frame of `tracker.tables.THEMES`, sorted. A headline with a term counts by term only.

    Raises:
        TableError: If a column is missing, or `vectors` has not one row per headline.
    """
    want_columns(headlines, ("headline_id", "wordings", "language"), "headlines")
    if vectors is not None and len(vectors) != headlines.height:
        raise TableError(f"vectors: found {count(len(vectors), 'row')}; wanted {headlines.height}")
    if headlines.is_empty() or not themes:
        return THEMES.empty()
    found = find_occurrences(list_texts(headlines), _list_terms(themes))
    hits, vetoes = _judge(found)
    names = pl.Series([theme.name for theme in themes], dtype=pl.String)
    rows = [
        hits.select(
            "theme", "row", pl.lit("term").alias("how"), pl.lit(1.0).alias("score")
        )
    ]  # fmt: skip
    if vectors is not None and exemplar_vectors:
        near = _find_near(themes, vectors, exemplar_vectors)
        rows.append(near.join(hits, on=["theme", "row"], how="anti").join(
            vetoes, on=["theme", "row"], how="anti"
        ))  # fmt: skip
    whole = pl.concat(rows).sort("theme", "row")
    return THEMES.check(
        whole.select(
            names.gather(whole["theme"]).alias("theme"),
            headlines["headline_id"].gather(whole["row"]).alias("headline_id"),
            "how",
            "score",
        ).sort("theme", "headline_id")
    )


def list_texts(headlines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per wording: text_id, row, language (empty if unknown) and text.

    Args:
        headlines: Frame with wordings and language.
    """
    return (
        headlines.lazy()
        .select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            pl.col("language").fill_null("").alias("language"),
            pl.col("wordings").alias("text"),
        )
        .explode("text")
        .drop_nulls("text")
        .with_row_index("text_id")
        .collect()
    )


def _list_terms(themes: Sequence[Theme]) -> pl.DataFrame:
    """Return one row per term: theme (index), country, against and term."""
    rows: list[Any] = [
        (index, theme.country or "", against, term)
        for index, theme in enumerate(themes)
        for against, terms in ((False, theme.terms), (True, theme.exclude))
        for term in terms
    ]
    schema = {"theme": pl.Int64, "country": pl.String, "against": pl.Boolean, "term": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _judge(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the theme–row pairs that hold, and those that an exclusion forbids."""
    found = found.with_row_index("place")
    inside = (pl.col("start") < pl.col("stop_other")) & (pl.col("start_other") < pl.col("stop"))
    terms, against = found.filter(~pl.col("against")), found.filter("against")
    meeting = (
        against.select("theme", "text_id", "layer", "start", "stop", "place", "row")
        .join(
            terms.select("theme", "text_id", "layer", "start", "stop", "place"),
            on=["theme", "text_id", "layer"],
            suffix="_other",
        )
        .filter(inside)
    )
    undone = meeting.select(pl.col("place_other").alias("place"))
    forbidding = against.join(meeting.select("place").unique(), on="place", how="anti")
    vetoed = forbidding.select("theme", "text_id").unique()
    left = (
        terms.join(undone, on="place", how="anti")
        .join(vetoed, on=["theme", "text_id"], how="anti")
        .join(_find_shadowed(terms), on="place", how="anti")
    )
    vetoes = forbidding.select("theme", "row").unique()
    return left.select("theme", "row").unique(), vetoes


def _find_shadowed(terms: pl.DataFrame) -> pl.DataFrame:
    """Return the places of countries that lie inside a longer place of another country."""
    places = terms.filter(pl.col("country") != "").select(
        "theme", "text_id", "layer", "start", "stop", "place"
    )
    return (
        places.join(places, on=["text_id", "layer"], suffix="_other")
        .filter(
            pl.col("theme") != pl.col("theme_other"),
            pl.col("start") >= pl.col("start_other"),
            pl.col("stop") <= pl.col("stop_other"),
            pl.col("stop") - pl.col("start") < pl.col("stop_other") - pl.col("start_other"),
        )
        .join(
            places.select("theme", "text_id", "layer", "start", "stop"),
            left_on=["theme", "text_id", "layer", "start_other", "stop_other"],
            right_on=["theme", "text_id", "layer", "start", "stop"],
            how="anti",
        )
        .select("place")
        .unique()
    )


def _find_near(
    themes: Sequence[Theme],
    vectors: NDArray[np.float32],
    exemplar_vectors: Mapping[str, NDArray[np.float32]],
) -> pl.DataFrame:
    """Return the headlines whose best cosine to an exemplar reaches the theme's threshold."""
    frames = [pl.DataFrame(schema={"theme": pl.Int64, "row": pl.Int64, "score": pl.Float64})]
    for index, theme in enumerate(themes):
        exemplars = exemplar_vectors.get(theme.name)
        if exemplars is None or not len(exemplars):
            continue
        cosine = (vectors @ np.asarray(exemplars).T).max(axis=1).astype(np.float64)
        rows = np.flatnonzero(cosine >= theme.threshold)
        frames.append(
            pl.DataFrame(
                {
                    "theme": np.full(len(rows), index, dtype=np.int64),
                    "row": rows.astype(np.int64),
                    "score": np.clip(cosine[rows], -1, 1),
                }
            )
        )
    return pl.concat(frames).select("theme", "row", pl.lit("meaning").alias("how"), "score")
