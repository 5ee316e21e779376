"""Watch-list themes, and the headlines that belong to them by a term or by meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.errors import TableError
from tracker.names import count
from tracker.tables import THEMES, night_of, want_columns
from tracker.topics.occurrences import find_occurrences

MATCHING: Final = 2
"""Raised when headlines are matched otherwise, here or in what reads terms: all are again then."""

_MATCHED: Final = pl.Schema(
    {
        "theme": pl.Int64,
        "row": pl.Int64,
        "nth": pl.Int64,
        "how": pl.String,
        "score": pl.Float64,
        "from_night": pl.Date,
    }
)
_HELD: Final = pl.Schema(
    {
        "theme": pl.Int64,
        "row": pl.Int64,
        "nth": pl.Int64,
        "layer": pl.String,
        "start": pl.Int64,
        "stop": pl.Int64,
    }
)


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


@dataclass(frozen=True)
class Matches:
    """Which headlines belong to which themes, and by what.

    Attributes:
        rows: One row per theme (its index) and row of the headlines, sorted: `how`, `score` and
            `from_night` as in `tracker.tables.THEMES`, and `nth`, which wording it belongs by.
        places: The places of terms that hold: theme, row, nth, layer, start and stop.
    """

    rows: pl.DataFrame
    places: pl.DataFrame


def match_themes(
    headlines: pl.DataFrame,
    themes: Sequence[Theme],
    *,
    time_zone: str,
    vectors: NDArray[np.float32] | None = None,
    exemplar_vectors: Mapping[str, NDArray[np.float32]] | None = None,
) -> pl.DataFrame:
    """Return which headlines belong to which themes; a headline may belong to several.

    Args:
        headlines: As in `find_matches`, with headline_id.
        themes: The themes.
        time_zone: As in `find_matches`.
        vectors: As in `find_matches`.
        exemplar_vectors: As in `find_matches`.

    Returns:
        A frame of `tracker.tables.THEMES`, sorted.

    Raises:
        TableError: As `find_matches`.
    """
    want_columns(headlines, ("headline_id",), "headlines")
    rows = find_matches(
        headlines, themes, time_zone=time_zone, vectors=vectors, exemplar_vectors=exemplar_vectors
    ).rows
    names = pl.Series([theme.name for theme in themes], dtype=pl.String)
    return THEMES.check(
        rows.select(
            names.gather(rows["theme"]).alias("theme"),
            headlines["headline_id"].gather(rows["row"]).alias("headline_id"),
            "how",
            "score",
            "from_night",
        ).sort("theme", "headline_id")
    )


def find_matches(
    headlines: pl.DataFrame,
    themes: Sequence[Theme],
    *,
    time_zone: str,
    vectors: NDArray[np.float32] | None = None,
    exemplar_vectors: Mapping[str, NDArray[np.float32]] | None = None,
) -> Matches:
    """Return which headlines belong to which themes, and by what.

    Each wording is judged by itself, and a headline belongs to a theme from the night on which the
    first that does was first seen: what a headline is called later says nothing of nights before.
    One that would by a term and by meaning on the same night does by the term.

    Args:
        headlines: Frame with wordings, worded_at and language.
        themes: The themes.
        time_zone: IANA name of the zone whose dates the nights are.
        vectors: Unit vectors of the first wordings, row by row, (n_headlines, dim).
        exemplar_vectors: Unit vectors of each theme's exemplars under the same encoder, by the
            theme's name, (n_exemplars, dim). Without both there is no match by meaning.

    Raises:
        TableError: If a column is missing, or `vectors` has not one row per headline.
    """
    want_columns(headlines, ("wordings", "worded_at", "language"), "headlines")
    if vectors is not None and len(vectors) != headlines.height:
        raise TableError(f"vectors: found {count(len(vectors), 'row')}; wanted {headlines.height}")
    if headlines.is_empty() or not themes:
        return Matches(_MATCHED.to_frame(), _HELD.to_frame())
    texts = list_texts(headlines)
    found = find_occurrences(texts, _list_terms(themes)).join(
        texts.select("text_id", "nth"), on="text_id"
    )
    places, vetoes = _judge(found)
    hits = places.group_by("theme", "row").agg(pl.col("nth").min())
    rows = [hits.with_columns(pl.lit("term").alias("how"), pl.lit(1.0).alias("score"))]
    if vectors is not None and exemplar_vectors:
        near = _find_near(themes, vectors, exemplar_vectors)
        # It is the first wording that means something.
        vetoes = vetoes.filter(pl.col("nth") == 0)
        rows.append(near.join(vetoes, on=["theme", "row"], how="anti").select(rows[0].columns))
    whole = pl.concat(rows)
    worded = headlines["worded_at"].gather(whole["row"]).list.get(whole["nth"]).alias("worded_at")
    return Matches(
        whole.with_columns(worded)
        .with_columns(night_of("worded_at", time_zone).alias("from_night"))
        .sort("theme", "row", "from_night", pl.col("how") == "meaning")
        .unique(["theme", "row"], keep="first", maintain_order=True)
        .select(_MATCHED.names()),
        places.select(_HELD.names()),
    )


def list_texts(headlines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per wording: text_id, row, nth (from 0), language (empty if unknown), text.

    Args:
        headlines: Frame with wordings and language.
    """
    return (
        headlines.lazy()
        .select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            pl.col("language").fill_null("").alias("language"),
            pl.int_ranges(pl.col("wordings").list.len(), dtype=pl.Int64).alias("nth"),
            pl.col("wordings").alias("text"),
        )
        .explode("nth", "text")
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
    """Return the places of terms that hold, and the wordings that an exclusion forbids."""
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
    return left, forbidding.select("theme", "row", "nth").unique()


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
    first = pl.lit(0, pl.Int64).alias("nth")
    return pl.concat(frames).select("theme", "row", first, pl.lit("meaning").alias("how"), "score")
