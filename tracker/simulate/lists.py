"""Headline lists without pages, drawn from known shares: for statistics over many seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.errors import InputError
from tracker.tables import TIME

FIRST_NIGHT: Final = date(2026, 1, 1)
SLOTS: Final[Mapping[str, int]] = MappingProxyType({"latest": 12, "section": 12, "most_read": 6})


@dataclass(frozen=True)
class Shift:
    """One true change of one topic's share.

    Attributes:
        topic: Which topic, from 0.
        night: Night it sets in, from 0.
        factor: What its share is multiplied by.
        until: Night it is over, from 0; None when it stays.
    """

    topic: int
    night: int
    factor: float
    until: int | None = None


@dataclass(frozen=True)
class SimulatedLists:
    """Drawn lists and what they were drawn from.

    Attributes:
        headlines: A headline table: `captured_at, source, list_kind, rank, title, url`.
        stories: The topic of each headline: `url, topic`; null for one-off stories.
        attention: `subject, night, share, panel`: the share a topic has among all outlets that
            could be watched, and the mean of it over those of this panel that were captured
            that night (null where none was).
        findings: `subject, level, kind, night, to, other`, as in `Truth.findings`.
        captured: `night, source`: which captures there are.
    """

    headlines: pl.DataFrame
    stories: pl.DataFrame
    attention: pl.DataFrame
    findings: pl.DataFrame
    captured: pl.DataFrame


def simulate_lists(
    *,
    seed: int,
    n_sources: int = 10,
    n_nights: int = 60,
    n_topics: int = 12,
    slots: Mapping[str, int] = SLOTS,
    shifts: Sequence[Shift] = (),
    spread: float = 0.3,
    stay: float = 0.3,
    missing_nights: float = 0.0,
    missing_captures: float = 0.0,
    n_joiners: int = 0,
) -> SimulatedLists:
    """Return headline lists drawn slot by slot from known shares.

    A topic's share is the same everywhere but for each outlet's taste, a gamma variate of mean 1
    and standard deviation `spread`. Half of all slots or more go to one-off stories. A slot keeps
    its headline from one night to the next with probability `stay`, so that shares are
    autocorrelated as dwelling headlines make them, and follow a shift with that delay.

    Args:
        seed: The same lists for the same seed.
        n_sources: Outlets watched, joiners included.
        n_nights: Nights.
        n_topics: Topics; their shares before any shift are between 1 and 6 %.
        slots: Slots of each list, by kind.
        shifts: True changes.
        spread: Standard deviation of an outlet's taste for a topic; 0 makes all outlets alike.
        stay: Probability that a slot keeps its headline for another night, below 1.
        missing_nights: Fraction of nights without any capture.
        missing_captures: Fraction of single captures that are not there.
        n_joiners: Outlets watched only from the middle on.

    Raises:
        InputError: If a shift names no topic or night, or shares add up to more than one.
    """
    _check_shifts(shifts, n_topics, n_nights)
    rng = np.random.default_rng(seed)
    wanted = _wanted_shares(rng, n_topics, n_nights, shifts)
    taste = _draw_taste(rng, n_sources, n_topics, spread)
    share = _dwell(wanted, stay)
    chances = wanted[None] * taste[:, None]
    # Where tastes add up to more than all slots, they are cut alike.
    chances /= np.maximum(1.0, chances.sum(axis=2, keepdims=True) / 0.98)
    panel = np.stack([_dwell(chances[s], stay) for s in range(n_sources)])
    captured = _draw_captured(rng, n_sources, n_nights, missing_nights, missing_captures, n_joiners)
    topics, stories = _draw_slots(rng, chances, sum(slots.values()), stay)
    headlines = _headline_table(captured, topics, stories, slots, n_topics)
    return SimulatedLists(
        headlines=headlines.drop("topic"),
        stories=headlines.select("url", "topic").unique("url", maintain_order=True),
        attention=_attention(share, panel, captured),
        findings=_findings(shifts, n_nights),
        captured=_captures(captured),
    )


def _check_shifts(shifts: Sequence[Shift], n_topics: int, n_nights: int) -> None:
    for shift in shifts:
        if not (0 <= shift.topic < n_topics and 0 < shift.night < n_nights):
            raise InputError(
                f"{shift}: wanted a topic from 0 to {n_topics - 1} "
                f"and a night from 1 to {n_nights - 1}"
            )


def _wanted_shares(
    rng: np.random.Generator, n_topics: int, n_nights: int, shifts: Sequence[Shift]
) -> NDArray[np.float64]:
    """Return the share each topic gets of fresh slots, (n_nights, n_topics)."""
    base = rng.uniform(0.01, 0.06, n_topics)
    base *= min(1.0, 0.5 / base.sum())
    shares = np.tile(base, (n_nights, 1))
    for shift in shifts:
        shares[shift.night : shift.until, shift.topic] *= shift.factor
    if shares.sum(axis=1).max() > 1.0:
        raise InputError(f"shares add up to {shares.sum(axis=1).max():.2f}; wanted at most 1")
    return shares


def _draw_taste(
    rng: np.random.Generator, n_sources: int, n_topics: int, spread: float
) -> NDArray[np.float64]:
    if spread == 0:
        return np.ones((n_sources, n_topics))
    shape = spread**-2
    return rng.gamma(shape, 1 / shape, (n_sources, n_topics))


def _dwell(fresh: NDArray[np.float64], stay: float) -> NDArray[np.float64]:
    """Return the expected share in all slots when a part of them stays, (n_nights, n_topics)."""
    shown = np.empty_like(fresh)
    shown[0] = fresh[0]
    for night in range(1, len(fresh)):
        shown[night] = stay * shown[night - 1] + (1 - stay) * fresh[night]
    return shown


def _draw_captured(
    rng: np.random.Generator,
    n_sources: int,
    n_nights: int,
    missing_nights: float,
    missing_captures: float,
    n_joiners: int,
) -> NDArray[np.bool_]:
    """Return whether each source was captured on each night, (n_sources, n_nights)."""
    captured = rng.random((n_sources, n_nights)) >= missing_captures
    captured &= rng.random(n_nights) >= missing_nights
    captured[n_sources - n_joiners :, : n_nights // 2] = False
    return captured


def _draw_slots(
    rng: np.random.Generator, chances: NDArray[np.float64], n_slots: int, stay: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return topic (n_topics where it is a one-off) and story of every slot.

    Both are (n_sources, n_nights, n_slots). A fresh slot carries one of a source's stories of
    the topic that are new that night; a staying slot carries what it carried.
    """
    n_sources, n_nights, _ = chances.shape
    edges = np.cumsum(chances, axis=2)
    draws = rng.random((n_sources, n_nights, n_slots))
    fresh = (draws[..., None] > edges[:, :, None, :]).sum(axis=3)
    number = np.arange(draws.size).reshape(draws.shape)
    origin = np.where(rng.random(draws.shape) >= stay, np.arange(n_nights)[None, :, None], 0)
    origin = np.maximum.accumulate(origin, axis=1)
    return (
        np.take_along_axis(fresh, origin, axis=1),
        np.take_along_axis(number, origin, axis=1),
    )


