"""Where the tests stood after a night, as tables from which the next night goes on."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from tracker.tables import DIFFERENCES, TRACKS
from tracker.trends.rules import ALL_BLOCKS, LONG_BLOCKS, Rules
from tracker.trends.series import Series, number_nights
from tracker.trends.tracks import Track
from tracker.trends.windows import Indices

UNMARKED: Final = ""
"""Mark of a track that was not stored yet."""


def read_night(tracks: pl.DataFrame) -> date | None:
    """Return the night after which the tests stood there, None without tracks."""
    night = tracks["night"].max()
    return night if isinstance(night, date) else None


def save_tracks(tracks: Mapping[str, Track], night: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return TRACKS and DIFFERENCES as of a night.

    Args:
        tracks: The tracks by channel; they have followed all nights up to this one.
        night: Index of the night.
    """
    kept = [_save_track(track, channel, night) for channel, track in tracks.items()]
    known = pl.concat([TRACKS.empty(), *(frame for frame, _ in kept)])
    noted = pl.concat([DIFFERENCES.empty(), *(frame for _, frame in kept)])
    return known.sort(TRACKS.key), noted.sort(DIFFERENCES.key)


def _save_track(track: Track, channel: str, night: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    series, state, window = track.series, track.state, track.window
    first, sources = series.first_night, np.asarray(series.sources, object)
    days = [first + timedelta(days=t) for t in range(series.n_nights + 1)]
    names = np.asarray(series.subjects, object)[window.subjects]
    rows, nothing = [], np.zeros(len(sources))
    for at, name in enumerate(names.tolist()):
        rose = int(state.risen_since[at])
        totals = [state.peak_totals[block].get(at, nothing) for block in LONG_BLOCKS]
        used = np.flatnonzero(np.any(totals, axis=0))
        rows.append(
            (
                name,
                channel,
                days[night],
                UNMARKED,
                days[state.level_since[at]],
                days[rose] if rose < track.never else None,
                int(state.quiet[at]),
                [float(state.inflation[block][at]) for block in ALL_BLOCKS],
                [float(state.peaks[block][at]) for block in LONG_BLOCKS],
                [days[state.peak_ends[block][at]] for block in LONG_BLOCKS],
                sources[used].tolist(),
                [total[used].tolist() for total in totals],
            )
        )
    return TRACKS.frame(rows), _save_differences(track, channel, names)


def _save_differences(
    track: Track, channel: str, names: np.ndarray[tuple[int], np.dtype[np.object_]]
) -> pl.DataFrame:
    kept = track.state.differences
    frames = [DIFFERENCES.empty()]
    for block in ALL_BLOCKS:
        row, at = np.nonzero(kept.noises[block])
        noted = pl.DataFrame(
            {
                "subject": pl.Series(names[at].tolist(), dtype=pl.String),
                "day": row + kept.first,
                "gap": kept.gaps[block][row, at],
                "noise": kept.noises[block][row, at],
                "square": kept.squares[block][row, at],
            }
        ).with_columns(
            (pl.lit(track.series.first_night) + pl.duration(days="day")).alias("night"),
            pl.lit(channel).alias("channel"),
            pl.lit(block, pl.Int64).alias("nights"),
        )
        frames.append(noted.select(DIFFERENCES.schema.names()))
    return pl.concat(frames)


def resume_track(
    series: Series, rules: Rules, channel: str, tracks: pl.DataFrame, differences: pl.DataFrame
) -> Track:
    """Return the track of a channel as it was after the night of `tracks`.

    Args:
        series: The series, with the shares of the nights that still matter.
        rules: What a finding needs.
        channel: The channel.
        tracks: TRACKS.
        differences: DIFFERENCES.
    """
    track = Track(series, rules)
    # A topic of the night before last may be none any more: a correction was undone.
    known = pl.col("channel") == channel, pl.col("subject").is_in(series.subjects)
    rows, differences = tracks.filter(known).sort("subject"), differences.filter(known)
    night = read_night(tracks)
    if night is None:
        return track
    first, place = series.first_night, {name: at for at, name in enumerate(series.subjects)}
    subjects = np.array([place[name] for name in rows["subject"]], dtype=np.intp)
    track.resume((night - first).days + 1, subjects)
    at, state = np.searchsorted(track.window.subjects, subjects), track.state
    state.level_since[at] = number_nights(rows["level_since"], first)
    rose = rows["risen_since"].is_not_null().to_numpy()
    state.risen_since[at[rose]] = number_nights(rows["risen_since"].drop_nulls(), first)
    state.quiet[at] = rows["quiet"].to_numpy()
    for number, block in enumerate(ALL_BLOCKS):
        state.inflation[block][at] = rows["inflations"].list.get(number).to_numpy()
    for number, block in enumerate(LONG_BLOCKS):
        state.peaks[block][at] = rows["peaks"].list.get(number).to_numpy()
        state.peak_ends[block][at] = number_nights(rows["peak_ends"].list.get(number), first)
    _resume_peaks(track, rows, at)
    _resume_differences(track, differences, place)
    return track


def _resume_peaks(track: Track, rows: pl.DataFrame, at: Indices) -> None:
    sources = {name: number for number, name in enumerate(track.series.sources)}
    peaks = rows.select("peaks", "peak_sources", "peak_totals").rows()
    for place, (best, names, totals) in zip(at.tolist(), peaks, strict=True):
        used = [sources[name] for name in names]
        for block, peak, values in zip(LONG_BLOCKS, best, totals, strict=True):
            if peak >= 0:
                total = np.zeros(len(sources))
                total[used] = values
                track.state.peak_totals[block][place] = total


def _resume_differences(track: Track, rows: pl.DataFrame, place: Mapping[str, int]) -> None:
    kept = track.state.differences
    for (block,), some in rows.partition_by("nights", as_dict=True).items():
        night = number_nights(some["night"], track.series.first_night) - kept.first
        subjects = some["subject"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
        where = night, np.searchsorted(track.window.subjects, subjects)
        kept.gaps[block][where] = some["gap"].to_numpy()
        kept.noises[block][where] = some["noise"].to_numpy()
        kept.squares[block][where] = some["square"].to_numpy()
