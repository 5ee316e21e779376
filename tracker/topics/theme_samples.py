"""What a theme takes and what it nearly takes, so that a person can judge its words."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.topics.occurrences import find_occurrences
from tracker.topics.similarity import unit
from tracker.topics.terms import fold, parse_terms, split_words
from tracker.topics.themes import Theme, list_texts, match_themes

SAMPLE: Final = pl.Schema(
    {
        "taken": pl.Boolean,
        "how": pl.String,
        "what": pl.String,
        "score": pl.Float64,
        "title": pl.String,
        "source": pl.String,
        "language": pl.String,
        "headline_id": pl.String,
    }
)
_LANGUAGES: Final = re.compile(r"^[a-z]{2,3}(?:,[a-z]{2,3})*:")
_LEAST_STEM: Final = 4  # letters; shorter words are near only themselves
_ENDING: Final = 2  # letters in which forms of a word differ, at least


@dataclass(frozen=True)
class ThemeSample:
    """Headlines a theme takes, and headlines near it that it does not take.

    Attributes:
        rows: One row a headline, those taken first. `how` is term or meaning for those taken;
            for the others excluded (`what` is the term that speaks against it), shadowed (the
            place is inside a longer name of another country), word (`what` is the word that looks
            like one of the theme's) or meaning. `score` is the cosine to the nearest exemplar, or
            to the mean of what is taken if there is none; null without vectors.
        n_taken: How many headlines the theme takes.
        n_headlines: How many there are.
    """

    rows: pl.DataFrame
    n_taken: int
    n_headlines: int


def sample_theme(
    headlines: pl.DataFrame,
    theme: Theme,
    others: Sequence[Theme] = (),
    *,
    time_zone: str,
    vectors: NDArray[np.float32] | None = None,
    exemplar_vectors: NDArray[np.float32] | None = None,
    n: int = 20,
    seed: int = 0,
) -> ThemeSample:
    """Return `n` headlines that a theme takes and `n` near misses.

    Those taken are drawn at random. Near misses are taken in turn from those kept out, those with
    a word that looks like one of the theme's (both drawn at random), and the nearest in meaning.

    Args:
        headlines: Frame with headline_id, title, source, wordings, worded_at and language.
        theme: The theme.
        others: The other themes in force: names of other countries undo places.
        time_zone: IANA name of the zone whose dates the nights are.
        vectors: Unit vectors of the headlines, (n_headlines, dim).
        exemplar_vectors: Unit vectors of the theme's exemplars, (n_exemplars, dim).
        n: Headlines of each sort at most.
        seed: What is drawn; the same seed draws the same.
    """
    if headlines.is_empty():
        return ThemeSample(pl.DataFrame(schema=SAMPLE), 0, 0)
    given = {theme.name: exemplar_vectors} if exemplar_vectors is not None else None
    countries = [other for other in others if other.country and other.name != theme.name]
    matched = match_themes(
        headlines,
        [theme, *countries],
        time_zone=time_zone,
        vectors=vectors,
        exemplar_vectors=given,
    ).filter(pl.col("theme") == theme.name)
    taken = dict(matched.select("headline_id", "how").iter_rows())
    ids = headlines["headline_id"].to_list()
    inside = np.asarray([name in taken for name in ids], bool)
    scores = _score(vectors, exemplar_vectors, inside)
    terms, against = _locate(headlines, theme)
    generator = random.Random(seed)
    rows = []
    for row in _draw(np.flatnonzero(inside), n, generator):
        how = taken[ids[row]]
        by_term = ", ".join(terms.get(row, ()))
        what = by_term if how == "term" else _nearest(theme, exemplar_vectors, vectors, row)
        rows.append((True, how, what, row))
    rows += _find_misses(headlines, theme, inside, terms, against, scores, n, generator)
    return ThemeSample(_frame(headlines, rows, scores), len(taken), len(ids))


def _score(
    vectors: NDArray[np.float32] | None,
    exemplars: NDArray[np.float32] | None,
    inside: NDArray[np.bool_],
) -> NDArray[np.float64] | None:
    if vectors is None or not len(vectors):
        return None
    if exemplars is not None and len(exemplars):
        return np.asarray((vectors @ exemplars.T).max(axis=1), np.float64)
    if not inside.any():
        return None
    return np.asarray(vectors @ unit(vectors[inside].mean(axis=0)), np.float64)


def _locate(
    headlines: pl.DataFrame, theme: Theme
) -> tuple[Mapping[int, list[str]], Mapping[int, list[str]]]:
    """Return by row the terms that occur in it, and those that speak against it."""
    given = [(term, False) for term in theme.terms] + [(term, True) for term in theme.exclude]
    frame = pl.DataFrame(
        [(number, "", against, term) for number, (term, against) in enumerate(given)],
        schema={"theme": pl.Int64, "country": pl.String, "against": pl.Boolean, "term": pl.String},
        orient="row",
    )
    both: tuple[dict[int, list[str]], dict[int, list[str]]] = ({}, {})
    if frame.is_empty() or headlines.is_empty():
        return both
    found = find_occurrences(list_texts(headlines), frame).select("row", "theme").unique()
    for row, number in found.sort("row", "theme").iter_rows():
        term, against = given[number]
        said = both[against].setdefault(row, [])
        if (bare := _LANGUAGES.sub("", term)) not in said:
            said.append(bare)
    return both


def _nearest(
    theme: Theme,
    exemplars: NDArray[np.float32] | None,
    vectors: NDArray[np.float32] | None,
    row: int,
) -> str:
    if exemplars is None or vectors is None or not len(exemplars):
        return ""
    return theme.exemplars[int((exemplars @ vectors[row]).argmax())]


def _find_misses(
    headlines: pl.DataFrame,
    theme: Theme,
    inside: NDArray[np.bool_],
    terms: Mapping[int, list[str]],
    against: Mapping[int, list[str]],
    scores: NDArray[np.float64] | None,
    n: int,
    generator: random.Random,
) -> list[tuple[bool, str, str, int]]:
    kept_out = []
    for row in _draw([row for row in terms if not inside[row]], n, generator):
        said = against.get(row)
        what = f"{', '.join(terms[row])} but {', '.join(said)}" if said else ", ".join(terms[row])
        kept_out.append((False, "excluded" if said else "shadowed", what, row))
    alike = _find_alike(headlines, theme, set(np.flatnonzero(inside).tolist()) | set(terms))
    worded = [(False, "word", alike[row], row) for row in _draw(alike, n, generator)]
    order = np.argsort(-scores, kind="stable").tolist() if scores is not None else []
    meant = [(False, "meaning", "", row) for row in order if not inside[row]][: 3 * n]
    misses: dict[int, tuple[bool, str, str, int]] = {}
    heaps = [heap[::-1] for heap in (kept_out, worded, meant)]
    while len(misses) < n and any(heaps):
        for heap in heaps:
            while heap:
                miss = heap.pop()
                if miss[3] not in misses:
                    misses[miss[3]] = miss
                    break
    chosen = list(misses.values())[:n]
    place = {"excluded": 0, "shadowed": 1, "word": 2, "meaning": 3}
    return sorted(chosen, key=lambda miss: place[miss[1]])


def _find_alike(headlines: pl.DataFrame, theme: Theme, out: set[int]) -> dict[int, str]:
    """Return by row the words that look like those of a term: their beginnings are the same."""
    texts = list_texts(headlines)
    words = split_words(texts.with_columns(fold(texts["text"]).alias("text")))
    words = words.join(texts.select("text_id", "row"), on="text_id").select(
        "row", pl.col("word").str.to_lowercase().alias("word")
    )
    by_word = dict(words.unique().group_by("word").agg("row").iter_rows())
    stems: dict[str, dict[int, str]] = {}

    def holders(stem: str) -> dict[int, str]:
        if stem not in stems:
            whole = len(stem) < _LEAST_STEM
            stems[stem] = {
                row: word
                for word, rows in by_word.items()
                if (word == stem if whole else word.startswith(stem))
                for row in rows
            }
        return stems[stem]

    found: dict[int, str] = {}
    parsed = parse_terms(pl.Series(theme.terms, dtype=pl.String))
    spoken = set(headlines["language"].drop_nulls().unique())
    for languages, mode, parts in parsed.select("languages", "mode", "words").iter_rows():
        if mode == "inside" or not parts or (languages and not spoken & set(languages)):
            continue
        each = [holders(_cut(part.lower())) for part in parts]
        for row in set(each[0]).intersection(*each[1:]) - out:
            found.setdefault(row, " ".join(dict.fromkeys(rows[row] for rows in each)))
    return found


def _cut(word: str) -> str:
    return word[: max(_LEAST_STEM, len(word) - _ENDING)]


def _draw(rows: Iterable[int], n: int, generator: random.Random) -> list[int]:
    known = sorted(int(row) for row in rows)
    return sorted(generator.sample(known, min(n, len(known))))


def _frame(
    headlines: pl.DataFrame,
    rows: Sequence[tuple[bool, str, str, int]],
    scores: NDArray[np.float64] | None,
) -> pl.DataFrame:
    place = [row for *_, row in rows]
    shown = headlines.select("title", "source", "language", "headline_id")[place]
    said = pl.DataFrame(
        [
            (taken, how, what, None if scores is None else round(float(scores[row]), 4))
            for taken, how, what, row in rows
        ],
        schema={name: SAMPLE[name] for name in ("taken", "how", "what", "score")},
        orient="row",
    )
    return pl.concat([said, shown], how="horizontal").match_to_schema(SAMPLE)