def _headline_table(
    captured: NDArray[np.bool_],
    topics: NDArray[np.int64],
    stories: NDArray[np.int64],
    slots: Mapping[str, int],
    n_topics: int,
) -> pl.DataFrame:
    """Return a headline table with one more column: topic, null for one-offs."""
    n_sources, n_nights, _ = topics.shape
    kinds = np.repeat(np.array(list(slots)), list(slots.values()))
    ranks = np.concatenate([np.arange(1, count + 1) for count in slots.values()])
    kept = pl.DataFrame(
        {
            "source": np.broadcast_to(np.arange(n_sources)[:, None, None], topics.shape).ravel(),
            "night": np.broadcast_to(np.arange(n_nights)[:, None], topics.shape).ravel(),
            "list_kind": np.broadcast_to(kinds, topics.shape).ravel(),
            "rank": np.broadcast_to(ranks, topics.shape).ravel(),
            "topic": topics.ravel(),
            "story": stories.ravel(),
        }
    ).filter(pl.Series(np.broadcast_to(captured[:, :, None], topics.shape).ravel()))
    topic = pl.when(pl.col("topic") < n_topics).then(_name("topic"))
    return kept.sort("night", "source", maintain_order=True).select(
        captured_at=(pl.lit(FIRST_NIGHT).cast(TIME) + pl.duration(hours=21))
        + pl.duration(days=pl.col("night")),
        source=_host(),
        list_kind="list_kind",
        rank=pl.col("rank").cast(pl.Int32),
        title=pl.concat_str(topic.otherwise(pl.lit("one-off")), pl.lit(" story "), "story"),
        url=pl.concat_str(pl.lit("https://www."), _host(), pl.lit("/"), "story"),
        topic=topic,
    )


def _attention(
    share: NDArray[np.float64], panel: NDArray[np.float64], captured: NDArray[np.bool_]
) -> pl.DataFrame:
    watched = captured.sum(axis=0)
    total = (panel * captured[:, :, None]).sum(axis=0)
    mean = np.divide(total, watched[:, None], out=np.zeros_like(total), where=watched[:, None] > 0)
    n_nights, n_topics = share.shape
    return pl.DataFrame(
        {
            "topic": np.tile(np.arange(n_topics), n_nights),
            "night": np.repeat(np.arange(n_nights), n_topics),
            "share": share.ravel(),
            "panel": mean.ravel(),
            "watched": np.repeat(watched, n_topics),
        }
    ).select(
        subject=_name("topic"),
        night=_night("night"),
        share="share",
        panel=pl.when(pl.col("watched") > 0).then("panel"),
    )


def _findings(shifts: Sequence[Shift], n_nights: int) -> pl.DataFrame:
    rows = [
        (shift.topic, "rise" if shift.factor > 1 else "fade", shift.night) for shift in shifts
    ] + [
        (shift.topic, "fade" if shift.factor > 1 else "rise", shift.until)
        for shift in shifts
        if shift.until is not None and shift.until < n_nights
    ]
    schema = {"topic": pl.Int64, "kind": pl.String, "night": pl.Int64}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .sort("night", "topic")
        .select(
            subject=_name("topic"),
            level=pl.lit("topic"),
            kind="kind",
            night=_night("night"),
            to=_night("night"),
            other=pl.lit(None, pl.String),
        )
    )


def _captures(captured: NDArray[np.bool_]) -> pl.DataFrame:
    source, night = captured.nonzero()
    frame = pl.DataFrame({"source": source, "night": night}).sort("night", "source")
    return frame.select(night=_night("night"), source=_host())


def _name(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit("topic-"), pl.col(column).cast(pl.String).str.zfill(2))


def _night(column: str) -> pl.Expr:
    return pl.lit(FIRST_NIGHT) + pl.duration(days=pl.col(column))


def _host() -> pl.Expr:
    number = pl.col("source").cast(pl.String).str.zfill(2)
    return pl.concat_str(pl.lit("outlet-"), number, pl.lit(".example"))
