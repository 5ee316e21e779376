"""What is stored behind one point of a curve: found, joined and put together."""

import difflib
from collections.abc import Collection
from datetime import date
from typing import Any, Final

import polars as pl

from tracker.config import Config
from tracker.errors import InputError, SubjectError
from tracker.nights.topic_views import read_labels
from tracker.nights.updates import Observed, observe_slots
from tracker.outputs.explanations import Explanation, Named
from tracker.store import Store
from tracker.tables import (
    ATTENTION,
    BODIES,
    CAPTURES,
    CHANNELS,
    LISTS,
    MEMBERS,
    SIGHTINGS,
    SIGNALS,
    THEMES,
    night_of,
)
from tracker.trends.coverage import describe_gaps
from tracker.trends.decomposition import Decomposition, Stretch, decompose_change
from tracker.trends.panels import Weighting, measure_panel
from tracker.trends.series import mark_partial
from tracker.trends.tracks import Rules
from tracker.trends.verdicts import Verdict, judge_subject

_CANDIDATES: Final = 8


def explain_point(
    store: Store, config: Config, name: str, night: date | None, channel: str | None
) -> Explanation:
    """Return what stands behind a subject's share on a night.

    Args:
        store: The study's store.
        config: Its settings.
        name: A theme or topic by name, label or id.
        night: The night; the one the study stands at if None.
        channel: The channel; the first that was ever observed if None.

    Raises:
        InputError: If the study was never updated, or knows nothing of that night.
        SubjectError: If there is no such subject or channel, or more than one subject.
    """
    attention = store.read(ATTENTION)
    night = _check_night(store, config, attention, night)
    subject = find_subject(store, attention, name)
    if channel is not None and channel not in CHANNELS:
        raise SubjectError(f"{channel}: no such channel; wanted {' or '.join(CHANNELS)}")
    if channel is None:
        seen = set(attention.filter(pl.col("share").is_not_null())["channel"].unique())
        channel = next((name for name in CHANNELS if name in seen), next(iter(CHANNELS)))
    stands = attention["night"].max()
    assert isinstance(stands, date)
    seen_then = _observe(store, config, stands)
    mine = pl.col("subject") == subject.key
    rows = attention.filter(mine, pl.col("night") == night, pl.col("channel") == channel)
    point = rows.row(0, named=True) if rows.height else {}
    marks = mark_partial(attention).filter(pl.col("night") == night, pl.col("channel") == channel)
    usual = marks["usual_sources"].to_list()
    state, reason = _name_state(point, seen_then, night, channel)
    signals = store.read(SIGNALS).filter(mine, pl.col("channel") == channel).sort("night")
    before = signals.filter(pl.col("night") < night, pl.col("kind").is_in(["rise", "fade"]))
    rules = _read_rules(config)
    verdict = judge_subject(attention, subject.key, night, channel, rules, panel=seen_then.panel)
    return Explanation(
        subject=subject,
        night=night,
        channel=channel,
        state=state,
        reason=reason,
        point=point,
        usual_sources=usual[0] if usual else None,
        partial=bool(marks["partial"].any()),
        headlines=_list_headlines(store, config, seen_then, subject.key, night, channel),
        sources=_list_sources(seen_then, subject.key, night, channel, config.attention.weighting),
        verdict=verdict,
        rules=rules,
        findings=signals.filter(pl.col("night") == night),
        earlier=before.tail(1),
        decomposition=_decompose(seen_then, config, subject.key, channel, verdict),
    )


def split_changes(
    store: Store, config: Config, points: Collection[tuple[str, date, str]]
) -> dict[tuple[str, date, str], Decomposition]:
    """Return how the changes behind some points split, of those that have one.

    Args:
        store: The study's store.
        config: Its settings.
        points: Subject (by key), night and channel of each.
    """
    attention = store.read(ATTENTION)
    stands = attention["night"].max()
    if not points or not isinstance(stands, date):
        return {}
    seen, rules = _observe(store, config, stands), _read_rules(config)
    found = {}
    for subject, night, channel in points:
        verdict = judge_subject(attention, subject, night, channel, rules, panel=seen.panel)
        parts = _decompose(seen, config, subject, channel, verdict)
        if parts is not None:
            found[subject, night, channel] = parts
    return found


def _observe(store: Store, config: Config, stands: date) -> Observed:
    """Return what counted up to the night the study stands at."""
    captures = store.read(CAPTURES).with_columns(
        night_of("captured_at", config.study.time_zone).alias("night")
    )
    return observe_slots(
        store, captures.filter(pl.col("night") <= stands), store.read(MEMBERS),
        store.read(THEMES), config, stands,
    )  # fmt: skip


def _read_rules(config: Config) -> Rules:
    settings = config.signals
    return Rules(
        settings.fdr, settings.baseline_nights, settings.history_nights, settings.min_nights,
        settings.min_ratio,
    )  # fmt: skip


