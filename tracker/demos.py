"""The demo: an embedded news world through every stage."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from tracker.config import ThemeSettings
from tracker.errors import InputError
from tracker.progress import Progress, be_silent
from tracker.simulate import write_world
from tracker.study import Study
from tracker.tables import CAPTURES

TITLE: Final = "A made-up news world"
WATCHED: Final = (
    ThemeSettings("Korea"),
    ThemeSettings("Honduras"),
    ThemeSettings("Ukraine"),
    ThemeSettings("Bird flu", terms=("bird flu", "Vogelgrippe", "gripe aviar", "γρίπη των πτηνών")),
)


def run_demo(study: Study, *, nights: int = 60, progress: Progress = be_silent) -> Path:
    """Write the demo world below the study's folder, take it in, and return the report's page.

    Raises:
        InputError: If the folder holds another study, which the demo must not mix with.
    """
    sources = study.store.scan(CAPTURES).select(pl.col("source").unique()).collect()["source"]
    if real := [source for source in sources if not source.endswith(".example")]:
        raise InputError(
            f"{study.folder}: found a study with {len(real)} real sources; wanted an empty folder "
            "for the demo: tracker --study demo demo"
        )
    study.config = replace(
        study.config, study=replace(study.config.study, title=TITLE), theme=WATCHED
    )
    world = study.folder / "demo"
    progress("writing pages", 0, 1)
    write_world(world, nights=nights)
    progress("writing pages", 1, 1)
    study.ingest(world, progress=progress)
    study.update(progress=progress)
    return study.report(progress=progress)
