"""Which language a headline is written in."""

from collections.abc import Sequence


def detect_languages(texts: Sequence[str]) -> list[str]:
    """Return the ISO 639-1 code of each text's most likely language.

    Source:
        Naive Bayes over byte n-grams: Lui and Baldwin (2012), as kept up by py3langid.
    """
    # The model takes half a second to load, which reading a study should not cost.
    from py3langid import classify  # noqa: PLC0415

    return [str(classify(text.casefold())[0]) for text in texts]
