"""Results remembered from text to text: a source's pages repeat their furniture and headlines."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

_Result = TypeVar("_Result")

LONGEST: Final = 200
"""Characters of a text whose result is remembered; a hostile page's longer ones would pile up."""
MOST: Final = 16_384
"""Results remembered of one function."""


def remember(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Return a function of a text that remembers its results for the short texts seen last."""
    remembered = lru_cache(maxsize=MOST)(function)

    @wraps(function)
    def answer(text: str) -> _Result:
        return remembered(text) if len(text) <= LONGEST else function(text)

    return answer