def find_subject(store: Store, attention: pl.DataFrame, name: str) -> Named:
    """Return the one subject of a name, label or id.

    Raises:
        SubjectError: If there is none, or more than one: names those that come near.
    """
    labels = read_labels(store)
    keys = attention["subject"].unique().sort().to_list()
    subjects = [
        Named(key, labels.get(key, key), "topic" if key in labels else "theme") for key in keys
    ]
    wanted = name.strip().casefold()
    exact = [one for one in subjects if one.key == name.strip()]
    same = exact or [one for one in subjects if one.label.casefold() == wanted]
    found = same or [one for one in subjects if wanted and wanted in one.label.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{one.label} ({one.kind} {one.key})" for one in found[:_CANDIDATES])
        more = len(found) - _CANDIDATES
        rest = f"; and {more} more" if more > 0 else ""
        raise SubjectError(f"{name}: found {len(found)} subjects: {listed}{rest}; wanted one")
    known = {one.label.casefold(): one.label for one in subjects}
    near = [known[label] for label in difflib.get_close_matches(wanted, known, 3)]
    hint = f"; did you mean {' or '.join(near)}?" if near else "; tracker show themes lists some"
    raise SubjectError(f"{name}: no theme or topic of that name{hint}")


def _check_night(store: Store, config: Config, attention: pl.DataFrame, night: date | None) -> date:
    first, stands = attention["night"].min(), attention["night"].max()
    if not isinstance(first, date) or not isinstance(stands, date):
        raise InputError(f"{store.folder}: found nothing counted yet; run tracker update first")
    if night is None:
        return stands
    if night > stands:
        zone = config.study.time_zone
        last = store.scan(CAPTURES).select(night_of("captured_at", zone).max()).collect().item()
        hint = "run tracker update" if last >= night else f"nothing was taken in after {last}"
        raise InputError(f"{night}: the study stands at {stands}; {hint}")
    if night < first:
        raise InputError(f"{night}: found no night before {first}, the study's first")
    return night


def _name_state(
    point: dict[str, Any], seen: Observed, night: date, channel: str
) -> tuple[str, str | None]:
    if not point:
        return "unborn", None
    if point["share"] is not None:
        return ("shown" if point["share"] > 0 else "absent"), None
    here = seen.coverage.filter(pl.col("night") == night, pl.col("channel") == channel)
    gaps = describe_gaps(here)
    reason = gaps["reason"][0] if gaps.height else "no source shows such lists"
    came = here["state"].is_in(["broken", "failed"]).any()
    return ("broken" if came else "unobserved"), reason


def _list_sources(
    seen: Observed, subject: str, night: date, channel: str, weighting: Weighting
) -> pl.DataFrame:
    at = (pl.col("night") == night, pl.col("channel") == channel)
    here = measure_panel(
        seen.slots, seen.stretches.filter(pl.col("subject") == subject),
        first_night=night, last_night=night, weighting=weighting,
    ).shares  # fmt: skip
    shares = here.filter(pl.col("channel") == channel)
    return (
        seen.coverage.filter(*at)
        .rename({"slots": "observed_slots"})
        .join(shares.select("source", "share", "slots"), on="source", how="left")
        .with_columns(
            pl.col("slots").fill_null(0),
            pl.when(pl.col("state") == "observed").then(pl.col("share").fill_null(0.0)),
        )
        .select("source", "state", "reason", "slots", "observed_slots", "share")
        .sort("share", "source", descending=[True, False], nulls_last=True)
    )


def _list_headlines(
    store: Store, config: Config, seen: Observed, subject: str, night: date, channel: str
) -> pl.DataFrame:
    """Return the headlines that carried the subject, the most prominent first."""
    members = seen.stretches.filter(
        pl.col("subject") == subject,
        pl.col("from_night") <= night,
        pl.col("to_night").is_null() | (pl.col("to_night") >= night),
    )
    slots = seen.slots.filter(pl.col("night") == night, pl.col("channel") == channel)
    slots = slots.join(members, on="headline_id", how="semi")
    kept = store.scan(BODIES).select("body", pl.col("path").alias("warc"), "offset").collect()
    captures = store.scan(CAPTURES).select(
        "capture_id", "captured_at", "body", pl.col("url").alias("capture_url")
    )
    details = (
        slots.select("capture_id", "list_id", "rank", "headline_id", "source").lazy()
        .join(store.scan(SIGHTINGS).select("capture_id", "list_id", "rank", "title", "url"),
              on=["capture_id", "list_id", "rank"])
        .join(store.scan(LISTS).select("capture_id", "list_id", "kind", "heading"),
              on=["capture_id", "list_id"])
        .join(captures, on="capture_id")
        .collect()
    )  # fmt: skip
    last = pl.col("title", "url", "kind", "heading", "capture_url", "captured_at", "body")
    return (
        details.sort("captured_at", "capture_id")
        .group_by("source", "headline_id", "list_id", maintain_order=True)
        .agg(last.last(), pl.col("rank").min(), pl.len().alias("slots"))
        .join(_measure_dwell(store, config, details["headline_id"], night), on="headline_id")
        .join(kept, on="body", how="left")
        .sort("slots", "rank", "source", "headline_id", descending=[True, False, False, False])
        .select(
            "source", "title", "url", "kind", "heading", "rank", "slots", "dwell_hours",
            "first_seen", "last_seen", "capture_url", "captured_at", "warc", "offset",
        )
    )  # fmt: skip


def _measure_dwell(store: Store, config: Config, headlines: pl.Series, night: date) -> pl.DataFrame:
    """Return when each headline was first and last seen up to a night, and the time between."""
    zone = config.study.time_zone
    return (
        store.scan(SIGHTINGS)
        .filter(pl.col("headline_id").is_in(headlines.unique().implode()))
        .filter(night_of("captured_at", zone) <= night)
        .group_by("headline_id")
        .agg(
            pl.col("captured_at").min().alias("first_seen"),
            pl.col("captured_at").max().alias("last_seen"),
        )
        .with_columns(
            ((pl.col("last_seen") - pl.col("first_seen")).dt.total_seconds() / 3600)
            .round(1)
            .alias("dwell_hours")
        )
        .collect()
    )


def _decompose(
    seen: Observed, config: Config, subject: str, channel: str, verdict: Verdict
) -> Decomposition | None:
    test = verdict.strongest
    if test is None or test["before_to"] < test["before_from"]:
        return None
    return decompose_change(
        seen.slots, seen.stretches, subject, channel,
        Stretch(test["before_from"], test["before_to"]), Stretch(test["from"], test["to"]),
        weighting=config.attention.weighting,
    )  # fmt: skip
