"""With which encoder, method and settings a study's topics were made: no two are ever mixed."""

import json
from dataclasses import asdict
from datetime import datetime

import polars as pl

from tracker.errors import ConfigError
from tracker.store import Store
from tracker.tables import CARRIED, MEMBERS, MODELS, PLACES
from tracker.topics.chosen_encoders import is_of_folder
from tracker.topics.encoder import Encoder
from tracker.topics.namings import Carried, Naming
from tracker.topics.settings import METHOD, TopicSettings


def write_model(
    store: Store, encoder: Encoder, settings: TopicSettings, made_at: datetime, *, finished: bool
) -> None:
    """Write that topics are made so from now on."""
    said = json.dumps(asdict(settings), sort_keys=True)
    row = (made_at, encoder.name, METHOD, said, finished, finished)
    store.upsert(MODELS, MODELS.frame([row]))


def read_model(store: Store) -> pl.DataFrame:
    """Return the row of MODELS that says how topics are made by now; none without topics."""
    return store.read(MODELS).sort("made_at").tail(1)


def check_model(store: Store, encoder: Encoder, settings: TopicSettings, now: datetime) -> bool:
    """Return whether the topics still have to be derived anew with what is configured.

    Raises:
        ConfigError: If they were made otherwise; says what to run.
    """
    latest = read_model(store)
    differences = [] if latest.is_empty() else list_differences(latest, encoder, settings)
    # Of nights that are being done again, places are left.
    bare = all(store.scan(table).head(1).collect().is_empty() for table in (MEMBERS, PLACES))
    if latest.is_empty() or (bare and differences):
        write_model(store, encoder, settings, now, finished=True)
        return False
    if differences:
        raise ConfigError(
            f"{'; '.join(differences)}; wanted the same for all nights: tracker topics remodel "
            "derives all topics anew and keeps the ids of those that stay the same"
            f"{_tell_way_back(latest, encoder)}"
        )
    return not latest["finished"].item()


def has_begun(store: Store) -> bool:
    """Return whether all topics that there are were made as is said by now."""
    return read_model(store)["begun"].item() is True


def begin_model(store: Store) -> None:
    """Write that what was made otherwise is gone: what there is from now on need not go."""
    store.upsert(MODELS, read_model(store).with_columns(begun=pl.lit(value=True)))


def finish_model(store: Store) -> None:
    """Write that the topics have been derived anew."""
    latest = read_model(store)
    if not latest["finished"].item():
        store.upsert(MODELS, latest.with_columns(finished=pl.lit(value=True)))


def list_differences(latest: pl.DataFrame, encoder: Encoder, settings: TopicSettings) -> list[str]:
    """Return how what is configured differs from a row of MODELS, in words."""
    row = latest.row(0, named=True)
    found = []
    if row["encoder"] != encoder.name:
        found.append(f"study.encoder: found {encoder.name}, topics were made by {row['encoder']}")
    if row["method"] != METHOD:
        before = "an older one" if row["method"] is None else f"number {row['method']}"
        found.append(f"method: found number {METHOD}, topics were made by {before}")
    said = json.loads(row["settings"])
    for name, value in asdict(settings).items():
        if name in said and said[name] != value:
            found.append(f"topics.{name}: found {value}, topics were made with {said[name]}")
    return found


def _tell_way_back(latest: pl.DataFrame, encoder: Encoder) -> str:
    """Return how the settings can be those of the topics again, if they can."""
    row = latest.row(0, named=True)
    if row["method"] != METHOD:  # an older tracker's
        return ""
    if row["encoder"] != encoder.name and is_of_folder(row["encoder"]):
        return "; or set study.encoder to the folder of that very model, if it is still there"
    return "; or set it back"


def read_naming(store: Store) -> Naming:
    """Return how topics are called by now."""
    models = store.read(MODELS).sort("made_at")
    if models.height < 2:
        return Naming()
    made_at = models["made_at"][-1]
    rows = store.read(CARRIED).filter(pl.col("made_at") == made_at)
    carried = {
        row["founded_id"]: Carried(row["topic_id"], row["similarity"])
        for row in rows.iter_rows(named=True)
    }
    return Naming(made_at.isoformat(), carried)
