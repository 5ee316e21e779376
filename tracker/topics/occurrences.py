"""The places in texts where terms occur: all terms against all texts at once."""

from collections.abc import Collection
from typing import Final

import polars as pl

from tracker.topics.terms import fold, key_words, parse_terms, split_words, stem_words

_KEPT: Final = ["theme", "country", "against"]
_PLACE: Final = [*_KEPT, "text_id", "row", "layer", "start", "stop"]


def find_occurrences(texts: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return every place where a term occurs.

    Args:
        texts: Frame with text_id, row, language (ISO 639-1; empty if unknown) and text.
        terms: Frame with theme, country, against and term; any of these but `term` is passed on.

    Returns:
        A frame with theme, country, against, text_id, row, layer (words or inside), start and
        stop: the place in words or, for scripts without spaces, in bytes.
    """
    read = pl.concat(
        [terms.drop("term"), parse_terms(terms["term"])], how="horizontal"
    ).with_row_index("term_id")
    read = read.filter(pl.col("words").list.len() > 0)
    folded = texts.with_columns(fold(texts["text"]).alias("text"))
    found = [_find_by_words(folded, read), _find_inside(folded, read)]
    return pl.concat((place.select(_PLACE) for place in found), how="vertical_relaxed").unique()


def match_any(texts: pl.DataFrame, terms: Collection[str]) -> pl.Series:
    """Return of each text whether one of some terms occurs in it.

    Args:
        texts: Frame with language (ISO 639-1, null if unknown) and text.
        terms: The terms, as in themes.
    """
    wanted = pl.DataFrame({"theme": 0, "country": "", "against": False, "term": list(terms)})
    rows = texts.select(
        pl.int_range(pl.len()).alias("text_id"),
        pl.int_range(pl.len()).alias("row"),
        pl.col("language").fill_null(""),
        "text",
    )
    if not terms:
        return pl.repeat(value=False, n=texts.height, eager=True)
    return rows["row"].is_in(find_occurrences(rows, wanted)["row"].implode())


def _find_by_words(texts: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return places of terms that are words, by joining on the keys of both."""
    words = split_words(texts)
    vocabulary = key_words(words.select("language", "word").unique())
    wanted = _key_terms(terms.filter(pl.col("mode") != "inside"), vocabulary)
    first = wanted.filter(pl.col("step") == 0)
    starts = (
        vocabulary.join(first, on=["language", "key"])
        .filter(pl.col("capital") | ~pl.col("needs_capital"))
        .select("language", "word", "term_id", "n_words", "mode")
        .unique()
        .join(words, on=["language", "word"])
        .filter(~(pl.col("shouted") & (pl.col("mode") == "exact")))
        .select("text_id", "language", "term_id", "n_words", start="position")
    )
    whole = [starts.filter(pl.col("n_words") == 1)]
    left = starts.filter(pl.col("n_words") > 1)
    for step in wanted.filter(pl.col("step") > 0)["step"].unique().sort():
        left = _follow(left, step, words, vocabulary, wanted)
        whole.append(left.filter(pl.col("n_words") == step + 1))
        left = left.filter(pl.col("n_words") > step + 1)
    return (
        pl.concat(whole)
        .with_columns(
            pl.lit("words").alias("layer"), (pl.col("start") + pl.col("n_words")).alias("stop")
        )
        .join(terms.select("term_id", *_KEPT), on="term_id")
        .join(texts.select("text_id", "row"), on="text_id")
        .select(_PLACE)
    )


def _follow(
    left: pl.DataFrame,
    step: int,
    words: pl.DataFrame,
    vocabulary: pl.DataFrame,
    wanted: pl.DataFrame,
) -> pl.DataFrame:
    """Return the beginnings of terms whose word number `step` is there too."""
    return (
        left.with_columns((pl.col("start") + step).alias("position"))
        .join(words.select("text_id", "position", "word"), on=["text_id", "position"])
        .join(
            wanted.filter(pl.col("step") == step).select("term_id", "language", "key"),
            on=["term_id", "language"],
        )
        .join(
            vocabulary.select("language", "word", "key"),
            on=["language", "word", "key"],
            how="semi",
        )
        .select("text_id", "language", "term_id", "n_words", "start")
        .unique()
    )


def _key_terms(terms: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of the words of terms, per language of the texts.

    A frame with term_id, language, step (from 0), key, needs_capital, n_words and mode.
    """
    steps = terms.select(
        "term_id",
        "languages",
        "mode",
        pl.col("capital").alias("needs_capital"),
        pl.col("words").list.len().cast(pl.Int64).alias("n_words"),
        "words",
        pl.int_ranges(pl.col("words").list.len()).alias("step"),
    ).explode("words", "step")
    spoken = vocabulary["language"].unique().sort()
    frames = []
    for language in spoken:
        mine = pl.col("languages").list.contains(language) | (pl.col("languages").list.len() == 0)
        held = steps if language == "" else steps.filter(mine)
        held = held.with_columns(pl.lit(language).alias("language"))
        stems = stem_words(held["words"].to_list(), str(language))
        held = held.with_columns(
            pl.when(pl.col("mode") == "exact").then("=" + pl.col("words"))
            .when(pl.col("mode") == "forms").then("~" + pl.Series("stem", stems, dtype=pl.String))
            .otherwise("-" + pl.col("words")).alias("key")
        )  # fmt: skip
        frames.append(_spread_prefixes(held, vocabulary.filter(pl.col("language") == language)))
    columns = ["term_id", "language", "step", "key", "needs_capital", "n_words", "mode"]
    if not frames:
        return steps.with_columns(language=pl.lit(""), key=pl.lit("")).select(columns).clear()
    return pl.concat(frame.select(columns) for frame in frames)


def _spread_prefixes(held: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """Return the keys with each beginning of a word replaced by the words that begin so."""
    last = (pl.col("mode") == "prefix") & (pl.col("step") == pl.col("n_words") - 1)
    begin = held.filter(last)
    lengths = begin["key"].str.len_chars().unique().to_list()
    small = vocabulary.filter(pl.col("key").str.starts_with("-")).select("key").unique()
    heads = [
        small.filter(pl.col("key").str.len_chars() >= n).select(
            pl.col("key").str.head(n).alias("head"), "key"
        )
        for n in lengths
    ]
    if not heads:
        return held
    spread = begin.rename({"key": "head"}).join(pl.concat(heads), on="head").drop("head")
    return pl.concat([held.filter(~last), spread.select(held.columns)])


def _find_inside(texts: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return places of terms in scripts without spaces, by one automaton over all of them."""
    terms = terms.filter(pl.col("mode") == "inside").with_columns(
        pl.col("words").list.first().alias("piece")
    )
    pieces = terms["piece"].unique().sort().to_list()
    if not pieces:
        return pl.DataFrame(schema=dict.fromkeys(_PLACE, pl.Null))
    small = texts.with_columns(pl.col("text").str.to_lowercase())
    hits = (
        small.lazy()
        .filter(pl.col("text").str.contains_any(pieces))
        .with_columns(
            pl.col("text").str.extract_many(pieces, overlapping=True).alias("piece"),
            pl.col("text").str.find_many(pieces, overlapping=True).cast(pl.List(pl.Int64))
            .alias("start"),
        )
        .explode("piece", "start")
        .collect()
    )  # fmt: skip
    speaks = (
        (pl.col("languages").list.len() == 0)
        | (pl.col("language") == "")
        | pl.col("languages").list.contains(pl.col("language"))
    )
    return (
        hits.join(terms, on="piece")
        .filter(speaks)
        .with_columns(
            pl.lit("inside").alias("layer"),
            (pl.col("start") + pl.col("piece").str.len_bytes().cast(pl.Int64)).alias("stop"),
        )
        .select(_PLACE)
    )
