"""A topic's label: two to five words from its headlines."""

from collections.abc import Sequence


def choose_label(terms: Sequence[str], texts: Sequence[str]) -> str:
    """Return a label made of the topic's words."""
    return " ".join(terms[:3]) or texts[0]
