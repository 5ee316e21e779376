"""What is stored behind one point of a curve: found, joined and put together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tracker.config import Config
from tracker.errors import InputError, SubjectError
from tracker.names import (
    choose_named,
    find_same,
    mark_same,
    part_kind,
    part_mark,
    tell_namesakes,
)
from tracker.nights.counts import (
    list_births,
    read_attention,
    read_counted_night,
    read_panel,
    read_rules,
    read_stretches,
    read_themes,
)
from tracker.nights.heirs import follow_heirs
from tracker.nights.mergers import list_mergers
from tracker.nights.pasts import follow_mergers, scan_counted
from tracker.nights.topic_views import read_labels
from tracker.outputs.beginnings import tell_beginning, tell_merger
from tracker.outputs.explanations import Explanation, Named
from tracker.outputs.point_headlines import list_headlines
from tracker.store import Store
from tracker.tables import (
    ATTENTION,
    CAPTURES,
    CHANNELS,
    COVERAGE,
    FAMILIES,
    MEMBERS,
    NOISES,
    SIGNALS,
    SLOTS,
    night_of,
)
from tracker.trends.coverage import count_sources, describe_gaps, find_first
from tracker.trends.decomposition import Decomposition, Stretch, decompose_change
from tracker.trends.memories import Judged
from tracker.trends.panels import COUNTED, Panel
from tracker.trends.series import Series, mark_partial
from tracker.trends.standing import name_epochs
from tracker.trends.verdicts import NO_VERDICT, Verdict, judge_points


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
    stands = read_counted_night(store)
    coverage = store.read(COVERAGE)
    night = _check_night(store, config, coverage, stands, night)
    subject = find_subject(store, config, name)
    channel = _check_channel(coverage, channel)
    mine = pl.col("subject") == subject.key
    here = pl.col("channel") == channel
    themes = [subject.key] if subject.kind == "theme" else []
    attention = read_attention(store, coverage, [subject.key], themes=themes, night=stands)
    rows = attention.filter(pl.col("night") == night, here)
    point = rows.row(0, named=True) if rows.height else {}
    marks = mark_partial(count_sources(coverage)).filter(pl.col("night") == night, here)
    usual = marks["usual_sources"].to_list()
    signals = store.scan(SIGNALS).filter(mine, here).collect().sort("night")
    before = signals.filter(pl.col("night") < night, pl.col("kind").is_in(["rise", "fade"]))
    looked = _look(store, config, coverage, [(subject.key, night)], channel)
    verdict = looked.verdicts[subject.key, night]
    state, reason = _name_state(point, coverage, night, channel)
    merger = list_mergers(store).get(subject.key)
    if merger is not None and night < merger.night:
        merger = None
    if state == "absent" and merger is not None:
        state, reason = "merged", tell_merger(store, merger)
    if state == "unborn" and subject.kind == "topic":
        reason = tell_beginning(store, subject.key, night)
    return Explanation(
        subject=subject,
        night=night,
        channel=channel,
        state=state,
        reason=reason,
        merged=merger,
        point=point,
        usual_sources=usual[0] if usual else None,
        partial=bool(marks["partial"].any()),
        headlines=list_headlines(store, config, looked.stretches, subject.key, night, channel),
        sources=_list_sources(looked, subject.key, night, channel),
        verdict=verdict,
        rules=read_rules(config),
        findings=signals.filter(pl.col("night") == night),
        earlier=before.tail(1),
        decomposition=_decompose(store, config, looked, subject.key, channel, verdict),
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
    if not points:
        return {}
    coverage = store.read(COVERAGE)
    found = {}
    for channel in sorted({channel for _, _, channel in points}):
        wanted = [(subject, night) for subject, night, where in points if where == channel]
        looked = _look(store, config, coverage, wanted, channel)
        for (subject, night), verdict in looked.verdicts.items():
            parts = _decompose(store, config, looked, subject, channel, verdict)
            if parts is not None:
                found[subject, night, channel] = parts
    return found


@dataclass(frozen=True)
class _Looked:
    """What is kept of some subjects in one channel.

    Attributes:
        coverage: COVERAGE.
        stretches: Their headlines, as `list_stretches` says.
        panel: The sources' own shares of them, under the sources' own names.
        verdicts: The tests, by subject and night.
    """

    coverage: pl.DataFrame
    stretches: pl.DataFrame
    panel: Panel
    verdicts: dict[tuple[str, date], Verdict]


def _look(
    store: Store,
    config: Config,
    coverage: pl.DataFrame,
    points: Collection[tuple[str, date]],
    channel: str,
) -> _Looked:
    """Return what is kept of the subjects of some points, and judge these."""
    first = find_first(coverage)
    subjects = sorted({subject for subject, _ in points})
    stretches = read_stretches(store, subjects)
    panel = read_panel(store, config, stretches, coverage)
    own, here = pl.col("subject").is_in(subjects), pl.col("channel") == channel
    attention = store.scan(ATTENTION).filter(own).collect()
    begun = coverage.filter(here, pl.col("slots") > 0)["night"].min()
    verdicts = dict.fromkeys(points, NO_VERDICT)
    points = [point for point in points if isinstance(begun, date) and point[1] >= begun]
    if attention.is_empty() or not points:
        return _Looked(coverage, stretches, panel, verdicts)
    nights = [night for _, night in points]
    kept = Judged(
        store.scan(SIGNALS).filter(own, here).collect(),
        store.scan(NOISES).filter(here, pl.col("night") <= max(nights)).collect(),
        store.scan(FAMILIES).filter(pl.col("night").is_in(nights)).collect(),
    )
    last = max(nights)
    themes = read_themes(store, config).intersection(subjects)
    series = Series.stack(
        attention,
        channel,
        name_epochs(panel, coverage),
        first_night=first,
        last_night=last,
        born=list_births(stretches, themes, first, last),
    )
    verdicts |= judge_points(points, channel, series, read_rules(config), kept)
    return _Looked(coverage, stretches, panel, verdicts)


def find_subject(store: Store, config: Config, name: str) -> Named:
    """Return the one subject of a name, label or id.

    Raises:
        SubjectError: If there is none, or more than one: names those that come near.
    """
    labels = read_labels(store)
    # One merged away on the night it was split off has nothing but the past it was given.
    members = [
        rows.select("topic_id").unique() for rows in (store.scan(MEMBERS), scan_counted(store))
    ]
    topics = pl.concat(members).collect()["topic_id"]
    keys = sorted({*topics.drop_nulls(), *read_themes(store, config)})
    names = {key: labels.get(key, key) for key in keys}
    kinds = {key: "topic" if key in labels else "theme" for key in keys}
    gone = list_mergers(store)
    key = choose_named(name, names, kinds, gone)
    by_id = key.startswith(part_mark(name)[1] or name)
    by_name = part_kind(name)[0] is None and (kinds[key] == "theme" or not by_id)
    there = {one: called for one, called in names.items() if one == key or one not in gone}
    also = tell_namesakes(key, there, kinds) if by_name else None
    return Named(key, names[key], _name_apart(store, key, names, kinds), kinds[key], also)


def _name_apart(store: Store, key: str, names: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Return the name under which charts show a subject."""
    same = find_same(names[key], names)
    if kinds[key] == "theme" or len(same) == 1:
        return names[key]
    counted = set(store.scan(ATTENTION).select(pl.col("subject").unique()).collect()["subject"])
    gone = {**follow_mergers(store), **follow_heirs(store)}.keys() - counted
    topics = {one: names[one] for one in same if kinds[one] == "topic"}
    themes = [names[one] for one in same if kinds[one] == "theme"]
    return mark_same(topics, themes, gone)[key]


