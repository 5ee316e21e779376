"""What the options before the verb say, and options that several verbs share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.terminal import warn

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.study import Study

PARTLY: Final = 3
"""Exit code: some of it could not be done, the rest was."""
NIGHT: Final = click.DateTime(["%Y-%m-%d"])
"""A night, as options take it."""


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
