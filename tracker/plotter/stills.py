"""A line chart as plain markup: there with the page's first paint, before any script has run.

It has the places, colours and words of the Plotly chart that takes over from it, and serves where
no script runs.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from markupsafe import Markup

from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import BAND_OPACITY, DARK, MUTED, WARN, dark_colours
from tracker.plotter.slots import FAILED, NOT_VISITED
from tracker.plotter.strips import ROW_HEIGHT
from tracker.plotter.words import percent, short_day

_WIDTH: Final = 1000
"""Units across the drawing; it is stretched to the width of the page."""

_TICKS: Final = 7
_STEPS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def name_colours() -> str:
    """Return a style sheet's rules that give every light colour its dark one at night."""
    plain = {light: dark for light, dark in dark_colours().items() if light in DARK}
    rules = "".join(f"{_variable(light)}:{dark};" for light, dark in plain.items())
    return f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {rules} }} }}\n"


def _variable(colour: str) -> str:
    return f"--c{colour[1:]}"


def _colour(colour: str) -> str:
    return f"var({_variable(colour)},{colour})"


class _Frame:
    """Where the points of a chart lie: units across, pixels down."""

    def __init__(self, chart: Chart) -> None:
        layout = chart.layout
        first, last = (_moment(text) for text in layout["xaxis"]["range"])
        self.first, self.last = first, last
        self.span = (last - first).total_seconds()
        margin = layout["margin"]
        self.inner: float = layout["height"] - margin["t"] - margin["b"]
        low, high = layout["yaxis"]["domain"]
        self.top: float = (1 - high) * self.inner
        self.floor: float = (1 - low) * self.inner
        self.highest: float = layout["yaxis"]["range"][1]
        self.rows = sum(len(t["z"]) for t in chart.traces if t["meta"]["role"] == "coverage")

    def across(self, moment: datetime) -> float:
        return (moment - self.first).total_seconds() / self.span * _WIDTH

    def down(self, share: float) -> float:
        return self.floor - share / self.highest * (self.floor - self.top)