def _check_night(
    store: Store, config: Config, coverage: pl.DataFrame, stands: date, night: date | None
) -> date:
    first = find_first(coverage)
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


def _check_channel(coverage: pl.DataFrame, channel: str | None) -> str:
    if channel is not None and channel not in CHANNELS:
        raise SubjectError(f"{channel}: no such channel; wanted {' or '.join(CHANNELS)}")
    seen = set(coverage.filter(pl.col("slots") > 0)["channel"].unique())
    first = next((name for name in CHANNELS if name in seen), next(iter(CHANNELS)))
    return channel or first


def _name_state(
    point: dict[str, Any], coverage: pl.DataFrame, night: date, channel: str
) -> tuple[str, str | None]:
    if not point:
        return "unborn", "nothing was known of it yet"
    if point["share"] is not None:
        return ("shown" if point["share"] > 0 else "absent"), None
    here = coverage.filter(pl.col("night") == night, pl.col("channel") == channel)
    gaps = describe_gaps(here)
    reason = gaps["reason"][0] if gaps.height else "no source shows such lists"
    came = here["state"].is_in(["broken", "failed"]).any()
    return ("broken" if came else "unobserved"), reason


def _list_sources(looked: _Looked, subject: str, night: date, channel: str) -> pl.DataFrame:
    at = (pl.col("night") == night, pl.col("channel") == channel)
    shares = looked.panel.shares.filter(pl.col("subject") == subject, *at)
    return (
        looked.coverage.filter(*at)
        .rename({"slots": "observed_slots"})
        .join(shares.select("source", "share", "slots"), on="source", how="left")
        .with_columns(
            pl.col("slots").fill_null(0),
            pl.when(pl.col("state") == "observed").then(pl.col("share").fill_null(0.0)),
        )
        .select("source", "state", "reason", "slots", "observed_slots", "share")
        .sort("share", "source", descending=[True, False], nulls_last=True)
    )


def _decompose(
    store: Store, config: Config, looked: _Looked, subject: str, channel: str, verdict: Verdict
) -> Decomposition | None:
    test = verdict.strongest
    if test is None or test["before_to"] < test["before_from"]:
        return None
    nights = pl.col("night").is_between(test["before_from"], test["to"])
    slots = store.scan(SLOTS).filter(nights, pl.col("channel") == channel).select(COUNTED)
    return decompose_change(
        slots.collect(), looked.stretches, subject, channel,
        Stretch(test["before_from"], test["before_to"]), Stretch(test["from"], test["to"]),
        weighting=config.attention.weighting,
    )  # fmt: skip
