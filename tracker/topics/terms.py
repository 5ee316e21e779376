"""What a theme's terms mean, and where they occur in texts of any script.

A term is written as people would write it:

- `protest`: the word in all its forms, in the language of the headline (protests, protested);
- `peace talks`: these words in a row, each in all its forms;
- `ukrain*`: every word that begins so;
- `"US"`: exactly so, capitals and all; not in a headline that is all capitals;
- `^Turkey`: only where it begins with a capital, as names do;
- `de:Indien`, `es,pt:Chile`: only in headlines of these languages (ISO 639-1) or of unknown ones.

Otherwise case and accents do not matter. Words of scripts written without spaces are found inside
the text, Korean ones at the beginning of a word, Arabic and Hebrew ones also behind the article
and the small words joined to them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import polars as pl
import Stemmer

_MARKS: Final = r"([\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}])\p{M}+"
_LETTERS: Final = {
    **{"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"},
    **{"Ł": "L", "Ø": "O", "Đ": "D", "ẞ": "SS", "Æ": "AE", "Œ": "OE", "ð": "d", "Ð": "D"},
    **{"’": "'", "ʼ": "'", "ة": "ه", "ى": "ي"},
}
_DOTTED: Final = r"\b(\p{Lu})\.(\p{Lu})\.(?:(\p{Lu})\.)?"
_WORD: Final = r"[\p{L}\p{M}\p{N}]+"
_UNSPACED: Final = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
)
_PROCLITICS: Final = r"^(?:[وف]?(?:[بك]?ال|لل)|[وفبكل]|[והבלמשכ]{1,2})"
_SHORTEST: Final = 3
UNKNOWN: Final = "en"
"""Whose word forms a text of unknown language is read with; terms of all languages hold in it."""
_SYNTAX: Final = r'^(?:([a-z]{2,3}(?:,[a-z]{2,3})*):)?\s*(\^)?("?)(.*?)("?)$'


def parse_terms(terms: pl.Series) -> pl.DataFrame:
    """Return what terms mean, one row each, in their order.

    Args:
        terms: Terms as people write them.

    Returns:
        A frame with `languages` (empty for all), `capital` (whether the first word must begin
        with one), `mode` (exact, forms, prefix or inside) and `words` (accents folded, small
        unless exact; one piece of text if inside; empty where a term has no word).
    """
    parts = terms.str.strip_chars().str.extract_groups(_SYNTAX).struct.unnest()
    parts.columns = ["languages", "caret", "open", "body", "close"]
    frame = parts.with_columns(fold(parts["body"].fill_null("")).alias("body"))
    exact = (pl.col("open") == '"') & (pl.col("close") == '"')
    inside = pl.col("body").str.contains(_UNSPACED)
    starts = pl.col("body").str.ends_with("*") | pl.col("body").str.contains(r"\p{Hangul}")
    mode = (
        pl.when(inside).then(pl.lit("inside"))
        .when(exact).then(pl.lit("exact"))
        .when(starts).then(pl.lit("prefix"))
        .otherwise(pl.lit("forms"))
    )  # fmt: skip
    spelt = pl.when(exact).then("body").otherwise(pl.col("body").str.to_lowercase())
    piece = pl.concat_list(spelt.str.strip_chars(" *"))
    return frame.select(
        pl.col("languages")
        .fill_null("")
        .str.split(",")
        .list.eval(pl.element().filter(pl.element() != "")),
        (pl.col("caret") == "^").fill_null(value=False).alias("capital"),
        mode.alias("mode"),
        pl.when(inside).then(piece).otherwise(spelt.str.extract_all(_WORD)).alias("words"),
    )


def fold(texts: pl.Series) -> pl.Series:
    """Return texts with accents, dots of abbreviations and typographic variants folded."""
    return (
        texts.str.normalize("NFKD")
        .str.replace_all(_MARKS, "$1")
        .str.normalize("NFC")
        .str.replace_many(_LETTERS)
        .str.replace_all(_DOTTED, "$1$2$3")
    )


def split_words(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the words of folded texts, one a row.

    Args:
        texts: Frame with text_id, language and text (folded).

    Returns:
        A frame with text_id, language, position (from 0), word, and `shouted`: whether its text
        has no small letter.
    """
    return (
        texts.lazy()
        .select(
            "text_id",
            "language",
            pl.col("text").str.extract_all(_WORD).alias("word"),
            (
                pl.col("text").str.contains(r"\p{Lu}") & ~pl.col("text").str.contains(r"\p{Ll}")
            ).alias("shouted"),
        )
        .with_columns(pl.int_ranges(pl.col("word").list.len()).alias("position"))
        .explode("word", "position")
        .drop_nulls("word")
        .collect()
    )


def key_words(words: pl.DataFrame) -> pl.DataFrame:
    """Return every key under which the distinct words of a text may be met.

    Args:
        words: Frame with language and word, distinct.

    Returns:
        A frame with language, word, capital and key: `=Word` as written, `-word` in small
        letters, also without the small words joined to Arabic and Hebrew ones, `~stem`.
    """
    small = words.with_columns(
        pl.col("word").str.to_lowercase().alias("small"),
        (
            pl.col("word").str.contains(r"^\p{Lu}")
            | ~pl.col("word").str.contains(r"^[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}]")
        ).alias("capital"),
    )
    bare = small.with_columns(pl.col("small").str.replace(_PROCLITICS, "").alias("bare")).filter(
        (pl.col("bare") != pl.col("small")) & (pl.col("bare").str.len_chars() >= _SHORTEST)
    )
    stems = [
        group.with_columns(pl.Series("stem", stem_words(group["small"].to_list(), str(language))))
        for (language,), group in small.group_by("language")
    ]
    place = ["language", "word", "capital"]
    return pl.concat(
        [
            small.select(*place, ("=" + pl.col("word")).alias("key")),
            small.select(*place, ("-" + pl.col("small")).alias("key")),
            bare.select(*place, ("-" + pl.col("bare")).alias("key")),
            bare.select(*place, ("=" + pl.col("bare")).alias("key")),
            *(group.select(*place, ("~" + pl.col("stem")).alias("key")) for group in stems),
        ]
    ).unique()


def stem_words(words: Sequence[str], language: str) -> list[str]:
    """Return the stems of words in small letters; the words themselves where no stemmer is.

    Args:
        words: The words.
        language: ISO 639-1 code; empty if unknown.

    Source:
        Snowball: Porter (2001).
    """
    stemmer = _find_stemmer(language or UNKNOWN)
    return list(words) if stemmer is None else list(stemmer.stemWords(list(words)))


@lru_cache(maxsize=64)
def _find_stemmer(language: str) -> Any:
    try:
        return Stemmer.Stemmer(language)
    except KeyError:
        return None