def draw_still(chart: Chart) -> Markup:
    """Return a chart of lines (`tracker.plotter.line_charts`) as markup that needs no script.

    Everything across is in parts of the width, so that it fits a phone as well as a screen.
    """
    frame = _Frame(chart)
    margin, narrow = chart.layout["margin"], chart.layout["meta"]["narrow"]
    shapes = "".join(shape for trace in chart.traces for shape in _draw_trace(frame, trace))
    style = (
        f"--l:{margin['l']}px;--r:{margin['r']}px;--ln:{narrow['margin.l']}px;"
        f"--rn:{narrow['margin.r']}px;top:{margin['t']}px;height:{frame.inner:.0f}px"
    )
    grid, ticks = _draw_axes(frame)
    words = "".join(_write(frame, label) for label in chart.layout["annotations"])
    return Markup(
        f'<div class="still" aria-hidden="true" style="{style}">'
        f'<svg viewBox="0 0 {_WIDTH} {frame.inner:.0f}" preserveAspectRatio="none">{grid}{shapes}'
        f"</svg>{ticks}{words}</div>"
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _draw_trace(frame: _Frame, trace: Trace) -> Iterator[str]:
    role = trace["meta"]["role"]
    if trace.get("visible") is False:
        return
    if role == "coverage":
        yield from _draw_strip(frame, trace)
    elif role == "band":
        path = _path(frame, [x and _moment(x) for x in trace["x"]], trace["y"])
        colour = _colour(trace["line"]["color"])
        yield f'<path d="{path}" fill="{colour}" opacity="{BAND_OPACITY * trace["opacity"]:.3f}"/>'
    else:
        start, step = _moment(trace["x0"]), timedelta(milliseconds=trace["dx"])
        path = _path(frame, [start + i * step for i in range(len(trace["y"]))], trace["y"])
        line = trace["line"]
        dash = {"dash": "8 5", "dot": "2 4"}.get(line.get("dash", "solid"), "none")
        yield (
            f'<path class="line" d="{path}" stroke="{_colour(line["color"])}" '
            f'stroke-width="{line["width"]}" stroke-dasharray="{dash}"/>'
        )


def _path(frame: _Frame, x: Sequence[datetime | None], y: Sequence[float | None]) -> str:
    path, drawing = "", False
    for moment, share in zip(x, y, strict=True):
        if moment is None or share is None:
            drawing = False
            continue
        point = f"{frame.across(moment):.1f} {frame.down(min(share, frame.highest)):.1f}"
        path += f"L{point}" if drawing else f"M{point}h.01"
        drawing = True
    return path


def _draw_strip(frame: _Frame, trace: Trace) -> Iterator[str]:
    """Yield each row of the coverage strip as one path a state, a stretch a box."""
    start = _moment(trace["x0"]) - timedelta(hours=12)
    rows = trace["z"]
    for row, states in enumerate(rows):
        y = frame.inner - (len(rows) - row) * ROW_HEIGHT + 1.5
        paths: dict[int, str] = {}
        at = 0
        while at < len(states):
            end = at
            while end < len(states) and states[end] == states[at]:
                end += 1
            left, right = (frame.across(start + timedelta(days=i)) for i in (at, end))
            box = f"M{left:.1f} {y:.1f}H{right:.1f}v{ROW_HEIGHT - 3}H{left:.1f}z"
            paths[states[at]] = paths.get(states[at], "") + box
            at = end
        for state, path in paths.items():
            if state != NOT_VISITED:
                yield f'<path d="{path}" fill="{_colour(WARN if state == FAILED else MUTED)}"/>'


def _draw_axes(frame: _Frame) -> tuple[str, str]:
    """Return the lines of the grid, and the words beside and below it."""
    step = next((s for s in _STEPS if frame.highest / s <= _TICKS), 1.0)
    grid, ticks = "", ""
    for i in range(int(frame.highest / step) + 1):
        y = frame.down(i * step)
        grid += f'<path class="grid" d="M0 {y:.1f}H{_WIDTH}"/>'
        ticks += f'<span class="share" style="top:{y:.1f}px">{percent(i * step)}</span>'
    days = (frame.last - frame.first).days
    for moment in _choose_dates(frame.first, frame.last):
        words = f"{moment:%b %Y}" if days > 120 else short_day(moment.date()).rsplit(" ", 1)[0]
        left = frame.across(moment) / _WIDTH * 100
        ticks += f'<span class="date" style="left:{left:.2f}%">{words}</span>'
    return grid, ticks


def _choose_dates(first: datetime, last: datetime) -> Iterator[datetime]:
    days = (last - first).days
    if days <= 120:
        step = max(1, round(days / 6))
        moment = first.replace(hour=0) + timedelta(days=1)
        while moment <= last:
            yield moment
            moment += timedelta(days=step)
        return
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 1200) if days / 30.4 / s <= _TICKS)
    for month in range(first.year * 12, last.year * 12 + 12, step):
        moment = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        if first <= moment <= last:
            yield moment


def _write(frame: _Frame, label: dict[str, Any]) -> str:
    """Return one annotation; its words are escaped already, as Plotly wants them."""
    if label.get("visible") is False:
        return ""
    if label["name"] == "strip":
        row = label["y"] + 0.5 if label["x"] == 1 else -0.7
        top = frame.inner - (frame.rows - row) * ROW_HEIGHT
        place = f"left:{label['x']:.0%};top:{top:.1f}px"
        side = "strip name" if label["x"] == 1 else "strip"
        return f'<span class="{side}" style="{place}">{label["text"]}</span>'
    left = frame.across(_moment(label["x"])) / _WIDTH * 100
    top = frame.down(label["y"])
    if label["name"] == "end":
        colour = _colour(label["font"]["color"])
        place = f"left:{left:.2f}%;top:{top - label['yshift']:.1f}px;color:{colour}"
        return f'<span class="end" elementtiming="chart" style="{place}">{label["text"]}</span>'
    side = "late" if label["xanchor"] == "right" else "early"
    place = f"left:{left:.2f}%;top:{top:.1f}px"
    return f'<span class="note {side}" style="{place}">{label["text"]}</span>'
