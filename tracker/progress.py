"""How a long piece of work says how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Told how far a stage is; the command line draws it."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of `stage` are done."""


def be_silent(stage: str, done: int, total: int) -> None:
    """Draw no progress."""
