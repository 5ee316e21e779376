"""Ratios of counts, and their mean."""


def divide(part: int, whole: int, empty: float = 1.0) -> float:
    """Return a part as a share of the whole; `empty` of nothing."""
    return part / whole if whole else empty


def harmonise(a: float, b: float) -> float:
    """Return the harmonic mean of two shares."""
    return 2 * a * b / (a + b) if a + b else 0.0
