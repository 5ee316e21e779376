"""What a theme takes and what it nearly takes, so that a person can judge its words."""

import random
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.tables import TEXTS
from tracker.topics.occurrences import find_occurrences
from tracker.topics.similarity import unit
from tracker.topics.terms import fold, parse_terms, split_words
from tracker.topics.themes import Theme, find_matches, list_texts

SAMPLE: Final = pl.Schema(
    {
        "taken": pl.Boolean(),
        "how": pl.String(),
        "what": pl.String(),
        "terms": TEXTS,
        "score": pl.Float64(),
        "title": pl.String(),
        "wording": pl.String(),
        "source": pl.String(),
        "language": pl.String(),
        "headline_id": pl.String(),
    }
)
_SAID: Final = ("taken", "how", "what", "terms", "score")
_PLACE: Final = ["row", "nth", "layer", "start", "stop"]
_LANGUAGES: Final = re.compile(r"^[a-z]{2,3}(?:,[a-z]{2,3})*:")
_LEAST_STEM: Final = 4  # letters; shorter words are near only themselves
_ENDING: Final = 2  # letters in which forms of a word differ, at least


@dataclass(frozen=True)
class ThemeSample:
    """Headlines a theme takes, and headlines near it that it does not take.

    Attributes:
        rows: One row a headline, those taken first. `how` is term or meaning for those taken;
            for the others excluded (`what` names the term that speaks against it), shadowed (the
            place is inside a longer name of another country), word (`what` is the word that looks
            like one of the theme's) or meaning. `terms` are the theme's terms there, as they are
            written down. `score` is the cosine to the nearest exemplar, or to the mean of what is
            taken if there is none; null without vectors. `wording` is the earlier wording that
            all this is said of; null if it is the title.
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
    matches = find_matches(
        headlines,
        [theme, *countries],
        time_zone=time_zone,
        vectors=vectors,
        exemplar_vectors=given,
    )
    mine = matches.rows.filter(theme=0)
    taken = dict(mine.select("row", "how").iter_rows())
    inside = np.zeros(headlines.height, bool)
    inside[mine["row"].to_numpy()] = True
    scores = _score(vectors, exemplar_vectors, inside)
    found = _locate(headlines, theme)
    held = found.join(matches.places.filter(theme=0), on=_PLACE, how="semi")
    holding = _group_terms(held)
    generator = random.Random(seed)
    rows = []
    for row in _draw(np.flatnonzero(inside), n, generator):
        if taken[row] == "term":
            nth = _pick(holding[row], headlines, row)
            terms = holding[row][nth]
            rows.append(_Row(True, "term", _tell(terms), row, nth, terms))
        else:
            near = _nearest(theme, exemplar_vectors, vectors, row)
            rows.append(_Row(True, "meaning", near, row))
    rows += _find_misses(headlines, theme, inside, found, scores, n, generator)
    return ThemeSample(_frame(headlines, rows, scores), len(taken), headlines.height)


@dataclass(frozen=True)
class _Row:
    """One headline of the sample, and what is said of which of its wordings."""

    taken: bool
    how: str
    what: str
    row: int
    nth: int = 0
    terms: tuple[str, ...] = ()


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


def _locate(headlines: pl.DataFrame, theme: Theme) -> pl.DataFrame:
    """Return the places of the theme's terms, with term and whether it speaks against it."""
    given = [(term, False) for term in theme.terms] + [(term, True) for term in theme.exclude]
    frame = pl.DataFrame(
        [(number, "", against, term) for number, (term, against) in enumerate(given)],
        schema={"theme": pl.Int64, "country": pl.String, "against": pl.Boolean, "term": pl.String},
        orient="row",
    )
    texts = list_texts(headlines)
    return (
        find_occurrences(texts, frame)
        .join(texts.select("text_id", "nth"), on="text_id")
        .join(frame.select("theme", "term"), on="theme")
        .sort("row", "nth", "theme")
        .select(*_PLACE, "against", "term")
    )


def _group_terms(places: pl.DataFrame) -> dict[int, dict[int, tuple[str, ...]]]:
    """Return by row and wording the terms that have a place in it."""
    grouped: dict[int, dict[int, tuple[str, ...]]] = {}
    words = places.group_by("row", "nth", maintain_order=True).agg(
        pl.col("term").unique(maintain_order=True)
    )
    for row, nth, terms in words.iter_rows():
        grouped.setdefault(row, {})[nth] = tuple(terms)
    return grouped


def _pick(wordings: Collection[int], headlines: pl.DataFrame, row: int) -> int:
    """Return the present wording if it is among some of a headline's, else the first of them."""
    present = headlines["wordings"][row].to_list().index(headlines["title"][row])
    return present if present in wordings else min(wordings)


