"""What tells a listed headline from the rest of a page's text: one row of numbers a line."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.collector.harvest.furniture import KINDS, find_furniture
from tracker.collector.harvest.text_lines import DATE, FULL_STOPS, Line, Look, find_kind

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SIZES: Final = (0, 1.5, 2.5, 3.5, 4.5, 5.5, 7, 9, 12, 16, 22, 30, 45)
_OFFSETS: Final = (-4, -3, -2, -1, 1, 2, 3, 4)
_PERIODS: Final = (1, 2, 3, 4, 5)
_ENDINGS: Final = {
    **dict.fromkeys(FULL_STOPS, "stop"),
    **dict.fromkeys("?？؟", "question"),
    **dict.fromkeys("!！", "exclamation"),
    **dict.fromkeys(":：", "colon"),
    **dict.fromkeys(",;،、；", "comma"),
    **dict.fromkeys("…‥", "dots"),
    **dict.fromkeys(">→", "arrow"),
}
_MARKS: Final = {
    "address": re.compile(r"https?:|www\.|\S@\S|\w\.(?:com|org|net)\b"),
    "rights": re.compile(r"[©®]|\(c\)", re.IGNORECASE),
    "pipe": re.compile(r"[|｜]| / "),
    "crumb": re.compile(r"\w\s?[>»›]"),
    "hash": re.compile("#"),
    "number_first": re.compile(r"\d"),
    "spaced_colon": re.compile(r" : "),
    "colon": re.compile(r"[:：]\s?\S"),
    "dash": re.compile(r"[–—|-] "),
    "money": re.compile(r"[$€£¥₹]"),
    "sentences": re.compile(r"[.!?][\"”’»]?\s+\W?[^\W\d_]"),
    "bracket_last": re.compile(r".*[)）\]】]$"),
    "bracket_first": re.compile(r"[(（\[【]"),
    "quote_first": re.compile(r"[\"“„«‘‚「『']"),
    "bullet_first": re.compile(r"[•·*▪■□●○◆◇．・►▶▸→+»›>-]"),
    "date": DATE,
}
_ANCHORED: Final = {"number_first", "bracket_first", "bracket_last", "quote_first", "bullet_first"}
_COMMAS: Final = re.compile("[,،、，;；]")
_GLUED: Final = re.compile(r"[^\W\d_A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я]")
_DIGITS: Final = re.compile(r"\d+")
_FURNITURE_REACH: Final = 120
_HEADING_REACH: Final = (1, 2, 4, 8, 16, 32)
_LABELLED: Final = ("most_read", "latest", "related", "picks", "sponsored", "nextprev", "other")


def _local_names() -> list[str]:
    return [
        *(f"words>={size}" for size in _SIZES),
        *(f"look={look.name}" for look in Look),
        *(f"end={name}" for name in dict.fromkeys(_ENDINGS.values())),
        *(f"has={name}" for name in _MARKS),
        *(f"furniture={kind}" for kind in KINDS),
        "furniture_share",
        *("caseless", "capitals_only", "lower_first", "capitalised", "glued", "glued_often"),
        *("digits", "commas", "enumeration"),
    ]


def _context_names() -> list[str]:
    return [
        *(f"{d:+d}={look}" for d in _OFFSETS for look in [*(x.name for x in Look), "EDGE"]),
        *(
            f"near{r}={n}"
            for r in (4, 10)
            for n in ("title", "short", "body", "blurb", "sentence", "dated")
        ),
        *(f"period={p}" for p in _PERIODS),
        *("periods", "periods>=2", "periods>=4"),
        *("longer_than_next", "longer_than_last", "length_apart", "alone"),
        *("body=none", "body=before", "body=within", "body=after"),
        *("body_gap<=4", "body_gap<=8", "since_body", "until_body"),
        *("place", "place=first", "place=last"),
        *("repeats=1", "repeats>1", "again", "masked_repeats", "same_start", "same_end"),
        *("kicker_before", "kicker_after", "heading", "heading_next"),
        *(f"heading<={reach}" for reach in _HEADING_REACH),
        *(f"under={kind}" for kind in _LABELLED),
    ]


LOCAL: Final = tuple(_local_names())
NAMES: Final = (*LOCAL, *_context_names())
"""What each column of `measure` holds."""
_COLUMN: Final = {name: i for i, name in enumerate(NAMES)}


def measure(lines: Sequence[Line]) -> Floats:
    """Return the features of each line, (n_lines, n_features) float64, columns as `NAMES`."""
    matrix = np.zeros((len(lines), len(NAMES)))
    if lines:
        for row, line in zip(matrix, lines, strict=True):
            _measure_alone(row, line)
        looks = np.array([line.look for line in lines])
        lengths = np.log1p(np.array([line.words for line in lines], dtype=float))
        _measure_neighbours(matrix, looks)
        _measure_periods(matrix, looks, lengths)
        _measure_lengths(matrix, looks, lengths)
        _measure_places(matrix, looks)
        _measure_repeats(matrix, lines)
        _measure_headings(matrix, lines)
    return matrix


def _measure_alone(row: Floats, line: Line) -> None:
    text = line.title[:200]
    for size in _SIZES:
        if line.words < size:
            break
        row[_COLUMN[f"words>={size}"]] = 1
    row[_COLUMN[f"look={line.look.name}"]] = 1
    ending = "dots" if text.endswith("..") else _ENDINGS.get(line.ending)
    if ending:
        row[_COLUMN[f"end={ending}"]] = 1
    for name, pattern in _MARKS.items():
        source = line.text if name == "bullet_first" else text
        if pattern.match(source) if name in _ANCHORED else pattern.search(source):
            row[_COLUMN[f"has={name}"]] = 1
    furniture = find_furniture(text[:_FURNITURE_REACH])
    for kind in furniture.kinds:
        row[_COLUMN[f"furniture={kind}"]] = 1
    row[_COLUMN["furniture_share"]] = furniture.share
    _measure_case(row, text)
    row[_COLUMN["digits"]] = sum(map(str.isdigit, text)) / max(1, len(text))
    commas = len(_COMMAS.findall(text))
    row[_COLUMN["commas"]] = min(commas, 6) / 6
    row[_COLUMN["enumeration"]] = commas >= 3 and line.words / (commas + 1) < 3.2


def _measure_case(row: Floats, text: str) -> None:
    tokens = [token for token in text.split() if token[0].isalpha()]
    n_upper, n_lower = sum(map(str.isupper, text)), sum(map(str.islower, text))
    if n_upper + n_lower < sum(map(str.isalpha, text)) / 2:
        row[_COLUMN["caseless"]] = 1
        return
    row[_COLUMN["capitals_only"]] = n_lower == 0
    if tokens:
        row[_COLUMN["lower_first"]] = tokens[0][0].islower()
        row[_COLUMN["capitalised"]] = sum(t[0].isupper() for t in tokens) / len(tokens)
    n_glued = len(_GLUED.findall(text))
    row[_COLUMN["glued"]] = n_glued > 0
    row[_COLUMN["glued_often"]] = n_glued > 2


def _measure_neighbours(matrix: Floats, looks: Integers) -> None:
    n = len(looks)
    edge = len(Look)
    padded = np.concatenate([np.full(4, edge), looks, np.full(4, edge)])
    rows = np.arange(n)
    for offset in _OFFSETS:
        first = _COLUMN[f"{offset:+d}={Look(0).name}"]
        matrix[rows, first + padded[4 + offset : 4 + offset + n]] = 1
    shown = {
        "title": looks == Look.TITLE,
        "short": looks == Look.SHORT,
        "body": looks == Look.BODY,
        "blurb": looks == Look.BLURB,
        "sentence": looks == Look.SENTENCE,
        "dated": looks == Look.DATED,
    }
    for reach in (4, 10):
        low, high = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, n)
        for name, mask in shown.items():
            total = np.concatenate([[0], np.cumsum(mask)])
            matrix[:, _COLUMN[f"near{reach}={name}"]] = (
                total[high] - total[low] - mask
            ) / np.maximum(1, high - low - 1)


def _measure_periods(matrix: Floats, looks: Integers, lengths: Floats) -> None:
    """Find lines that stand in a pattern: the same looks, and lengths alike, every p lines."""
    n = len(looks)
    wordy = (looks == Look.TITLE) | (looks == Look.SENTENCE)
    runs = np.zeros((len(_PERIODS), n))
    for k, p in enumerate(_PERIODS):
        if n <= p:
            continue
        same = np.zeros(n, dtype=bool)
        same[:-p] = looks[:-p] == looks[p:]
        alike = np.zeros(n, dtype=bool)
        alike[:-p] = wordy[:-p] & wordy[p:] & (np.abs(lengths[:-p] - lengths[p:]) < 0.55)
        for q in range(p):
            alike[: n - q] &= same[q:]
        back, ahead = np.zeros(n), np.zeros(n)
        for i in np.flatnonzero(alike):
            back[i + p] = back[i] + 1
        for i in np.flatnonzero(alike)[::-1]:
            ahead[i] = ahead[i + p] + 1
        runs[k] = back + ahead
    best, longest = runs.argmax(axis=0), runs.max(axis=0)
    for k, p in enumerate(_PERIODS):
        matrix[:, _COLUMN[f"period={p}"]] = (best == k) & (longest > 0)
    matrix[:, _COLUMN["periods"]] = np.minimum(longest, 9) / 9
    matrix[:, _COLUMN["periods>=2"]] = longest >= 2
    matrix[:, _COLUMN["periods>=4"]] = longest >= 4


def _measure_lengths(matrix: Floats, looks: Integers, lengths: Floats) -> None:
    wordy = looks >= Look.TITLE
    step = np.clip(np.diff(lengths), -1.5, 1.5) * (wordy[1:] & wordy[:-1])
    matrix[:-1, _COLUMN["longer_than_next"]] = -step
    matrix[1:, _COLUMN["longer_than_last"]] = step
    titles = np.flatnonzero(looks == Look.TITLE)
    for i in range(len(looks)):
        low, high = np.searchsorted(titles, (i - 6, i + 7))
        near = [lengths[j] for j in titles[low:high] if j != i]
        if near:
            apart = abs(lengths[i] - sorted(near)[len(near) // 2])
            matrix[i, _COLUMN["length_apart"]] = min(1.5, apart)
        else:
            matrix[i, _COLUMN["alone"]] = 1


def _measure_places(matrix: Floats, looks: Integers) -> None:
    n = len(looks)
    rows = np.arange(n)
    bodies = np.flatnonzero(find_paragraphs(looks))
    n_before = np.searchsorted(bodies, rows)
    n_after = len(bodies) - np.searchsorted(bodies, rows, side="right")
    far = 50
    edges = np.concatenate([[-far], bodies, [n + far]])
    since = rows - edges[n_before]
    until = edges[len(edges) - 1 - n_after] - rows
    name = np.where(n_before + n_after == 0, 0, np.where(n_before == 0, 1, np.where(n_after, 2, 3)))
    matrix[rows, _COLUMN["body=none"] + name] = 1
    within = (name == 2) & (looks < Look.BLURB)
    matrix[:, _COLUMN["body_gap<=4"]] = within & (since + until <= 4)
    matrix[:, _COLUMN["body_gap<=8"]] = within & (since + until > 4) & (since + until <= 8)
    matrix[:, _COLUMN["since_body"]] = np.log1p(np.minimum(since, far))
    matrix[:, _COLUMN["until_body"]] = np.log1p(np.minimum(until, far))
    matrix[:, _COLUMN["place"]] = rows / n
    matrix[:, _COLUMN["place=first"]] = rows < 0.15 * n
    matrix[:, _COLUMN["place=last"]] = n - rows < 12


def find_paragraphs(looks: Integers) -> NDArray[np.bool_]:
    """Return which lines are paragraphs of an article: long ones, and blurbs in a row."""
    blocks = np.concatenate([[False], looks >= Look.BLURB, [False]])
    found: NDArray[np.bool_] = (looks == Look.BODY) | (blocks[1:-1] & (blocks[:-2] | blocks[2:]))
    return found


def _measure_repeats(matrix: Floats, lines: Sequence[Line]) -> None:
    """Find what a page says more than once: the same line, but for numbers, or at its ends."""
    folded = Counter(line.folded for line in lines)
    masks = [_DIGITS.sub("0", line.text) for line in lines]
    masked = Counter(mask for mask, line in zip(masks, lines, strict=True) if mask != line.text)
    ends = [_ends(line) for line in lines]
    distinct = {line.folded: end for line, end in zip(lines, ends, strict=True)}
    starts = Counter(start for start, _ in distinct.values() if start)
    stops = Counter(stop for _, stop in distinct.values() if stop)
    seen: set[str] = set()
    shorts = {line.folded for line in lines if line.look <= Look.SHORT and folded[line.folded] > 2}
    for i, line in enumerate(lines):
        row = matrix[i]
        times = folded[line.folded]
        row[_COLUMN["repeats=1"]] = times == 2
        row[_COLUMN["repeats>1"]] = times > 2
        row[_COLUMN["again"]] = line.folded in seen
        seen.add(line.folded)
        row[_COLUMN["masked_repeats"]] = masked[masks[i]] > 2
        start, stop = ends[i]
        row[_COLUMN["same_start"]] = bool(start) and starts[start] > 2
        row[_COLUMN["same_end"]] = bool(stop) and stops[stop] > 2
        row[_COLUMN["kicker_before"]] = i > 0 and lines[i - 1].folded in shorts
        row[_COLUMN["kicker_after"]] = i + 1 < len(lines) and lines[i + 1].folded in shorts


def _ends(line: Line) -> tuple[str, str]:
    tokens = line.title[:200].casefold().split()
    if len(tokens) < 4:
        return "", ""
    return " ".join(tokens[:2]), " ".join(tokens[-2:])


def _measure_headings(matrix: Floats, lines: Sequence[Line]) -> None:
    """Mark headings that announce a list, and for the lines below them how far away they are."""
    kind, since = "", 0
    for i, line in enumerate(lines):
        since += 1
        announced = find_kind(line.text) if line.words < 9 else None
        if announced:
            kind, since = announced, 0
            matrix[i, _COLUMN["heading"]] = 1
            if i:
                matrix[i - 1, _COLUMN["heading_next"]] = 1
        elif line.look is Look.BODY and line.words > 45:
            kind = ""
        elif kind and since <= _HEADING_REACH[-1]:
            reach = next(r for r in _HEADING_REACH if since <= r)
            matrix[i, _COLUMN[f"heading<={reach}"]] = 1
            if since <= 12 and f"under={kind}" in _COLUMN:
                matrix[i, _COLUMN[f"under={kind}"]] = 1
