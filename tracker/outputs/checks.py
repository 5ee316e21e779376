"""Is the study whole, and was everything observed that should have been?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tracker.collector.harvest.identity import name_pointed
from tracker.collector.harvest.pages import PARSER
from tracker.collector.sources import name_source
from tracker.errors import StoreError
from tracker.intakes.override_uses import describe_end
from tracker.intakes.source_views import judge_sources
from tracker.names import count
from tracker.nights.counts import find_stand
from tracker.nights.models import read_model
from tracker.outputs.views import view_sources
from tracker.study import Study
from tracker.tables import CAPTURES, CORRECTIONS, LABELS, LISTS, RUNS, TABLES, night_of


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: What it is.
        good: Whether it is as it should be.
        message: What was found.
    """

    what: str
    good: bool
    message: str


def check_study(study: Study) -> list[Finding]:
    """Return what was found of a study's settings, tables, runs and sources.

    A source is late when more than three times its usual pause has passed since its last capture,
    counted to the latest capture of the study, not to now: an archive does not age.
    """
    findings = [Finding("folder", study.store.exists, _describe_folder(study))]
    findings += _check_tables(study)
    if not all(finding.good for finding in findings):
        return findings
    return [
        *findings, *_check_runs(study), *_check_parsers(study), *_check_update(study),
        *_check_corrections(study), *_check_labels(study), *_check_sources(study),
    ]  # fmt: skip


def sum_up(findings: Sequence[Finding], *, every: bool = False) -> list[Finding]:
    """Return what people are told: what is not as it should be, then the rest in few lines.

    Args:
        findings: As `check_study` returns them.
        every: Leave each as it is.
    """
    bad = [finding for finding in findings if not finding.good]
    good = [finding for finding in findings if finding.good]
    kinds: dict[str, list[Finding]] = {}
    for finding in good:
        kinds.setdefault(finding.what.partition(" ")[0], []).append(finding)
    told = []
    for kind, some in kinds.items():
        summed = Finding(f"{kind}s", True, f"{len(some):,} are as they should be")
        told += some if every or len(some) == 1 else [summed]
    return [*bad, *told]


def _describe_folder(study: Study) -> str:
    where = study.folder
    return f"{where}" if study.store.exists else f"{where} holds no study yet; run tracker ingest"


def _check_tables(study: Study) -> list[Finding]:
    findings = []
    for name, table in TABLES.items():
        try:
            rows = study.store.scan(table).select(pl.len()).collect().item()
        except StoreError as error:
            findings.append(Finding(f"table {name}", False, str(error)))
        else:
            findings.append(Finding(f"table {name}", True, count(rows, "row")))
    return findings


def _check_runs(study: Study) -> list[Finding]:
    # What was cut off in the middle of the topics is ended by the next update too.
    updates = pl.col("command").is_in(["update", "replay"])
    updates |= pl.col("command").str.starts_with("topics ")
    runs = study.store.read(RUNS).with_columns(
        ends=pl.when(updates).then(pl.lit("update")).otherwise("command")
    )
    done = runs.filter(pl.col("finished_at").is_not_null(), pl.col("outcome") != "failed")
    latest = done.group_by("ends").agg(pl.col("started_at").max().alias("done_at"))
    cut = (
        runs.filter(pl.col("finished_at").is_null())
        .join(latest, on="ends", how="left")
        .filter(pl.col("done_at").is_null() | (pl.col("done_at") < pl.col("started_at")))
    )
    findings = []
    for run in cut.iter_rows(named=True):
        when = f"{run['command']} of {run['started_at']:%Y-%m-%d %H:%M} UTC was cut off"
        again = "tracker update goes on" if run["ends"] == "update" else "run it again"
        findings.append(Finding(f"run {run['run_id']}", False, f"{when}; {again}"))
    return findings or [Finding("runs", True, "none was cut off")]


def _check_parsers(study: Study) -> list[Finding]:
    old = pl.col("body").is_not_null() & (pl.col("parser") != PARSER)
    count = study.store.scan(CAPTURES).filter(old).select(pl.len()).collect().item()
    if not count:
        return [Finding("pages", True, "all were read by this version of the harvester")]
    message = f"{count:,} were read by another version of the harvester; run tracker reharvest"
    return [Finding("pages", False, message)]


def _check_update(study: Study) -> list[Finding]:
    zone = study.config.study.time_zone
    captures = study.store.scan(CAPTURES).select(night_of("captured_at", zone).max()).collect()
    captured = captures.item()
    stands = find_stand(study.store)
    if False in read_model(study.store)["finished"]:
        message = "a remodel of the topics was cut off; tracker update ends it"
        return [Finding("update", False, message)]
    if captured is None or stands == captured:
        return [Finding("update", True, "everything taken in has been counted")]
    until = f"the study stands at {stands}" if stands else "nothing was counted yet"
    message = f"{until}, pages were taken in up to {captured}; run tracker update"
    return [Finding("update", False, message)]