def _tell(terms: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_LANGUAGES.sub("", term) for term in terms))


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
    found: pl.DataFrame,
    scores: NDArray[np.float64] | None,
    n: int,
    generator: random.Random,
) -> list[_Row]:
    terms, against = (_group_terms(found.filter(against=said)) for said in (False, True))
    kept_out = []
    for row in _draw([row for row in terms if not inside[row]], n, generator):
        nth = _pick(terms[row], headlines, row)
        there, said = terms[row][nth], against.get(row, {}).get(nth)
        what = f"{_tell(there)} but {_tell(said)}" if said else _tell(there)
        kept_out.append(_Row(False, "excluded" if said else "shadowed", what, row, nth, there))
    alike = _find_alike(headlines, theme, set(np.flatnonzero(inside).tolist()) | set(terms))
    worded = []
    for row in _draw(alike, n, generator):
        nth = _pick(alike[row], headlines, row)
        worded.append(_Row(False, "word", alike[row][nth], row, nth))
    order = np.argsort(-scores, kind="stable").tolist() if scores is not None else []
    meant = [_Row(False, "meaning", "", row) for row in order if not inside[row]][: 3 * n]
    misses: dict[int, _Row] = {}
    heaps = [heap[::-1] for heap in (kept_out, worded, meant)]
    while len(misses) < n and any(heaps):
        for heap in heaps:
            while heap:
                miss = heap.pop()
                if miss.row not in misses:
                    misses[miss.row] = miss
                    break
    chosen = list(misses.values())[:n]
    place = {"excluded": 0, "shadowed": 1, "word": 2, "meaning": 3}
    return sorted(chosen, key=lambda miss: place[miss.how])


def _find_alike(headlines: pl.DataFrame, theme: Theme, out: set[int]) -> dict[int, dict[int, str]]:
    """Return by row and wording the words that begin as those of a term do."""
    texts = list_texts(headlines)
    words = split_words(texts.with_columns(fold(texts["text"]).alias("text")))
    words = words.select("text_id", pl.col("word").str.to_lowercase().alias("word"))
    by_word = dict(words.unique().group_by("word").agg("text_id").iter_rows())
    stems: dict[str, dict[int, str]] = {}

    def holders(stem: str) -> dict[int, str]:
        if stem not in stems:
            whole = len(stem) < _LEAST_STEM
            stems[stem] = {
                text: word
                for word, holding in by_word.items()
                if (word == stem if whole else word.startswith(stem))
                for text in holding
            }
        return stems[stem]

    found: dict[int, dict[int, str]] = {}
    parsed = parse_terms(pl.Series(theme.terms, dtype=pl.String))
    spoken = set(headlines["language"].drop_nulls().unique())
    places = dict(zip(texts["text_id"], texts.select("row", "nth").iter_rows(), strict=True))
    for languages, mode, parts in parsed.select("languages", "mode", "words").iter_rows():
        if mode == "inside" or not parts or (languages and not spoken & set(languages)):
            continue
        each = [holders(_cut(part.lower())) for part in parts]
        for text in set(each[0]).intersection(*each[1:]):
            row, nth = places[text]
            if row not in out:
                said = " ".join(dict.fromkeys(texts[text] for texts in each))
                found.setdefault(row, {}).setdefault(nth, said)
    return found


def _cut(word: str) -> str:
    return word[: max(_LEAST_STEM, len(word) - _ENDING)]


def _draw(rows: Iterable[int], n: int, generator: random.Random) -> list[int]:
    known = sorted(int(row) for row in rows)
    return sorted(generator.sample(known, min(n, len(known))))


def _frame(
    headlines: pl.DataFrame, rows: Sequence[_Row], scores: NDArray[np.float64] | None
) -> pl.DataFrame:
    place = [one.row for one in rows]
    shown = headlines.select("title", "source", "language", "headline_id", "wordings")[place]
    near = (None if scores is None else round(float(scores[row]), 4) for row in place)
    said = pl.DataFrame(
        [
            (one.taken, one.how, one.what, one.terms, score, one.nth)
            for one, score in zip(rows, near, strict=True)
        ],
        schema={name: SAMPLE[name] for name in _SAID} | {"nth": pl.Int64()},
        orient="row",
    )
    wording = pl.col("wordings").list.get(pl.col("nth"))
    return (
        pl.concat([said, shown], how="horizontal")
        .with_columns(pl.when(wording != pl.col("title")).then(wording).alias("wording"))
        .select(SAMPLE.names())
        .match_to_schema(SAMPLE)
    )
