"""Spaces of sentence vectors, made level: unlike headlines lie at right angles in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tracker.errors import EncoderError
from tracker.topics.references import HEADLINES, TRANSLATIONS
from tracker.topics.similarity import Rows, unit

_ENGLISH: Final = "en"
_MOST: Final = 4  # dimensions for each direction of languages: more would leave no meaning
_SAME: Final = 1e-4  # difference that is rounding
_READ: Final = 0.55  # mean cosine of headlines and their translations into a language that is read


@dataclass(frozen=True)
class Space:
    """Where an encoder puts headlines whatever they are about.

    Many models put all texts in a narrow cone (any two headlines are alike by .8), each language
    in one of its own. Similarities that were measured for one model mean nothing in such a space.

    Attributes:
        centre: Mean of unlike headlines in English, (dimension,) float32.
        languages: Orthonormal directions in which languages differ, (n, dimension) float32.
        reads: Languages (ISO 639-1) that the encoder understands; all if None.
    """

    centre: Rows
    languages: Rows
    reads: frozenset[str] | None

    @classmethod
    def measure(cls, encode: Callable[[Sequence[str]], Rows]) -> "Space":
        """Return the space of an encoder, by headlines in twenty languages.

        A language is understood if headlines lie close to their translations: models in use
        have means of .6 to .8 in languages that they were trained on, of .4 and less in others.

        Source:
            The common mean taken away: Mu and Viswanath (2018), "All-but-the-top"; the means of
            languages: Libovicky, Rosa and Fraser (2020), "On the language neutrality of
            pre-trained multilingual representations"; projected out instead of subtracted, so
            that a text's language need not be known.

        Raises:
            EncoderError: If vectors hold what is no number, or are the same for unlike headlines.
        """
        spoken = {code: encode(texts) for code, texts in TRANSLATIONS.items()}
        unlike = encode(HEADLINES)
        if not all(np.isfinite(rows).all() for rows in (unlike, *spoken.values())):
            raise EncoderError("found vectors with values that are no numbers; wanted numbers only")
        if np.ptp(unlike, axis=0).max() < _SAME:
            raise EncoderError("found one vector for all headlines; wanted others for unlike ones")
        english = spoken[_ENGLISH].mean(axis=0, dtype=np.float64)
        apart = [
            rows.mean(axis=0, dtype=np.float64) - english
            for code, rows in spoken.items()
            if code != _ENGLISH
        ]
        _, sizes, directions = np.linalg.svd(np.vstack(apart), full_matrices=False)
        kept = directions[sizes > sizes.max() * np.finfo(np.float32).eps]
        kept = kept[: unlike.shape[1] // _MOST]
        space = cls(
            unlike.mean(axis=0, dtype=np.float64).astype(np.float32),
            kept.astype(np.float32),
            None,
        )
        level = {code: space.level(rows) for code, rows in spoken.items()}
        near = {code: (rows * level[_ENGLISH]).sum(axis=1).mean() for code, rows in level.items()}
        read = frozenset(code for code, cosine in near.items() if cosine >= _READ)
        return space if len(read) == len(near) else replace(space, reads=read)

    def level(self, rows: Rows) -> Rows:
        """Return vectors without what all headlines, or all of a language, have in common.

        Args:
            rows: Unit vectors, (n_texts, dimension) float32.

        Returns:
            Unit vectors of the same shape.
        """
        apart = rows - self.centre
        return unit(apart - (apart @ self.languages.T) @ self.languages)