def _check_corrections(study: Study) -> list[Finding]:
    rows = study.store.read(CORRECTIONS)
    void = rows.filter(pl.col("state") == "void").sort("made_at")
    held = rows.filter(pl.col("state") == "standing").height
    if rows.is_empty() or void.is_empty():
        return [Finding("corrections", True, f"{held:,} hold, none is void")]
    notes = [f"{row['correction_id']} ({row['note']})" for row in void.iter_rows(named=True)]
    message = f"{held:,} hold, {len(notes):,} are void: {', '.join(notes)}"
    return [Finding("corrections", False, f"{message}; tracker topics undo clears them away")]


def _check_labels(study: Study) -> list[Finding]:
    """Return whether the label writer, if there is one, answered on the last update."""
    settings = study.config.labels
    if not settings.url:
        return []
    rows = study.store.read(LABELS).filter(pl.col("writer") == settings.model)
    message = f"{rows['label'].count():,} written by {settings.model}"
    if rows["problem"].count():
        message += f", {count(rows['problem'].count(), 'answer')} that could not be used"
    runs = study.store.read(RUNS).sort("started_at", descending=True)
    said = (json.loads(details).get("labels") for details in runs["details"])
    problems: list[str] = next((found["problems"] for found in said if found), [])
    return [Finding("labels", not problems, "; ".join([message, *problems]))]


def _average(mean: float, noun: str) -> str:
    return count(int(mean) if mean.is_integer() else mean, noun)


def _count_missing(study: Study) -> dict[str, int]:
    """Return how many expected lists the last captures of each source lack."""
    last = (
        study.store.scan(CAPTURES)
        .filter(pl.col("captured_at") == pl.col("captured_at").max().over("source"))
        .select("capture_id", "source")
    )
    lists = study.store.scan(LISTS).filter(pl.col("outcome") == "missing")
    counts = lists.join(last, on="capture_id").group_by("source").len().collect()
    return dict(counts.iter_rows())


def _check_overrides(study: Study, source: str, last: datetime) -> list[Finding]:
    """Return a finding for each override of a source that its last capture went without.

    Also for those that no capture ever matched.
    """
    holding = study.config.overrides_at(source, last)
    names = {override: name_pointed(override) for override in holding}
    captures = study.store.scan(CAPTURES).filter(pl.col("source") == source).select("capture_id")
    lists = study.store.scan(LISTS).filter(pl.col("list_id").is_in(list(names.values())))
    seen = lists.join(captures, on="capture_id").collect()["list_id"] if names else ()
    messages = [
        f"{describe_end(override)}; renew or remove it"
        for override in study.config.find_overrides(source)
        if override not in holding
    ] + [
        f"the override {override.selector} matched nothing on any capture; correct it, or run "
        "tracker reharvest if it is new"
        for override, name in names.items()
        if name not in set(seen)
    ]
    return [Finding(f"source {source}", False, message) for message in messages]


def _check_sources(study: Study) -> list[Finding]:
    sources = view_sources(study.store)
    if sources.is_empty():
        return [Finding("sources", False, "nothing was captured yet; run tracker ingest")]
    latest = max(sources["last_capture"].to_list())
    missing = _count_missing(study)
    judged = judge_sources(study.store, study.config).select("source", "breaks")
    breaks: dict[str, list[str]] = dict(judged.iter_rows())
    findings = []
    for row in sources.iter_rows(named=True):
        span = row["last_capture"] - row["first_capture"]
        pause = max(span / max(row["captures"] - 1, 1), timedelta(days=1))
        late = latest - row["last_capture"] > 3 * pause
        broken = row["without_lists"] == row["captures"]
        message = (
            f"{count(row['captures'], 'capture')}, last {row['last_capture']:%Y-%m-%d %H:%M} UTC, "
            f"{_average(row['mean_slots'], 'headline')} in "
            f"{_average(row['mean_lists'], 'list')} each"
        )
        if late:
            message += f"; nothing since, while others were seen until {latest:%Y-%m-%d}"
        if broken:
            message += "; no list was ever found"
        lost = missing.get(row["source"], 0)
        if lost:
            message += f"; missing from the last capture: {count(lost, 'list')} always there before"
        for line in breaks[row["source"]]:
            message += f"; broken: {line}"
        good = not (late or broken or lost or breaks[row["source"]])
        findings.append(Finding(f"source {row['source']}", good, message))
        findings += _check_overrides(study, row["source"], row["last_capture"])
    seen = set(sources["source"])
    return findings + [
        Finding(f"source {source.name}", False, f"configured ({source.url}), never captured")
        for source in study.config.source
        if source.name not in seen and name_source(source.url) not in seen
    ]
