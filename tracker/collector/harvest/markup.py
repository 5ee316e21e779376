"""Mark-up made safe to parse: bounded in size, and never so deep that parsing takes long."""

import re
from typing import Final

from tracker.collector.harvest.attributes import bound_attributes

MOST_CHARS: Final = 3_500_000
"""Characters read of one page; what lies beyond is not read."""
MOST_OPEN: Final = 4_000
"""Elements left open at once; parsers' time grows with the square of the depth."""
_CHUNK: Final = 32_768

_VOID: Final = (
    "br", "img", "li", "p", "td", "tr", "input", "link", "meta", "hr", "dt", "dd", "option", "!",
    "source", "area", "col", "th", "wbr", "embed", "param", "base", "frame",
)  # fmt: skip
_NESTING: Final = re.compile(
    r"</?(?!(?:a|li|p|td|tr|th|h[1-6]|br|img|script|style|title|meta|link|base|html|head|body)\b)"
    r"[a-z][^<>]*>",
    re.IGNORECASE,
)

_ANGLES: Final = re.compile(r"<[<\s]*(?=<)")
"""Runs of angles that open nothing; each would be tried as a tag."""


def make_safe(text: str) -> str:
    """Return `text` cut to a bounded size, without NULs and bombs of attributes or open elements.

    A page with thousands of elements left open loses all elements but links, headings, items,
    cells and paragraphs: enough for its lists, too little to nest.
    """
    if len(text) > MOST_CHARS:
        text = text[:MOST_CHARS]
    if "\x00" in text:
        text = text.replace("\x00", "")
    text = bound_attributes(text)
    n_opened = text.count("<")
    if n_opened > MOST_OPEN:
        n_opened -= text.count("</")
    if n_opened <= MOST_OPEN:
        return text
    if _deepest(text, ()) > MOST_OPEN and _deepest(text.lower(), _VOID) > MOST_OPEN:
        return _NESTING.sub(" ", _ANGLES.sub("", text))
    return text


def _deepest(text: str, void: tuple[str, ...]) -> int:
    """Return about how many elements are open at once at the most, those of `void` aside."""
    n_open = most = 0
    for start in range(0, len(text), _CHUNK):
        stop = start + _CHUNK
        n_open += text.count("<", start, stop) - 2 * text.count("</", start, stop)
        n_open -= sum(text.count("<" + name, start, stop) for name in void)
        n_open = max(n_open, 0)
        most = max(most, n_open)
    return most
