"""A subject's whole life in one picture: its curve, and below it its headlines, night for night."""

from typing import Any, Final

from tracker.plotter.attention_charts import chart_subject, reading
from tracker.plotter.charts import Chart, Layout, Trace
from tracker.plotter.prepared import Prepared
from tracker.plotter.row_layouts import lay_rows
from tracker.plotter.stays import StaysInfo, chart_stays, read_stays
from tracker.plotter.subjects import Subject

_LETTERS: Final = 60
"""Longest that a title gets: less than half of the picture is beside it."""

_GAP: Final = 44
"""Pixels between the curve with its strip and the headlines below."""


def chart_life(prepared: Prepared, subject: Subject) -> Chart | None:
    """Return a subject's curve above the stays of its headlines; None where it has none."""
    stays = chart_stays(prepared, subject)
    if stays is None:
        return None
    curve = chart_subject(prepared, subject)
    info = StaysInfo(read_stays(prepared, subject))
    nights = prepared.curves.nights
    titles = [stay.title for stay in info.stays]
    rows = lay_rows(titles, info.spans, (nights[0], nights[-1]), letters=_LETTERS)
    layout = _stack(curve.layout, rows)
    traces: list[Trace] = [{**trace, "xaxis": "x2", "yaxis": "y3"} for trace in stays.traces]
    traces += [_name_night(trace) for trace in curve.traces]
    words = f"{reading(prepared)} {stays.reading}"
    return Chart("life", curve.finding, words, traces, layout, info)


def _name_night(trace: Trace) -> Trace:
    """Return a trace whose tooltip says the night too: no other does where each stands alone."""
    template = trace.get("hovertemplate")
    return {**trace, "hovertemplate": f"%{{x|%-d %B %Y}}: {template}"} if template else trace


def _stack(top: Layout, bottom: Layout) -> Layout:
    """Return one layout with the plots of `top` above that of `bottom`, over the same nights."""
    above, below = _inner(top), _inner(bottom)
    total = above + _GAP + below
    floor = (below + _GAP) / total

    def lift(share: float) -> float:
        return floor + share * above / total

    layout = {**top, "hovermode": "closest"}
    for name in ("yaxis", "yaxis2"):
        if name in top:
            low, high = top[name]["domain"]
            layout[name] = {**top[name], "domain": [lift(low), lift(high)]}
    layout["yaxis3"] = {**bottom["yaxis"], "domain": [0, below / total], "anchor": "x2"}
    layout["xaxis2"] = {**bottom["xaxis"], "range": top["xaxis"]["range"], "anchor": "y3"}
    layout["height"] = total + top["margin"]["t"] + top["margin"]["b"]
    raised = [_lift_note(note, lift) for note in top["annotations"]]
    rows = [{**note, "xref": "x2", "yref": "y3"} for note in bottom["annotations"]]
    layout["annotations"] = [*rows, *raised]  # rows first: the narrow changes count from there
    narrow = {**bottom["meta"]["narrow"], **top["meta"]["narrow"], "xaxis2.nticks": 4}
    layout["meta"] = {**bottom["meta"], "narrow": narrow, "plot_height": top["meta"]["plot_height"]}
    return layout


def _lift_note(note: dict[str, Any], lift: Any) -> dict[str, Any]:
    return {**note, "y": lift(note["y"])} if note.get("yref") == "paper" else note


def _inner(layout: Layout) -> int:
    margin = layout["margin"]
    return int(layout["height"] - margin["t"] - margin["b"])
