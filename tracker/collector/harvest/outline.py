"""A parsed page as flat arrays in document order, which are quick to walk and to slice."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain, islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.collector.harvest.names import signs_of

MOST_NODES: Final = 150_000
"""Elements and texts read of one page; what lies beyond is not read."""

TEXT: Final = "-text"
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS: Final = HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SKIPPED: Final = [
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
    "audio",
    "video",
    "canvas",
    "map",
    "datalist",
]
_STATE: Final = re.compile(
    r"(?:is-?|item-?|slide-?|li-?|no-?)?(?:active|current|selected|first|last|odd|even|alt|open"
    r"|show|hidden|cloned|visible|center|start|end|left|right|on|off)(?:-(?:child|item|slide))?\d*$"
    r"|(?:post|category|tag|format|type|status|slick|swiper|owl)-|[\w-]*-(?:first|last|odd|even)$",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")


def _lasting(classes: str) -> str:
    """Return classes without digits and without those that differ between items of a list."""
    return " ".join(_DIGITS.sub("", c) for c in classes.split() if not _STATE.match(c))


@lru_cache(maxsize=16384)
def _shape_of(tag: str, classes: str | None) -> str:
    """Return the shape of an element."""
    return f"{tag}.{_lasting(classes)}" if classes else f"{tag}."


@dataclass(slots=True)
class Outline:
    """The elements and texts of a page's body.

    Attributes:
        tags: Tag of each entry; `TEXT` for a run of text.
        parents: Index of each entry's parent; the root is its own parent.
        ends: Index after each entry's last descendant.
        nodes: The parser's nodes.
        attributes: Attributes of each entry.
        shapes: Tag and classes of each entry, without what differs between a list's items.
        text_at: Indices of the entries that are texts, ascending.
        texts: Their texts, white space folded.
        n_before: Number of texts before each entry, and of all at last.
        rows: What `rows.short_row` found, by parent and tag.
        goals: What `rows.links_within` found, once it was asked.
    """

    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    nodes: list[LexborNode] = field(default_factory=list)
    attributes: list[dict[str, str | None]] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    text_at: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    n_before: list[int] = field(default_factory=list)
    rows: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    goals: dict[str, int] | None = None
    _where: dict[str, list[int]] = field(default_factory=dict)
    _signs: dict[int, frozenset[str]] = field(default_factory=dict)

    def where(self, *tags: str) -> list[int]:
        """Return the entries that have one of some tags, ascending."""
        if not self._where:
            where = defaultdict[str, list[int]](list)
            for i, tag in enumerate(self.tags):
                where[tag].append(i)
            self._where = where
        found = [self._where[tag] for tag in tags if tag in self._where]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def attribute(self, i: int, name: str) -> str:
        """Return one attribute of entry `i`, empty where it has none."""
        return self.attributes[i].get(name) or ""

    def names(self, i: int) -> str:
        """Return class and id of entry `i`."""
        own = self.attributes[i]
        return f"{own.get('class') or ''} {own.get('id') or ''}" if own else ""

    def signs(self, i: int) -> frozenset[str]:
        """Return what the names of entry `i` say about what it holds."""
        found = self._signs.get(i)
        if found is None:
            found = self._signs[i] = signs_of(self.names(i))
        return found

    def text(self, i: int) -> str:
        """Return all text within entry `i`."""
        return " ".join(self.texts[self.n_before[i] : self.n_before[self.ends[i]]])

    def text_between(self, start: int, stop: int) -> str:
        """Return all text in the entries from `start` up to `stop`."""
        return " ".join(self.texts[self.n_before[start] : self.n_before[stop]])

    def n_texts(self, i: int) -> int:
        """Return the number of texts within entry `i`."""
        return self.n_before[self.ends[i]] - self.n_before[i]

    def pieces(self, start: int, stop: int) -> list[tuple[int, str]]:
        """Return index and text of the texts in the entries from `start` up to `stop`."""
        first, last = self.n_before[start], self.n_before[stop]
        return list(zip(self.text_at[first:last], self.texts[first:last], strict=True))

    def last_pieces(self, start: int, stop: int, n: int) -> list[tuple[int, str]]:
        """Return the last `n` of the texts from `start` up to `stop`, the last first."""
        last = self.n_before[stop]
        first = max(last - n, self.n_before[start])
        return list(zip(self.text_at[first:last], self.texts[first:last], strict=True))[::-1]

    def ancestors(self, i: int) -> list[int]:
        """Return the ancestors of entry `i`, nearest first."""
        found = []
        while i:
            i = self.parents[i]
            found.append(i)
        return found

    def children(self, i: int) -> list[int]:
        """Return the children of entry `i`."""
        found, child, end = [], i + 1, self.ends[i]
        while child < end:
            found.append(child)
            child = self.ends[child]
        return found

    def common(self, a: int, b: int) -> int:
        """Return the smallest element that holds the entries `a` and, not before it, `b`."""
        parents, ends = self.parents, self.ends
        while b >= ends[a] or a > b:
            a = parents[a]
        return a

    def branch(self, top: int, i: int) -> int:
        """Return the child of `top` that is or holds entry `i`; the root where none does."""
        parents = self.parents
        while i and i != top and parents[i] != top:
            i = parents[i]
        return i

    def inside(self, i: int, ancestor: int) -> bool:
        """Say whether entry `i` is `ancestor` or within it."""
        return ancestor <= i < self.ends[ancestor]


def read_outline(parser: LexborHTMLParser) -> Outline:
    """Return the outline of the body of a parsed page, which loses what nobody reads."""
    parser.strip_tags(_SKIPPED, recursive=True)
    root = parser.body or parser.root
    if root is None:
        return Outline()
    nodes = list(islice(root.traverse(include_text=True, skip_empty=True), MOST_NODES + 1))
    tags = [node.tag or "" for node in nodes]
    tags[0] = "body"
    parents = _find_parents(nodes)
    bare: dict[str, str | None] = {}
    own = [bare if t == TEXT else n.attributes for t, n in zip(tags, nodes, strict=True)]
    text_at = [i for i, tag in enumerate(tags) if tag == TEXT]
    return Outline(
        tags=tags,
        parents=parents,
        ends=_find_ends(parents),
        nodes=nodes,
        attributes=own,
        shapes=[_shape_of(t, a.get("class")) for t, a in zip(tags, own, strict=True)],
        text_at=text_at,
        texts=[" ".join((nodes[i].text_content or "").split()) for i in text_at],
        n_before=list(accumulate(map(TEXT.__eq__, tags), initial=0)),
    )


def _find_parents(nodes: list[LexborNode]) -> list[int]:
    """Return the index of each node's parent; the first is its own."""
    index = dict(zip([node.mem_id for node in nodes], range(len(nodes)), strict=True))
    around = [node.parent for node in nodes]
    parents = [index[node.mem_id] if node else 0 for node in around[1:]]
    return [0, *parents]


def _find_ends(parents: list[int]) -> list[int]:
    """Return the index after each entry's last descendant."""
    ends = list(range(1, len(parents) + 1))
    for i in range(len(parents) - 1, 0, -1):
        parent = parents[i]
        if ends[i] > ends[parent]:
            ends[parent] = ends[i]
    return ends
