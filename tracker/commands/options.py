"""What the options before the verb say, and options that several verbs share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tracker.terminal import warn

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.study import Study

PARTLY: Final = 3
"""Exit code: some of it could not be done, the rest was."""


class Moment(click.DateTime):
    """A night or a time as options and arguments take it; what is none is told by an example.

    Args:
        formats: As `datetime.strptime` has them.
        wanted: What it is, with an example.
    """

    def __init__(self, formats: Sequence[str], wanted: str) -> None:
        super().__init__(formats)
        self._wanted = wanted

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment that `value` says."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"found {str(value)[:80]!r}; wanted {self._wanted}", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return how the help writes it."""
        return self._wanted.rpartition(" ")[2]


NIGHT: Final = Moment(["%Y-%m-%d"], "a night such as 2022-02-24")
TIME: Final = Moment(
    ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
    "a time in UTC such as 2022-02-24T21:30:00",
)
CLOCK: Final = Moment(["%H:%M"], "a time of day such as 20:00")


@dataclass(frozen=True)
class Settings:
    """What the options before the verb say."""

    folder: Path
    config: Path | None
    quiet: bool
    verbose: bool = False

    @property
    def config_path(self) -> Path:
        """Return where the settings are, or would be: named, in the study's folder, or here."""
        from tracker.config import CONFIG_NAME

        own = self.folder / CONFIG_NAME
        return self.config or (own if own.exists() else Path(CONFIG_NAME))

    def read_config(self) -> "Config":
        """Return the settings these options name, or those lying here, or the defaults."""
        from tracker.config import Config, read_config

        path = self.config_path
        return read_config(path) if self.config or path.exists() else Config()

    def open(self) -> "Study":
        """Return the study these options name."""
        from tracker.study import Study

        return Study(self.folder, config=self.read_config(), tell=self.tell)

    def tell(self, words: str) -> None:
        """Print what a person should know at once, unless told to be quiet."""
        if not self.quiet:
            warn(words)
