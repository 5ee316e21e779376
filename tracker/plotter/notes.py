"""Words at the points of lines, so that none lie over each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tracker.plotter.lines import PLOT_HEIGHT, Line
from tracker.plotter.palette import INK, MUTED, PAPER, see_through
from tracker.plotter.words import plot_text

_MOST_NOTES: Final = 4
_NOTE_HEIGHT, _LETTER, _PLOT_WIDTH = 40, 6.2, 860
"""Pixels of a note of two lines, of one of its letters, and usually of a plot from side to side."""
_SAME_TIME: Final = 0.03
"""Part of a chart's width within which two notes are at the same time."""


@dataclass(frozen=True)
class Note:
    """Words at a point: what happened there."""

    line: Line
    place: int
    text: str


def keep_apart(notes: Sequence[Note], top: float) -> list[Note]:
    """Return the highest notes whose words do not lie over each other.

    That is on a plot of the usual width; `lines.js` makes them fit the page's own.

    Of two at almost the same night the higher speaks for both: they tell one story.
    """
    kept: list[Note] = []
    for note in sorted(notes, key=lambda n: -(n.line.share[n.place] or 0)):
        if not any(_collide(note, other, top) for other in kept):
            kept.append(note)
    return kept[:_MOST_NOTES]


def draw_note(note: Note, visible: bool) -> dict[str, Any]:
    """Return a note as a Plotly annotation; the page shows and hides it by its name."""
    line, late = note.line, _is_late(note)
    words = "<br>".join(_break_words(note.text))
    return {
        "x": line.at(note.place),
        "y": round(line.share[note.place] or 0, 4),
        "text": words,
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": MUTED,
        "ax": -24 if late else 24,
        "ay": -18,
        "xanchor": "right" if late else "left",
        "align": "right" if late else "left",
        "font": {"size": 11.5, "color": INK},
        "bgcolor": see_through(PAPER, 0.75),
        "visible": visible,
        "name": f"note {line.days} {line.channel} {line.key}",
    }


def _collide(note: Note, other: Note, top: float) -> bool:
    if abs(note.place - other.place) < _SAME_TIME * len(note.line.share):
        return True
    (left, right), (start, end) = _reach(note), _reach(other)
    apart = abs((note.line.share[note.place] or 0) - (other.line.share[other.place] or 0))
    return left < end and start < right and apart / top * PLOT_HEIGHT < _NOTE_HEIGHT


def _reach(note: Note) -> tuple[float, float]:
    """Return where a note's words begin and end, as parts of the chart's width."""
    width = max(map(len, _break_words(note.text))) * _LETTER / _PLOT_WIDTH
    place = note.place / max(1, len(note.line.share) - 1)
    return (place - width, place) if _is_late(note) else (place, place + width)


def _is_late(note: Note) -> bool:
    return note.place > len(note.line.share) * 0.6


def _break_words(text: str) -> list[str]:
    """Return the words of a note on one line or two."""
    words = plot_text(text, 56)
    middle = words.find(" ", len(words) // 2)
    return [words[:middle], words[middle + 1 :]] if len(words) > 30 and middle > 0 else [words]
