"""How a long piece of work says how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Told how far a stage is; the command line draws it."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of `stage` are done."""


def be_silent(stage: str, done: int, total: int) -> None:
    """Draw no progress."""


@contextmanager
def one_step(progress: Progress, stage: str) -> Iterator[None]:
    """Tell of a stage that is a single step: that it begins, and that it is done."""
    progress(stage, 0, 1)
    yield
    progress(stage, 1, 1)
