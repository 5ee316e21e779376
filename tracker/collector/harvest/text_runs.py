"""Runs of listed headlines in a text, with the heading above each."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.kinds import find_label
from tracker.collector.harvest.text_lines import Line, Look, find_kind
from tracker.collector.harvest.titles import clean_title

_WIDEST_GAP: Final = 6
_HEADING_REACH: Final = 5
_LONGEST_HEADING: Final = 8
_LISTED: Final = frozenset({Look.DATED, Look.TITLE, Look.SENTENCE})
"""Looks of what stands last in a list, above a link to more of it."""
_ONLY: Final = 0.9
"""Share of a line from which its label is all it says."""
_MOSTLY: Final = 0.4
"""Share of a line from which its label is most of it, as in headings of a source's own."""
_RANK: Final = re.compile(r"(\d{1,3})(?:[.):\]]|\s|(?=\D))\s*(?=\D)")
_KICKER: Final = re.compile(r"^\S.{0,60}? : (?=[^\w\s]*(?:[^\W\d_a-z]|\d))")
_KICKED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """A run of listed headlines.

    Attributes:
        heading: The heading above it; empty where there is none.
        titles: The headlines, clean, in order.
    """

    heading: str
    titles: tuple[str, ...]


def find_runs(lines: Sequence[Line], picked: Sequence[int]) -> list[Run]:
    """Return the picked lines as runs, in order, split where a heading or the article stands.

    Args:
        lines: The lines of the text.
        picked: Indices of the listed headlines among them, ascending.
    """
    picked = [i for i in picked if not _names_list(lines[i])]
    runs = []
    kicked = _carry_kickers([lines[i].title for i in picked])
    gaps = [_gap(lines, a, b) for a, b in itertools.pairwise(picked)]
    first = 0
    for k in range(len(picked)):
        last = k + 1 == len(picked)
        if last or _parts(lines, gaps, picked, k):
            members = picked[first : k + 1]
            floor = picked[first - 1] + 1 if first else 0
            heading = _heading(lines, members, floor)
            titles = _titles([lines[i] for i in members], kicked=kicked)
            # One line by itself is a list only where a heading says so.
            if len(titles) > 1 or (titles and find_kind(heading)):
                runs.append(Run(heading, titles))
            first = k + 1
    return runs


@dataclass(frozen=True, slots=True)
class _Gap:
    n_lines: int
    n_shorts: int
    n_bodies: int
    announced: bool


def _gap(lines: Sequence[Line], above: int, below: int) -> _Gap:
    if below - above > _WIDEST_GAP + 1:
        return _Gap(below - above - 1, 0, 0, announced=True)
    between = lines[above + 1 : below]
    return _Gap(
        n_lines=len(between),
        n_shorts=sum(line.look is Look.SHORT for line in between),
        n_bodies=sum(line.look >= Look.BLURB for line in between),
        announced=any(_announces(line) for line in between),
    )


def _parts(lines: Sequence[Line], gaps: Sequence[_Gap], picked: Sequence[int], k: int) -> bool:
    """Return whether the gap below the k-th picked line parts two runs.

    A gap with more short lines than the gaps on both its sides holds a heading.
    """
    gap = gaps[k]
    if gap.n_lines > _WIDEST_GAP or gap.announced or gap.n_bodies > 1:
        return True
    beside = [gaps[j] for j in (k - 1, k + 1) if 0 <= j < len(gaps)]
    beside = [g for g in beside if g.n_lines <= _WIDEST_GAP and not g.announced]
    if not beside or not gap.n_shorts:
        return False
    return gap.n_shorts > max(g.n_shorts for g in beside)


def _announces(line: Line) -> bool:
    return (
        line.look in (Look.SHORT, Look.TITLE, Look.DATED)
        and line.words <= _LONGEST_HEADING
        and find_kind(line.text) is not None
    )


def _names_list(line: Line) -> bool:
    """Return whether a line likely to be a headline says no more than which list it heads."""
    label = find_label(line.text) if _announces(line) else None
    return label is not None and label.share >= _MOSTLY


def _heading(lines: Sequence[Line], members: Sequence[int], floor: int) -> str:
    """Return the heading above a run: one that announces a list, else a short line by itself.

    Args:
        lines: The lines of the text.
        members: Indices of the run's headlines.
        floor: Index of the first line below the run before; 0 if there is none.
    """
    top = members[0]
    lowest = max(floor, top - _HEADING_REACH)
    near = _skip(lines, _skip(lines, top - 1, lowest) - _kickers(lines, members), lowest)
    named = near >= lowest and lines[near].look is Look.SHORT
    for i in range(top - 1, lowest - 1, -1):
        if lines[i].look >= Look.BLURB:
            break
        if _announces(lines[i]) and not (named and _is_foot(lines, i, near)):
            return clean_title(lines[i].text)
    if not named or find_furniture(lines[near].text).kinds:
        return ""
    return clean_title(lines[near].text)


def _is_foot(lines: Sequence[Line], i: int, heading: int) -> bool:
    """Return whether line `i` leads to more of a list rather than announcing the one below.

    Args:
        lines: The lines of the text.
        i: Index of a line that announces a list.
        heading: Index of the short line that would be the list's heading without it.
    """
    if _leads_to_more(lines[i]):
        return True
    if lines[i].ending in ":：":
        return False
    label = find_label(lines[i].text)
    says_more = label is not None and label.kind == "related" and label.share > _ONLY
    return says_more and 0 < i < heading and lines[i - 1].look in _LISTED


def _leads_to_more(line: Line) -> bool:
    return "more" in find_furniture(line.text).kinds


def _skip(lines: Sequence[Line], i: int, lowest: int) -> int:
    """Return the next line from `i` upwards that is no date, number or link to more."""
    while i >= lowest and (lines[i].look <= Look.DATED or _leads_to_more(lines[i])):
        i -= 1
    return i


def _kickers(lines: Sequence[Line], members: Sequence[int]) -> int:
    """Return how many short lines stand above each headline of the run but the first."""
    counts = []
    for a, b in itertools.pairwise(members):
        n = 0
        while b - n - 1 > a and lines[b - n - 1].look is Look.SHORT:
            n += 1
        counts.append(n)
    return min(counts, default=0)


def _titles(lines: Sequence[Line], *, kicked: bool) -> tuple[str, ...]:
    texts = _without_ranks([line.title for line in lines])
    if kicked:
        texts = [_KICKER.sub("", text) for text in texts]
    titles = (clean_title(text) for text in texts)
    return tuple(dict.fromkeys(title for title in titles if title))


def _without_ranks(texts: Sequence[str]) -> Sequence[str]:
    """Return the texts without the rank each begins with, if they count up together."""
    found = [_RANK.match(text) for text in texts]
    ranks = [int(match.group(1)) if match else None for match in found]
    steps = sum(a is not None and b in (a + 1, 1) for a, b in itertools.pairwise(ranks))
    if len(texts) < 3 or steps < 0.6 * (len(texts) - 1):
        return texts
    return [
        text[match.end() :] if match else text for text, match in zip(texts, found, strict=True)
    ]


def _carry_kickers(texts: Sequence[str]) -> bool:
    """Return whether the headlines of the text carry kickers before a spaced colon.

    A single one may be the outlet's punctuation: French sets a space before every colon.
    """
    n_kickers = sum(bool(_KICKER.match(text)) for text in texts)
    return n_kickers >= 5 and n_kickers >= _KICKED * len(texts)
