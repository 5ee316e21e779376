"""Whether a box of headlines keeps its list_id from capture to capture, and no other box gets it.

usage: python tests/bench/bench_identity.py ARCHIVE... [--misses N] [--host HOST]

Consecutive captures of one page (of one outlet, for articles) are compared. Whether a box truly
recurs is told without its list_id, by three signs, each of which points from a box to one box of
the next capture at most:

items     half of the smaller box's stories are in both, two at least, and in no other box more
heading   the same heading, digits aside, which no other box of either capture has
place     the same elements with the same names around it, digits aside, as no other box of
          either capture has, and no two headings that say otherwise; a heading that only one
          capture of the page ever has says nothing

A box recurs where the signs that there are agree. Printed are the share of recurring boxes that
keep their list_id (by each sign too: items alone know nothing of names), the share of list_ids
seen twice that no sign contradicts, and the share of captures on which a list is said to be
missing although it is there under another list_id.
"""

import argparse
import os
import platform
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from tracker.collector.archives import list_files, read_documents
from tracker.collector.documents import Document
from tracker.collector.expectations import find_missing
from tracker.collector.harvest.html import explain_html, harvest_html
from tracker.collector.sources import name_source
from tracker.tables import CAPTURES, LISTS

SIGNS = ("items", "heading", "place")
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Seen:
    """One box of one capture."""

    list_id: str
    kind: str
    heading: str
    place: str
    items: frozenset[str]
    lasts: bool = True

    @property
    def words(self) -> str:
        return " ".join(DIGITS.sub("", self.heading).lower().split())

    @property
    def lasting_words(self) -> str:
        """The heading, unless no other capture of the page has it."""
        return self.words if self.lasts else ""

    @property
    def bare_place(self) -> str:
        """The place without digits; empty where no element in it has a name."""
        return DIGITS.sub("", self.place) if re.search(r"[.#]", self.place) else ""


@dataclass(frozen=True)
class Visit:
    """One capture with its boxes; `page` is what it is compared with the next one of."""

    name: str
    page: tuple[str, str]
    document: Document
    is_article: bool
    boxes: tuple[Seen, ...]


def read_visits(archives: Iterable[Path], host: str | None) -> list[Visit]:
    files = [file for archive in archives for file in list_files(archive)]
    documents = [
        document
        for file in files
        for document in read_documents(file)
        if isinstance(document, Document) and document.form == "html" and document.captured_at
    ]
    visits = [
        read_visit(str(n), document)
        for n, document in enumerate(documents)
        if document.url and (host or "") in document.url
    ]
    return mark_lasting(sorted(visits, key=lambda v: (v.page, v.document.captured_at, int(v.name))))


def read_visit(name: str, document: Document) -> Visit:
    url = document.url or ""
    page = harvest_html(document.body, url=url, charset=document.charset)
    told = explain_html(document.body, url=url, charset=document.charset)
    places = [d.place for d in told if d.kind]
    boxes = tuple(
        Seen(
            found.list_id,
            found.kind,
            found.heading,
            place,
            frozenset(item.url or item.title for item in found.items),
        )
        for found, place in zip(page.lists, places, strict=False)
    )
    source = name_source(url) or urlsplit(url).netloc
    template = "article" if page.title else url
    return Visit(name, (source, template), document, bool(page.title), boxes)


def point(sign: str, before: Visit, after: Visit) -> dict[int, int]:
    """Return to which box of the next capture a sign points, by index."""
    if sign == "items":
        return point_by_items(before, after)
    key: Callable[[Seen], str] = lambda box: box.words if sign == "heading" else box.bare_place  # noqa: E731
    mine, theirs = ([key(box) for box in visit.boxes] for visit in (before, after))
    once = {k for k, n in Counter(mine).items() if k and n == 1}
    once &= {k for k, n in Counter(theirs).items() if n == 1}
    found = {mine.index(k): theirs.index(k) for k in once}
    if sign == "heading":
        return found
    return {
        i: j
        for i, j in found.items()
        if before.boxes[i].lasting_words == after.boxes[j].lasting_words
    }


def point_by_items(before: Visit, after: Visit) -> dict[int, int]:
    shared = {
        (i, j): n
        for i, one in enumerate(before.boxes)
        for j, other in enumerate(after.boxes)
        if (n := len(one.items & other.items)) >= 2
        and 2 * n >= min(len(one.items), len(other.items))
    }

    def is_best(i: int, j: int, n: int) -> bool:
        rivals = [m for (a, b), m in shared.items() if (a == i) != (b == j)]
        return all(m < n for m in rivals)

    return {i: j for (i, j), n in shared.items() if is_best(i, j, n)}


