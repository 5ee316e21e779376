"""The nights on which a share left its own level, tested against its own past.

Steps: on every night and for every subject, the share of the last 1, 3 and 7 nights is compared
with that of up to 28 nights before, since the subject's latest change of level, over the same
sources. Descents: from a rise on, the last 7 and 14 nights are compared with half of the best 7
and 14 since, until they are below it; slow fades have no step.

Counts are the shares times the effective numbers of headlines, both divided by an inflation: how
much more, on this subject, two such blocks of nights with a gap between them have differed than
independent headlines would make them. Wandering and autocorrelation make that number large, and
then the same rise proves less. Given both counts together, the later one is binomial if nothing
changed. The p-values of all subjects and channels of a night go through false discovery control,
steps and descents apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.trends.evidence import Evidence, control
from tracker.trends.intervals import Floats
from tracker.trends.rules import BLOCKS, LONG_BLOCKS, Rules
from tracker.trends.series import Series
from tracker.trends.tracks import Commons, Track
from tracker.trends.windows import Indices


@dataclass(frozen=True, slots=True)
class Change:
    """One change of level.

    Attributes:
        series: Index of the series (channel) it was found in.
        subject: Index of the subject in that series.
        night: Index of the night it was found.
        since: Index of the first night of the new level.
        from_peak: Whether it is a descent below half of the peak, not a step from the level.
        value: New share minus old share.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
        p: p-value, over all tests of the subject that night.
        q: p-value after false discovery control over the night.
    """

    series: int
    subject: int
    night: int
    since: int
    from_peak: bool
    value: float
    low: float
    high: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one night's tests said; sequences have one entry a series.

    Attributes:
        night: Index of the night.
        subjects: Whom the arrays below speak of, as indices in the series: of all others there
            was nothing to compare.
        began: Whether anything was observed by that night.
        ready: Whether there may be findings that night.
        steps: Evidence that the level was left.
        descents: Evidence that half of the peak was.
        steps_q: p-values of the steps after false discovery control; NaN outside the family.
        descents_q: Those of the descents.
        steps_limits: Per family, the p-value that a step must be able to attain to be judged.
        descents_limits: Those of the descents.
        commons: What the blocks of all subjects had in common, by their length.
    """

    night: int
    subjects: Sequence[Indices]
    began: Sequence[bool]
    ready: Sequence[bool]
    steps: Sequence[Evidence]
    descents: Sequence[Evidence]
    steps_q: Sequence[Floats]
    descents_q: Sequence[Floats]
    steps_limits: Sequence[float]
    descents_limits: Sequence[float]
    commons: Sequence[Mapping[int, Commons]]

    def find(self, fdr: float) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Yield which subjects stepped, and which fell below half of their peak, per series."""
        for step, descent in zip(self.steps_q, self.descents_q, strict=True):
            fallen = descent <= fdr
            yield (step <= fdr) & ~fallen, fallen


def judge_nights(tracks: Sequence[Track], nights: range) -> Iterator[Judgement]:
    """Yield what the tests of each night say, given the changes found on the nights before.

    Args:
        tracks: One per channel, of the same nights; they follow.
        nights: The nights to test, the first of them the one after that followed last.
    """
    fdr = tracks[0].rules.fdr if tracks else 0.0
    for night in nights:
        for track in tracks:
            track.follow(night)
        verdicts = [track.judge(night) for track in tracks]
        ready = [track.is_ready(night) for track in tracks]
        steps, descents = ([verdict[kind] for verdict in verdicts] for kind in (0, 1))
        families = [track.window.families for track in tracks]
        steps_q, steps_limits = _control(steps, families, ready, fdr)
        descents_q, descents_limits = _control(descents, families, ready, fdr)
        judgement = Judgement(
            night=night,
            subjects=[track.window.subjects for track in tracks],
            began=[bool(track.series.observed[: night + 1].any()) for track in tracks],
            ready=ready,
            steps=steps,
            descents=descents,
            steps_q=steps_q,
            descents_q=descents_q,
            steps_limits=steps_limits,
            descents_limits=descents_limits,
            commons=[dict(track.commons) for track in tracks],
        )
        yield judgement
        for at, (stepped, fallen) in enumerate(judgement.find(fdr)):
            found = np.flatnonzero(fallen | stepped)
            if len(found):
                since = _date_changes(judgement, at, stepped, fallen)
                rises = stepped & (steps[at].recent > steps[at].base)
                who = judgement.subjects[at][found]
                tracks[at].accept(who, since[found], rises[found], fallen[found])


def find_changes(series: Sequence[Series], rules: Rules) -> list[Change]:
    """Return every change of level, in the order of the nights.

    Each night is judged by itself and the nights before it: the changes up to a night are the
    same whatever came later. A subject has at most one change a night.

    Args:
        series: One per channel, of the same nights.
        rules: What a finding needs.

    Source:
        Tests: see `tracker.trends.evidence`. Inflation from overlapping blocks: Meketon and
        Schmeiser (1984); differences bounded: Huber (1964); see also `tracker.trends.noises`.
    """
    tracks = [Track(one, rules) for one in series]
    nights = range(series[0].n_nights if series else 0)
    return [
        change
        for judgement in judge_nights(tracks, nights)
        for change in list_changes(judgement, rules.fdr)
    ]


def list_changes(judgement: Judgement, fdr: float) -> list[Change]:
    """Return the changes that one night's tests found."""
    changes: list[Change] = []
    for at, (stepped, fallen) in enumerate(judgement.find(fdr)):
        if not (fallen | stepped).any():
            continue
        since = _date_changes(judgement, at, stepped, fallen)
        steps, descents = judgement.steps[at], judgement.descents[at]
        night = judgement.night
        who = judgement.subjects[at]
        changes += _report(at, night, who, stepped, since, steps, judgement.steps_q[at])
        changes += _report(
            at, night, who, fallen, since, descents, judgement.descents_q[at], from_peak=True
        )
    return changes


