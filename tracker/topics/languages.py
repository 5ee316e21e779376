"""Which language headlines are in, judged by the company they keep."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f]")
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u1cff\u3040-\uffdc]")
_LEAST_SHARE: Final = 0.1  # of what its outlet publishes; a language below that is a mistake
_DOUBT: Final = 2  # headlines of an outlet that count as much as those of all others


def settle_languages(
    texts: Sequence[str], sources: Sequence[str], languages: Sequence[str]
) -> NDArray[np.str_]:
    """Return the language of each headline, (n,) of codes.

    One in twenty short texts is taken for another language than it is in. So a language in Latin
    letters that hardly any other headline of the outlet is in gives way to the one that most are
    in; the fewer the outlet has, the more all others count. Other scripts tell the language.

    Args:
        texts: The headlines.
        sources: Who published each.
        languages: What each was taken for; empty where unknown.
    """
    latin = [bool(_LATIN.search(text)) and not _OTHER_SCRIPT.search(text) for text in texts]
    pairs = Counter(
        (source, code)
        for source, code, is_latin in zip(sources, languages, latin, strict=True)
        if is_latin
    )
    of_all: Counter[str] = Counter()
    of_source: dict[str, Counter[str]] = {}
    for (source, code), count in pairs.items():
        of_all[code] += count
        of_source.setdefault(source, Counter())[code] = count
    n_all = of_all.total()

    def weigh(source: str, code: str, without: int) -> float:
        held = of_source[source]
        prior = (of_all[code] - without) / n_all
        return (held[code] - without + _DOUBT * prior) / (held.total() - without + _DOUBT)

    common = max(of_all, key=lambda code: (bool(code), of_all[code], code), default="")
    taken: dict[tuple[str, str], str] = {}
    for source, code in pairs:
        if code and weigh(source, code, 1) >= _LEAST_SHARE:
            taken[source, code] = code
        else:
            rivals = {*of_source[source], common}
            taken[source, code] = max(
                rivals, key=lambda rival: (bool(rival), weigh(source, rival, 0), rival)
            )
    settled = [
        taken[source, code] if is_latin else code
        for source, code, is_latin in zip(sources, languages, latin, strict=True)
    ]
    return np.asarray(settled, np.str_)
