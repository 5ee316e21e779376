"""What pages work out anew when a reader chooses a time, sources or the readers' lists."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, Final

import polars as pl

from tracker.plotter.findings import QUIET, SLIGHT, Finding, tell_lacking
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject

_IN_TIME: Final = " in this time"
_CELL = ["channel", "source", "night"]


def read_cells(prepared: Prepared, subjects: Iterable[Subject]) -> dict[str, Any]:
    """Return what each source gave each subject on each night, as plain data.

    Per channel and source what the slots observed on each night weigh; per subject, channel and
    source a flat list of three numbers a night that had any: nights since the one before (the
    first counts from the study's first night), what its slots weigh, and headlines never seen
    before. The mean over sources of weight of the subject / weight observed is the share in the
    attention table; a topic has one from the night `born` on.
    """
    nights = {night: i for i, night in enumerate(prepared.curves.nights)}
    sources: list[str] = prepared.slots.coverage["source"].unique().sort().to_list()
    place = {source: i for i, source in enumerate(sources)}
    totals = prepared.slots.totals.filter(pl.col("night") >= prepared.curves.nights[0])
    observed: dict[str, list[list[float]]] = {
        c: [[0] * len(nights) for _ in sources] for c in prepared.curves.channels
    }
    for channel, source, night, weight in totals.select(*_CELL, "weight").iter_rows():
        observed[channel][place[source]][nights[night]] = _short(weight)
    found: dict[str, dict[str, Any]] = {
        s.key: {"kind": s.kind, "born": _born(prepared, s)} for s in subjects
    }
    first = prepared.slots.rows.group_by("headline_id", "channel").agg(
        pl.col("night").min().alias("first")
    )
    cells = (
        prepared.slots.mentions.filter(
            pl.col("night") >= prepared.curves.nights[0], pl.col("subject").is_in(list(found))
        )
        .join(first, on=["headline_id", "channel"])
        .group_by("subject", *_CELL)
        .agg(
            pl.col("weight").sum(),
            pl.col("headline_id")
            .filter(pl.col("night") == pl.col("first"))
            .n_unique()
            .alias("new"),
        )
        .sort("subject", *_CELL)
    )
    before: dict[tuple[str, str, str], int] = {}
    for key, channel, source, night, weight, new in cells.iter_rows():
        at = nights[night]
        own = found[key].setdefault(channel, {}).setdefault(str(place[source]), [])
        own.extend((at - before.get((key, channel, source), 0), _short(weight), new))
        before[key, channel, source] = at
    return {"sources": sources, "observed": observed, "subjects": found}


def _short(weight: float) -> float:
    """Return a weight in as few digits as a share needs; whole where every slot counts one."""
    short = round(weight, 4)
    return int(short) if short.is_integer() else short


def _born(prepared: Prepared, subject: Subject) -> int:
    """Return the place of the night from which on a subject could be seen at all."""
    if subject.kind == "theme":
        return 0
    curves = [prepared.curves.by_subject.get((subject.key, c)) for c in prepared.curves.channels]
    begun = [
        next((i for i, share in enumerate(curve.share) if share is not None), 0)
        for curve in curves
        if curve is not None
    ]
    return min(begun, default=0)


def read_told(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings as plain data, and what to say where there are none of a kind.

    A finding is night, subject, kind, channel, words, change and size. `lacking` is what
    `tell_lacking` says of each set of kinds, in the order of `kinds`, without slight topics and
    with some; `slight` is what is said of one of these and of several.
    """
    rows = [
        [str(f.night), f.subject.key, f.kind, f.channel, f.headline, f.change, round(f.value, 4)]
        for f in findings
        if f.kind != "burst"
    ]
    kinds = list(QUIET)
    lacking = {
        " ".join(found): [
            tell_lacking(found, _IN_TIME, some_slight=some_slight) for some_slight in (False, True)
        ]
        for n in range(len(kinds) + 1)
        for found in combinations(kinds, n)
    }
    return {"rows": rows, "kinds": kinds, "lacking": lacking, "slight": SLIGHT}