def _control(
    evidence: Sequence[Evidence],
    families: Sequence[Sequence[slice]],
    ready: Sequence[bool],
    fdr: float,
) -> tuple[list[Floats], list[float]]:
    """Return p-values after false discovery control, per series, and the limit of each family."""
    limits = []
    found = [np.full(len(one.p), np.nan) for one in evidence]
    on = [at for at, is_on in enumerate(ready) if is_on]
    for family in zip(*(families[at] for at in on), strict=True):
        p = [evidence[at].p[part] for at, part in zip(on, family, strict=True)]
        least = [evidence[at].attainable[part] for at, part in zip(on, family, strict=True)]
        q, limit = control(np.concatenate(p), np.concatenate(least), fdr)
        limits.append(limit)
        ends = np.cumsum([len(one) for one in p])[:-1]
        for at, part, own in zip(on, family, np.split(q, ends), strict=True):
            found[at][part] = own
    return found, limits


def _date_changes(
    judgement: Judgement, at: int, stepped: NDArray[np.bool_], fallen: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the first night of each subject's new level; -1 where there is none."""
    end = judgement.night + 1
    since = np.where(stepped, end - np.take(BLOCKS, judgement.steps[at].pick), -1)
    return np.where(fallen, end - np.take(LONG_BLOCKS, judgement.descents[at].pick), since)


def _report(
    index: int,
    night: int,
    who: Indices,
    found: NDArray[np.bool_],
    since: NDArray[np.intp],
    evidence: Evidence,
    q: Floats,
    *,
    from_peak: bool = False,
) -> Iterator[Change]:
    bounds = evidence.bounds()
    for at in np.flatnonzero(found):
        yield Change(
            series=index,
            subject=int(who[at]),
            night=night,
            since=int(since[at]),
            from_peak=from_peak,
            value=float(evidence.recent[at] - evidence.base[at]),
            low=float(bounds.low[at]),
            high=float(bounds.high[at]),
            p=float(evidence.p[at]),
            q=float(q[at]),
        )
