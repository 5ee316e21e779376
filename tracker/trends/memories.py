"""What the tests of earlier nights left: kept as tables, read back where none is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.tables import DIFFERENCES, FAMILIES, NOISES, SIGNALS, TRACKS
from tracker.trends.noises import Common
from tracker.trends.rules import BLOCKS
from tracker.trends.series import Series
from tracker.trends.tracks import Commons

STEP: Final = f"against its level, blocks of {', '.join(map(str, BLOCKS))} nights, BH"
DESCENT: Final = "week below half of its best week since the rise, BH"
"""Methods of rises and fades: only a descent ends the climb to a peak."""

Accepted = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]
"""What `tracker.trends.tracks.Track.accept` is told of: who, since when, and who rose or fell."""


@dataclass(frozen=True)
class Judged:
    """What the tests of all nights said.

    Attributes:
        signals: SIGNALS.
        noises: NOISES.
        families: FAMILIES.
        tracks: TRACKS, after the night before the last.
        differences: DIFFERENCES, by then.
    """

    signals: pl.DataFrame = field(default_factory=SIGNALS.empty)
    noises: pl.DataFrame = field(default_factory=NOISES.empty)
    families: pl.DataFrame = field(default_factory=FAMILIES.empty)
    tracks: pl.DataFrame = field(default_factory=TRACKS.empty)
    differences: pl.DataFrame = field(default_factory=DIFFERENCES.empty)


@dataclass(frozen=True)
class Memory:
    """What is known of one channel's tests without repeating them.

    Attributes:
        commons: What the blocks of all subjects had in common, by night and length of the block.
        accepted: By night, the changes that were found.
    """

    commons: Mapping[tuple[int, int], Commons]
    accepted: Mapping[int, Accepted]


def read_memory(kept: Judged, channel: str, series: Series) -> Memory:
    """Return what is kept of the subjects of a series; nights are counted from its first."""
    return Memory(
        _read_commons(kept.noises, channel, series.first_night),
        _read_accepted(kept.signals, channel, series),
    )


def _read_commons(
    noises: pl.DataFrame, channel: str, first: date
) -> dict[tuple[int, int], Commons]:
    rows = noises.filter(pl.col("channel") == channel)
    columns = rows.select("night", "nights", "wander", "least", "weight")
    return {
        ((night - first).days, block): (Common(wander, least, weight),)
        for night, block, wander, least, weight in columns.iter_rows()
    }


def _read_accepted(signals: pl.DataFrame, channel: str, series: Series) -> dict[int, Accepted]:
    place = {subject: at for at, subject in enumerate(series.subjects)}
    rows = signals.filter(
        pl.col("channel") == channel,
        pl.col("kind").is_in(["rise", "fade"]),
        pl.col("subject").is_in(list(place)),
    )
    accepted: dict[int, Accepted] = {}
    for (night,), found in rows.group_by("night"):
        assert isinstance(night, date)
        subjects = np.array([place[subject] for subject in found["subject"]], dtype=np.intp)
        since = [(begun - series.first_night).days for begun in found["from"]]
        accepted[(night - series.first_night).days] = (
            subjects,
            np.array(since, dtype=np.intp),
            (found["kind"] == "rise").to_numpy(),
            (found["method"] == DESCENT).to_numpy(),
        )
    return accepted
