"""The demo: an embedded news world through every stage."""

from pathlib import Path
from typing import Final

import polars as pl

from tracker.config import CONFIG_NAME, read_config
from tracker.errors import InputError
from tracker.names import count
from tracker.progress import Progress, be_silent, one_step
from tracker.simulate import write_world
from tracker.study import Study
from tracker.tables import CAPTURES

SETTINGS: Final = """\
# The settings of the demo study. Every verb reads them while they lie in its folder.

[study]
title = "A made-up news world"

[[theme]]
name = "Korea"          # a country: its words come ready-made, and it is always drawn

[[theme]]
name = "Honduras"

[[theme]]
name = "Ukraine"

[[theme]]
name = "Bird flu"
terms = ["bird flu", "Vogelgrippe", "gripe aviar", "γρίπη των πτηνών"]
"""


def run_demo(study: Study, *, nights: int = 60, progress: Progress = be_silent) -> Path:
    """Write the demo world below the study's folder, take it in, and return the report's page.

    Its settings are written there too, unless some lie there already, and hold for every call.

    Raises:
        InputError: If the folder holds another study, which the demo must not mix with.
    """
    sources = study.store.scan(CAPTURES).select(pl.col("source").unique()).collect()["source"]
    if real := [source for source in sources if not source.endswith(".example")]:
        raise InputError(
            f"{study.folder}: found a study with {count(len(real), 'real source')}; wanted an "
            "empty folder for the demo: tracker --study demo demo"
        )
    settings = study.folder / CONFIG_NAME
    if not settings.exists():
        study.store.write_file(CONFIG_NAME, SETTINGS)
    study.config = read_config(settings)
    world = study.folder / "demo"
    with one_step(progress, "writing pages"):
        write_world(world, nights=nights)
    study.ingest(world, progress=progress)
    study.update(progress=progress)
    return study.report(progress=progress)
