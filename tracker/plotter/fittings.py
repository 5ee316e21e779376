"""Words in a chart made to fit its width, as `lines.js` and `ranks.js` do it on a page."""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tracker.plotter.charts import Layout
from tracker.plotter.words import percent, plot_text

Label = Mapping[str, Any]

_ENOUGH: Final = 740
"""Pixels of a plot from side to side from which its words fit as they are."""
_LEAST: Final = 80
"""Pixels that a plot is taken to have from side to side, however large its margins."""
_END_LETTER, _NAME_LETTER, _NOTE_LETTER = 7.2, 6.4, 6.2
_FEW: Final = 400
"""Pixels of a plot below which notes stand close to their points and are two at most."""
_NOTE_ROWS: Final = 3
_TINY: Final = percent(0.0001)  # the share of more than one word


def fit_words(layout: Layout, width: int) -> Layout:
    """Return `layout` with its words fit for a chart of so many pixels, margins included.

    Labels beside the plot are cut to its margin, names above lines to the room up to the next one;
    notes are broken anew, put on the side of their point where they lie inside, or left out.
    """
    margin = layout["margin"]
    inner = max(_LEAST, width - margin["l"] - margin["r"])
    labels: Sequence[Label] = layout.get("annotations", ())
    if inner >= _ENOUGH:
        return layout
    fitted = [_fit_beside(label, margin["r"]) for label in labels]
    names = [label for label in fitted if _is(label, "best ")]
    if names:
        fitted = [_fit_name(one, names, layout, inner) if one in names else one for one in fitted]
    notes = [label for label in fitted if _is(label, "note ") and label["visible"]]
    placed = {id(note): new for note, new in _place_notes(notes, layout, inner)}
    return {**layout, "annotations": [placed.get(id(label), label) for label in fitted]}


def _is(label: Label, begins: str) -> bool:
    return str(label.get("name", "")).startswith(begins)


def _fit_beside(label: Label, room: int) -> Label:
    """Return the label of a line or of a row of the strip as long as the margin has room for."""
    text = html.unescape(label["text"])
    if label.get("name") == "end":
        name, _, share = text.rpartition(" ")
        if text.endswith(f" {_TINY}"):
            name, share = text.removesuffix(f" {_TINY}"), _TINY
        letters = int((room - 8) / _END_LETTER) - len(share) - 1
        return {**label, "text": f"{plot_text(name, max(4, letters))} {share}"}
    if label.get("name") == "strip" and label["x"] == 1:
        return {**label, "text": plot_text(text, int((room - 10) / _NOTE_LETTER))}
    return label


def _across(layout: Layout, x: str) -> float:
    """Return where a time is, as a part of the plot's width."""
    start, end = (_moment(side) for side in layout["xaxis"]["range"])
    return (_moment(x) - start) / (end - start)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _fit_name(label: Label, names: Sequence[Label], layout: Layout, inner: int) -> Label:
    at = _across(layout, label["x"])
    after = [_across(layout, other["x"]) for other in names if other["y"] == label["y"]]
    room = (min([1.0, *(place for place in after if place > at)]) - at) * inner - 8
    name, letters = str(label["name"]).removeprefix("best "), int(room / _NAME_LETTER)
    if at < 0 or letters < min(5, len(name)):
        return {**label, "visible": False}
    return {**label, "text": plot_text(name, letters)}


def _place_notes(
    notes: Sequence[Label], layout: Layout, inner: int
) -> list[tuple[Label, dict[str, Any]]]:
    """Return each note with what it becomes, the highest first."""
    letters = max(15, int(inner * 0.42 / _NOTE_LETTER))
    off = 12 if inner < _FEW else 24
    height, top = layout["meta"]["plot_height"] if notes else 0, layout["yaxis"]["range"][1]
    taken: list[tuple[float, float, float, float]] = []
    placed = []
    for note in sorted(notes, key=lambda one: -one["y"]):
        rows = note["text"].split("<br>")
        if max(map(len, rows)) > letters:
            rows = _break(" ".join(rows), letters)
        at, reach = _across(layout, note["x"]), (max(map(len, rows)) * _NOTE_LETTER + off) / inner
        fits = {"left": at + reach <= 1, "right": at - reach >= 0}
        sides = [side for side in (note["xanchor"], "left", "right") if fits[side]]
        side = sides[0] if sides else note["xanchor"]
        box = (at - reach, at) if side == "right" else (at, at + reach)
        up, high = note["y"] / top * height, len(rows) * 15.0 + 10
        lies_over = any(
            box[0] < right and left < box[1] and abs(up - other) < max(high, tall)
            for left, right, other, tall in taken
        )
        shown = bool(sides) and not lies_over and len(taken) < (2 if inner < _FEW else 4)
        if shown:
            taken.append((*box, up, high))
        new = {"text": "<br>".join(rows), "xanchor": side, "align": side, "visible": shown}
        placed.append((note, {**note, **new, "ax": -off if side == "right" else off}))
    return placed


def _break(text: str, letters: int) -> list[str]:
    """Return words on as many lines as they need, three at most."""
    rows = [""]
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if len(longer) <= letters or not rows[-1]:
            rows[-1] = longer
        elif len(rows) < _NOTE_ROWS:
            rows.append(word)
        else:
            rows[-1] = rows[-1].rstrip(" –—-…") + "…"
            break
    return rows
