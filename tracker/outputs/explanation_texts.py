"""An explanation in words: sentences, a page of text, a page of HTML."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any, Final

import polars as pl

from tracker.names import count
from tracker.outputs.explanations import Explanation
from tracker.plotter.words import web_link

_CHANNEL: Final = {"editorial": "editors' lists", "audience": "most-read lists"}
_MOST: Final = 20
_LEAST_POINTS: Final = 0.0005
"""Smaller parts of a change are not told: they round to nothing."""


def tell(one: Explanation) -> list[str]:
    """Return in words what was observed and why it is or is not a finding."""
    return [*_tell_point(one), *_tell_findings(one), *_tell_tests(one), *_tell_panel(one)]


def _tell_point(one: Explanation) -> Iterator[str]:
    where = f"{one.subject.name}, {one.night}, {_CHANNEL[one.channel]}"
    point = one.point
    match one.state:
        case "shown":
            yield (
                f"{where}: {_percent(point['share'])} of the slots (95 % band "
                f"{_percent(point['low'])} to {_percent(point['high'])})."
            )
        case "absent":
            yield (
                f"{where}: 0 %; it was looked for and not there (95 % band up to "
                f"{_percent(point['high'])})."
            )
        case "merged":
            yield f"{where}: 0 %; {one.reason}, and its headlines count for that one since."
        case "unborn":
            yield f"{where}: no share; {one.reason}."
        case _:
            what = "not observed" if one.state == "unobserved" else "nothing that counts came"
            yield f"{where}: no share, which is not zero; {what}: {one.reason}."
    if one.subject.namesakes:
        yield f"{one.subject.namesakes}."
    if point and point["share"] is not None:
        usual = "" if one.usual_sources is None else f" (usually {one.usual_sources:g})"
        yield (
            f"{point['slots']:,} of {count(point['observed_slots'], 'slot')} carried it, at "
            f"{point['n_sources']} of {count(point['observed_sources'], 'source')} "
            f"observed{usual}; each source weighs the same."
        )
    if one.partial:
        yield (
            "A partial night: fewer than two thirds of the usual sources. A source that is missing "
            "is left out of both sides of every test, so that this reads as no fall."
        )


def _tell_findings(one: Explanation) -> Iterator[str]:
    for row in one.findings.iter_rows(named=True):
        span = f"since {row['from']}" if row["kind"] in ("rise", "fade", "new") else (
            f"{row['from']} to {row['to']}"
        )  # fmt: skip
        sure = "" if row["q"] is None else f", q = {row['q']:.2g}"
        yield f"Found that night: {row['kind']}, {span}{sure} ({row['method']})."
    if one.earlier.height:
        row = one.earlier.row(0, named=True)
        yield (
            f"Before that, the latest finding was a {row['kind']} on {row['night']}: the level "
            f"counts from {row['from']} on."
        )


def _tell_tests(one: Explanation) -> Iterator[str]:
    found = set(one.findings["kind"]) & {"rise", "fade"}
    test = one.verdict.strongest
    if found and test is not None:
        yield _tell_test(test)
    elif not found:
        yield f"Not called a rise or a fade: {_tell_lack(one, test)}"
        if test is not None and one.verdict.ready:
            yield _tell_test(test)
    if test is not None and test["q"] is not None and one.verdict.ready:
        yield _tell_method(one, test)


def _tell_test(test: dict[str, Any]) -> str:
    against = "its level of" if test["test"] == "level" else "half of its best nights,"
    sure = "" if test["q"] is None else f", q = {test['q']:.2g}"
    p = "" if test["p"] is None else f"; p = {test['p']:.2g}{sure}"
    # What could never have been a finding is no strong test, and not called so.
    name = "What was compared" if test["q"] is None else "Strongest test"
    return (
        f"{name}: {_percent(test['share'])} {_span(test['from'], test['to'])} against "
        f"{against} {_percent(test['before'])} {_span(test['before_from'], test['before_to'])}, "
        f"the same sources: {_points(test['change'])} (95 % interval {100 * test['low']:+.1f} to "
        f"{_points(test['high'])}){p}."
    )


def _tell_method(one: Explanation, test: dict[str, Any]) -> str:
    fewer = f"{test['inflation']:.1f}"
    swings = "" if fewer == "1.0" else (
        f", {fewer} times fewer than were seen, since its share swings so much from night to night "
        "anyway"
    )  # fmt: skip
    return (
        f"How it was tested: conditional binomial on effective headlines{swings}; of the findings "
        f"of a night {_percent(one.rules.fdr)} may be false (Benjamini and Hochberg)."
    )


def _tell_lack(one: Explanation, test: dict[str, Any] | None) -> str:
    rules, verdict = one.rules, one.verdict
    if one.state in ("unobserved", "broken", "unborn"):
        return "there is no share to judge."
    if verdict.nights_before < rules.history_nights:
        return (
            f"{count(verdict.nights_before, 'night was', 'nights were')} observed before it, "
            f"and no finding is made with fewer than {rules.history_nights}."
        )
    if test is None:
        return f"{_tell_nothing(one)}, so there is nothing to compare with."
    less, more = sorted((test["share"], test["before"]))
    if more < rules.min_ratio * less:
        times = f"{more / less:.1f} times the other" if less else "no change"
        return (
            f"the two shares are too near to each other ({times}; at least {rules.min_ratio:g} "
            "times is wanted)."
        )
    if not more:
        return "it held no slot in the nights compared."
    if test["q"] is None:
        return (
            "in the nights compared it held so few slots that even with all of them in one of the "
            "two stretches chance could not be ruled out."
        )
    return (
        f"chance alone brings a change as clear as this among the "
        f"{count(verdict.rivals, 'subject')} tested that night (q = {test['q']:.2g}; at most "
        f"{one.rules.fdr:g} is wanted)."
    )


def _tell_nothing(one: Explanation) -> str:
    """Return why no stretch of nights could be compared with an earlier one."""
    since, rules = one.verdict.since, one.rules
    if since is None:
        return "it held no slot in the months before"
    wanted = count(rules.min_nights, "night")
    if (one.night - since).days < rules.min_nights:
        return f"its level counts from {since} on, less than {wanted} before"
    begin = max(since, one.night - timedelta(days=rules.baseline_nights))
    until = one.night - timedelta(days=1)
    return f"no source observed that night was observed on {wanted} from {begin} to {until}"


def _tell_panel(one: Explanation) -> Iterator[str]:
    parts = one.decomposition
    # Without a share that night no stretches are told of.
    if parts is None or one.point.get("share") is None or abs(parts.change) < _LEAST_POINTS:
        return
    others = [
        f"{_points(part)} {words}"
        for part, words in (
            (parts.boxes, "comes from lists that sources added, dropped or resized"),
            (parts.panel, "from which sources were observed"),
        )
        if abs(part) >= _LEAST_POINTS
    ]
    same = "all of it" if not others else _points(parts.within)
    yield (
        f"The drawn line changed by {_points(parts.change)} between these stretches: "
        f"{', '.join([f'{same} is what the same lists did', *others])}."
    )


def to_text(one: Explanation) -> str:
    """Return everything as a page of text; harvested text is as it is."""
    lines = [*one.sentences]
    lines += ["", f"Headlines ({one.headlines.height}):"] if one.headlines.height else []
    for row in one.headlines.head(_MOST).iter_rows(named=True):
        lines.append(f"  {row['title']}")
        lines.append(f"    {_place(row)}; {_archived(row)}")
    more = one.headlines.height - _MOST
    lines += [f"  and {more} more"] if more > 0 else []
    lines += ["", "Sources:"] if one.sources.height else []
    for row in one.sources.iter_rows(named=True):
        share = _percent(row["share"]) if row["share"] is not None else row["state"]
        slots = (
            f", {row['slots']:,} of {count(row['observed_slots'], 'slot')}" if row["slots"] else ""
        )
        reason = f" ({row['reason']})" if row["reason"] else ""
        lines.append(f"  {row['source']}: {share}{slots}{reason}")
    return "\n".join(lines)


def to_html(one: Explanation) -> str:
    """Return everything as HTML, with all harvested text escaped."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in one.sentences)
    rows = [
        (
            _link(row["title"], row["url"]),
            escape(_place(row)),
            _link(_archived(row), row["capture_url"]),
        )
        for row in one.headlines.head(_MOST).iter_rows(named=True)
    ]
    tests = one.verdict.tests
    return (
        f"<div>{told}{_table(('headline', 'where and how long', 'archived'), rows)}"
        f"{_frame(one.sources)}{_frame(tests)}</div>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _frame(frame: pl.DataFrame) -> str:
    rows = [[escape(_word(value)) for value in row] for row in frame.iter_rows()]
    return _table(frame.columns, rows)


def _word(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _link(text: str, url: str | None) -> str:
    link = web_link(url)
    if link is None:
        return escape(text)
    return f'<a href="{escape(link, quote=True)}" rel="noopener noreferrer">{escape(text)}</a>'


def _place(row: dict[str, Any]) -> str:
    several = len(row["lists"]) > 1
    places = "; ".join(_box(box, counted=several) for box in row["lists"])
    return (
        f"{row['source']}, {places}; {count(row['slots'], 'slot')}"
        f"{' in all' if several else ''}, {_dwell(row)}"
    )


def _box(box: dict[str, Any], *, counted: bool) -> str:
    """Return one list that a headline stood in, with the slots it had there if `counted`."""
    heading = f" “{box['heading']}”" if box["heading"] else ""
    slots = f" ({count(box['slots'], 'slot')})" if counted and box["slots"] > 1 else ""
    return f"{box['kind']}{heading}, rank {box['rank']}{slots}"


def _archived(row: dict[str, Any]) -> str:
    when = f"{row['captured_at']:%Y-%m-%d %H:%M} UTC"
    if row["warc"] is None:
        return f"{row['capture_url']}, {when}"
    return f"{row['warc']} at byte {row['offset']}, {when}"


def _dwell(row: dict[str, Any]) -> str:
    """Return how long a headline was seen, and since when in the wording that is shown."""
    hours, first = row["dwell_hours"], f"{row['first_seen']:%Y-%m-%d %H:%M}"
    if not hours:
        return f"first seen {first}"
    long = f"seen for {hours:g} h" if hours < 48 else f"seen for {hours / 24:.0f} days"
    if row["titled_at"] in (None, row["first_seen"]):
        return f"{long} since {first}"
    others = len(row["wordings"]) - 2
    more = f" and {count(others, 'other wording')}" if others else ""
    return (
        f"in this wording since {row['titled_at']:%Y-%m-%d %H:%M}; {long} since {first}, first as "
        f"“{row['wordings'][0]['title']}”{more}"
    )


def _span(first: date, last: date) -> str:
    nights = (last - first).days + 1
    return f"on {first}" if nights == 1 else f"on the {nights:,} nights from {first} to {last}"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _points(change: float) -> str:
    return f"{100 * change:+.1f} points"
