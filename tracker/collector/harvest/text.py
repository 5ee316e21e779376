"""Headline lists of a page of which only the visible text is left."""

import unicodedata
from collections.abc import Sequence
from hashlib import blake2b

from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.harvest.text_lines import Line, Look, read_lines


def harvest_text(text: str, *, url: str | None = None) -> Page:
    """Return the headline lists in a page's visible text, one block a line.

    Args:
        text: The text, as a crawl's conversion or a corpus has it; blank lines do not matter.
            What lies beyond the bounds of `text_lines` is not read.
        url: The page's address, handed on as it is.
    """
    lines = read_lines(text)
    own = _own_headline(lines)
    picked = _pick(lines, own)
    return Page(url, own, None, _lists(lines, picked))


def _own_headline(lines: Sequence[Line]) -> str | None:
    """Return the first line if it is a headline, not yet the article or a menu."""
    if lines and lines[0].look is Look.TITLE and 3 <= lines[0].words <= 40:
        return lines[0].text
    return None


def _pick(lines: Sequence[Line], own: str | None) -> list[int]:
    titles = [i for i, line in enumerate(lines) if line.look is Look.TITLE and line.text != own]
    near = set(titles)
    return [i for i in titles if any(j in near for k in range(1, 5) for j in (i - k, i + k))]


def _lists(lines: Sequence[Line], picked: Sequence[int]) -> tuple[HeadlineList, ...]:
    runs: list[list[int]] = []
    for i in picked:
        if runs and i - runs[-1][-1] <= 5:
            runs[-1].append(i)
        else:
            runs.append([i])
    seen: dict[str, int] = {}
    lists = []
    for run in runs:
        heading, kind = "", "latest"
        key = f"{kind}|{unicodedata.normalize('NFKC', heading).casefold()}"
        ordinal = seen[key] = seen.get(key, 0) + 1
        list_id = blake2b(f"{key}|{ordinal}".encode(), digest_size=6).hexdigest()
        items = tuple(Item(rank, lines[i].text) for rank, i in enumerate(run, 1))
        lists.append(HeadlineList(list_id, heading, kind, items))
    return tuple(lists)
