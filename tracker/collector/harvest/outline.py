"""A parsed page as flat arrays in document order, which are quick to walk and to slice."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NODES: Final = 400_000
"""Elements and texts read of one page; what lies beyond is not read."""

TEXT: Final = "-text"
_SKIPPED: Final = frozenset(
    (
        "script",
        "style",
        "svg",
        "template",
        "iframe",
        "object",
        "select",
        "textarea",
        "math",
        "noscript",
        "head",
        "audio",
        "video",
        "canvas",
        "map",
        "datalist",
        "title",
    )
)
_STATE: Final = re.compile(
    r"(?:is-?|item-?|slide-?|li-?|no-?)?(?:active|current|selected|first|last|odd|even|alt|open|show|hidden|cloned|visible|center|start|end|left|right|on|off)(?:-(?:child|item|slide))?\d*$|"
    r"(?:post|category|tag|format|type|status|slick|swiper|owl)-",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class Outline:
    """The elements and texts of a page's body.

    Attributes:
        tags: Tag of each entry; `TEXT` for a run of text.
        parents: Index of each entry's parent; the root is its own parent.
        ends: Index after each entry's last descendant.
        nodes: The parser's nodes.
        text_at: Indices of the entries that are texts, ascending.
        texts: Their texts, white space folded.
    """

    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    nodes: list[LexborNode] = field(default_factory=list)
    text_at: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    _attributes: dict[int, dict[str, str | None]] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _shapes: dict[int, str] = field(default_factory=dict)

    def attributes(self, i: int) -> dict[str, str | None]:
        """Return the attributes of entry `i`."""
        found = self._attributes.get(i)
        if found is None:
            found = self._attributes[i] = self.nodes[i].attributes
        return found

    def attribute(self, i: int, name: str) -> str:
        """Return one attribute of entry `i`, empty where it has none."""
        return self.attributes(i).get(name) or ""

    def names(self, i: int) -> str:
        """Return class, id and role of entry `i`, lower case, spaced."""
        found = self._names.get(i)
        if found is None:
            a = self.attributes(i)
            found = " ".join(filter(None, (a.get("class"), a.get("id")))).lower() if a else ""
            self._names[i] = found
        return found

    def shape(self, i: int) -> str:
        """Return tag and classes of entry `i` without digits: the same for all items of a list."""
        found = self._shapes.get(i)
        if found is None:
            classes = self.attributes(i).get("class") or ""
            kept = [_DIGITS.sub("", c) for c in classes.split() if not _STATE.match(c)]
            found = self._shapes[i] = self.tags[i] + "." + " ".join(kept)
        return found

    def text(self, i: int) -> str:
        """Return all text within entry `i`."""
        return self.text_between(i, self.ends[i])

    def text_between(self, start: int, stop: int) -> str:
        """Return all text in the entries from `start` up to `stop`."""
        return " ".join(
            self.texts[bisect_left(self.text_at, start) : bisect_left(self.text_at, stop)]
        )

    def n_texts(self, i: int) -> int:
        """Return the number of texts within entry `i`."""
        return bisect_left(self.text_at, self.ends[i]) - bisect_left(self.text_at, i)

    def pieces(self, start: int, stop: int) -> list[tuple[int, str]]:
        """Return index and text of the texts in the entries from `start` up to `stop`."""
        a, b = bisect_left(self.text_at, start), bisect_left(self.text_at, stop)
        return list(zip(self.text_at[a:b], self.texts[a:b], strict=True))

    def ancestors(self, i: int) -> list[int]:
        """Return the ancestors of entry `i`, nearest first."""
        found = []
        while i:
            i = self.parents[i]
            found.append(i)
        return found

    def common(self, a: int, b: int) -> int:
        """Return the smallest element that holds entries `a` and `b`."""
        while not a <= b < self.ends[a]:
            a = self.parents[a]
        return a

    def branch(self, top: int, i: int) -> int:
        """Return the child of `top` that is or holds entry `i`; `top` itself for `top`."""
        while i != top and self.parents[i] != top:
            i = self.parents[i]
        return i

    def inside(self, i: int, ancestor: int) -> bool:
        """Say whether entry `i` is `ancestor` or within it."""
        return ancestor <= i < self.ends[ancestor]


def read_outline(parser: LexborHTMLParser) -> Outline:
    """Return the outline of the body of a parsed page."""
    out = Outline()
    root = parser.body or parser.root
    if root is None:
        return out
    tags, parents, ends, nodes = out.tags, out.parents, out.ends, out.nodes
    open_ids, open_at = [root.mem_id], [0]
    tags.append("body")
    parents.append(0)
    ends.append(0)
    nodes.append(root)
    dropped: set[int] = set()
    walk = root.traverse(include_text=True)
    next(walk)
    for node in walk:
        parent = node.parent.mem_id if node.parent else 0
        if parent in dropped:
            dropped.add(node.mem_id)
            continue
        tag = node.tag or "-"
        here = len(tags)
        while open_ids[-1] != parent:
            open_ids.pop()
            ends[open_at.pop()] = here
        if tag == TEXT:
            text = node.text_content
            if text is None or text.isspace():
                continue
            out.text_at.append(here)
            out.texts.append(" ".join(text.split()))
            parents.append(open_at[-1])
        elif tag in _SKIPPED or tag[0] in "-!":
            dropped.add(node.mem_id)
            continue
        else:
            parents.append(open_at[-1])
            open_ids.append(node.mem_id)
            open_at.append(here)
        tags.append(tag)
        ends.append(here + 1)
        nodes.append(node)
        if here >= MOST_NODES:
            break
    for at in open_at:
        ends[at] = len(tags)
    return out
