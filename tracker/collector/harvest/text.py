"""Headline lists of a page of which only the visible text is left."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tracker.collector.harvest.kinds import fold
from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.harvest.text_choices import choose
from tracker.collector.harvest.text_lines import Line, Look, find_kind, read_lines
from tracker.collector.harvest.text_runs import Run, find_runs
from tracker.collector.harvest.text_scores import load_weights, score
from tracker.ids import LIST_BYTES, hash_text

_SITE_MARKS: Final = (" | ", " - ", " – ", " — ", " :: ", " » ")
_LEAD_LINES: Final = 12


def harvest_text(text: str, *, url: str | None = None) -> Page:
    """Return the headline lists in a page's visible text, one block a line.

    Args:
        text: The text, as a crawl's conversion or a corpus has it; blank lines do not matter.
            What lies beyond the bounds of `text_lines` is not read.
        url: The page's address, handed on as it is.
    """
    lines = read_lines(text)
    own = find_own_headline(lines)
    return Page(url, own.title if own else None, None, _name(find_runs(lines, _pick(lines, own))))


def find_own_headline(lines: Sequence[Line]) -> Line | None:
    """Return the headline of the page's own article, if the text begins with one.

    A text may begin with the page's title, which carries the headline and the site's name: the
    headline is then the line below that the title begins with.
    """
    if not lines or lines[0].look < Look.TITLE or lines[0].words > 40:
        return None
    first = lines[0]
    shown = [
        line
        for line in lines[1:]
        if line.words >= 3 and len(line.folded) >= 10 and first.folded.startswith(line.folded)
    ]
    if shown:
        return max(shown, key=lambda line: len(line.folded))
    if first.look is not Look.TITLE or any(mark in first.text for mark in _SITE_MARKS):
        return None
    lead = lines[1:_LEAD_LINES]
    return first if any(line.look >= Look.SENTENCE for line in lead) else None


def _pick(lines: Sequence[Line], own: Line | None) -> list[int]:
    """Return the lines likely enough to be listed headlines.

    The page's own headline counts only below its article, where a list may hold it.
    """
    threshold = load_weights().threshold
    begun = next((i for i, line in enumerate(lines) if line.look >= Look.BLURB), len(lines))
    title = {lines[0].folded if lines else "", own.folded if own else ""}
    return [
        i
        for i in choose(lines, score(lines), threshold)
        if i > begun or lines[i].folded not in title
    ]


def _name(runs: Iterable[Run]) -> tuple[HeadlineList, ...]:
    """Return the runs as lists, each with its kind and a name that its items do not change."""
    lists = []
    seen: Counter[str] = Counter()
    for run in runs:
        kind = find_kind(run.heading) or ("section" if run.heading else "latest")
        words = [w for w in fold(run.heading).split() if not any(map(str.isdigit, w))]
        base = f"text|{kind}|{' '.join(words)}"
        seen[base] += 1
        list_id = hash_text(f"{base}|{seen[base]}", LIST_BYTES)
        items = tuple(Item(rank, title) for rank, title in enumerate(run.titles, 1))
        lists.append(HeadlineList(list_id, run.heading, kind, items))
    return tuple(lists)