def mark_lasting(visits: list[Visit]) -> list[Visit]:
    """Return the visits with each heading that only one capture of its page has marked as such."""
    times = Counter(
        (visit.page, words) for visit in visits for words in {box.words for box in visit.boxes}
    )
    return [
        replace(v, boxes=tuple(replace(b, lasts=times[v.page, b.words] > 1) for b in v.boxes))
        for v in visits
    ]


@dataclass
class Tally:
    """What was counted over all pairs of captures."""

    recurring: Counter[str]
    kept: Counter[str]
    linked: int = 0
    wrong: int = 0


def compare(before: Visit, after: Visit, tally: Tally) -> list[tuple[Seen, Seen, str]]:
    """Count one pair of captures; return the boxes that lost their list_id."""
    pointing = {sign: point(sign, before, after) for sign in SIGNS}
    ids = {box.list_id: j for j, box in enumerate(after.boxes)}
    lost = []
    for i, box in enumerate(before.boxes):
        found = {sign: at[i] for sign, at in pointing.items() if i in at}
        linked = ids.get(box.list_id)
        if linked is not None and found:
            tally.linked += 1
            tally.wrong += linked not in found.values()
        if len(set(found.values())) != 1:
            continue
        j = next(iter(found.values()))
        if any(at.get(k) == j for at in pointing.values() for k in at if k != i):
            continue
        for name in ("all", *found, *(["two signs"] if len(found) > 1 else [])):
            tally.recurring[name] += 1
            tally.kept[name] += linked == j
        if linked != j:
            lost.append((box, after.boxes[j], "+".join(found)))
    return lost


def count_false_alarms(visits: list[Visit]) -> tuple[int, int, int, int]:
    """Return captures, those with a list said to be missing, those where one is there, and lists.

    A list is there although it is said to be missing where the signs lead from the last capture
    that had it to a box of this one.
    """
    captures = [
        {
            "capture_id": v.name,
            "source": v.page[0],
            "url": v.document.url,
            "captured_at": v.document.captured_at,
            "outcome": "ok",
            "n_bytes": 1,
            "parser": "",
        }
        for v in visits
    ]
    lists = [
        (v.name, box.list_id, box.heading, box.kind, n, len(box.items), "ok")
        for v in visits
        for n, box in enumerate(v.boxes, 1)
    ]
    lists += [(v.name, "own", "", "article", 9999, 1, "ok") for v in visits if v.is_article]
    missing = find_missing(LISTS.frame(lists), CAPTURES.frame(captures))
    by_name = {v.name: v for v in visits}
    series = defaultdict(list)
    for visit in visits:
        series[visit.page].append(visit)
    false, n_false = set(), 0
    for name, list_id in missing.select("capture_id", "list_id").iter_rows():
        visit = by_name[name]
        past = series[visit.page][: series[visit.page].index(visit)]
        last = next(v for v in reversed(past) if any(b.list_id == list_id for b in v.boxes))
        i = next(n for n, box in enumerate(last.boxes) if box.list_id == list_id)
        found = {at[i] for sign in SIGNS if i in (at := point(sign, last, visit))}
        if len(found) == 1:
            false.add(name)
            n_false += 1
    return len(visits), missing["capture_id"].n_unique(), len(false), n_false


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("archives", type=Path, nargs="+")
    parser.add_argument("--misses", type=int, default=0, help="Print so many lost boxes.")
    parser.add_argument("--host", help="Only pages with this in their address.")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"selectolax {version('selectolax')}"
    )
    visits = read_visits(options.archives, options.host)
    tally = Tally(Counter(), Counter())
    lost = []
    pairs = [(a, b) for a, b in pairwise(visits) if a.page == b.page]
    for before, after in pairs:
        for one, other, signs in compare(before, after, tally):
            lost.append((before, one, other, signs))
    print(f"{len(visits)} captures, {len(pairs)} pairs, {sum(len(v.boxes) for v in visits)} boxes")
    for name in ("all", "two signs", *SIGNS):
        n, kept = tally.recurring[name], tally.kept[name]
        print(f"recurring by {name:>9}: {n:5}, list_id kept {kept / max(n, 1):.3f}")
    print(
        f"list_ids seen twice in a row: {tally.linked}, "
        f"not contradicted {1 - tally.wrong / max(tally.linked, 1):.4f}"
    )
    n, n_missing, n_false, n_lists = count_false_alarms(visits)
    print(
        f"captures with a list said to be missing: {n_missing} of {n}; "
        f"falsely: {n_false} ({n_false / max(n, 1):.3f}), {n_lists} lists"
    )
    step = max(1, len(lost) // max(options.misses, 1))
    for visit, one, other, signs in lost[::step][: options.misses]:
        print(f"\n{visit.document.url} {visit.document.captured_at:%Y-%m-%d} by {signs}")
        for box in (one, other):
            print(f"  {box.kind:9} {box.heading[:50]!r:52} {len(box.items):3}  {box.place}")


if __name__ == "__main__":
    sys.exit(main())
