"""Train the weights by which `harvest_text` tells listed headlines from the rest of a page.

    python tests/bench/train_text_weights.py --pages FOLDER... [--html FOLDER...]
        [--archive WARC]... [--keep-apart FOLDER...] [--folds N]

FOLDER holds one folder a page, named NUMBER-HOST: gold.json with the lists that are really there,
and page.txt or, below --html, page.html.gz of which the text is made. Pages of the archives are
labelled by `harvest_html`, and teach by number what they lack in certainty; labelled sites and
those to keep apart are left out of them. With --folds, sites are left out in turn, and what they
score is printed; without it, everything teaches.
"""

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fastwarc.warc import ArchiveIterator, WarcRecordType
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sklearn.linear_model import LogisticRegression

from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.html import harvest_html
from tracker.collector.harvest.text import find_own_headline
from tracker.collector.harvest.text_features import NAMES, measure
from tracker.collector.harvest.text_lines import Line, Look, fold, read_lines
from tracker.collector.harvest.text_scores import ECHOES, listen

SCORED = frozenset({"most_read", "latest", "related", "picks", "section", "other"})
LISTED, OTHER, UNSURE = 1, 0, -1
SHORTENED_WEIGHT = 0.5
WEIGHTS = Path("tracker/collector/harvest/text_weights.json")
SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe", "select"})
INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd"
        " label mark q s samp small span strike strong sub sup time tt u var wbr",
    )
)


@dataclass(frozen=True)
class Example:
    """A labelled text: what each line is, and which headlines there are to find."""

    name: str
    lines: Sequence[Line]
    labels: np.ndarray
    keys: Sequence[str]
    n_headlines: int
    measured: np.ndarray
    weight: float = 1.0

    @property
    def site(self) -> str:
        return site_of(self.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, nargs="+", required=True)
    parser.add_argument("--html", type=Path, nargs="+", default=[])
    parser.add_argument("--keep-apart", type=Path, nargs="+", default=[])
    parser.add_argument("--weight", type=float, default=1.0, help="of a labelled page")
    parser.add_argument("--archive", type=Path, action="append", default=[])
    parser.add_argument("--per-host", type=int, default=1)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    weight = options.weight
    gold = [
        *(read_labelled(f, weight) for root in options.pages for f in list_pages(root)),
        *(read_labelled(f, weight, html=True) for root in options.html for f in list_pages(root)),
    ]
    known = {e.site for e in gold} | {
        site_of(f.name) for root in options.keep_apart for f in list_pages(root)
    }
    silver = [e for path in options.archive for e in read_archive(path, options.per_host, known)]
    print(f"{len(gold)} labelled pages, {len(silver)} pages labelled by harvest_html")
    if options.folds:
        cross_validate(gold, silver, options.folds)
    else:
        first, second = train([*gold, *silver])
        write(options.output, first, second, options.threshold)


def list_pages(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir())


def site_of(name: str) -> str:
    """Return the site of a page's folder or address, without "www."."""
    return re.sub(r"^(?:\d+-|https?://)?(?:www\.)?([^/:]*).*", r"\1", name)


def read_labelled(folder: Path, weight: float, *, html: bool = False) -> Example:
    lists = json.loads((folder / "gold.json").read_text("utf-8"))["lists"]
    if html:
        body = gzip.decompress((folder / "page.html.gz").read_bytes())
        text = "\n".join(visible_blocks(decode(body, None)))
    else:
        text = (folder / "page.txt").read_text("utf-8")
    titles = [(i["title"], held["kind"]) for held in lists for i in held["items"]]
    return label(folder.name, read_lines(text), titles, weight)


def read_archive(path: Path, per_host: int, known: Set[str]) -> Iterator[Example]:
    hosts: dict[str, int] = {}
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all")
        for record in records:
            url = record.headers.get("WARC-Target-URI") or ""
            host = site_of(url)
            body = record.reader.read()
            if host in known or hosts.get(host, 0) >= per_host or b"<" not in body:
                continue
            hosts[host] = hosts.get(host, 0) + 1
            page = harvest_html(body, url=url)
            titles = [(i.title, held.kind) for held in page.lists for i in held.items]
            lines = read_lines("\n".join(visible_blocks(decode(body, None))))
            if len(lines) >= 15:
                yield label(url, lines, titles)


def visible_blocks(document: str) -> Iterator[str]:
    """Yield the visible text of a page, one block a line, as crawls' conversions have it."""
    tree = LexborHTMLParser(document)
    title = tree.css_first("title")
    yield title.text() if title else ""
    pieces: list[str] = []
    stack: list[LexborNode | None] = [tree.body]
    while stack:
        node = stack.pop()
        if node is None or (node.tag not in INLINE and node.tag != "-text"):
            yield " ".join("".join(pieces).split())
            pieces.clear()
        if node is None or node.tag in SKIPPED:
            continue
        if node.tag == "-text":
            pieces.append(node.text_content or "")
            continue
        children = []
        child = node.child
        while child is not None:
            children.append(child)
            child = child.next
        if node.tag not in INLINE:
            stack.append(None)
        stack.extend(reversed([c for c in children if c.tag and c.tag != "_comment"]))


def label(
    name: str, lines: Sequence[Line], titles: Sequence[tuple[str, str]], weight: float = 1.0
) -> Example:
    wanted: dict[str, str] = {}
    for title, kind in titles:
        key = fold(title)
        if key and wanted.get(key) not in SCORED:
            wanted[key] = kind
    keys = [find(line, wanted) for line in lines]
    own = find_own_headline(lines)
    owned = {lines[0].folded, own.folded if own else ""} if lines else set()
    labels = np.array(
        [
            UNSURE
            if line.folded in owned or (key and wanted[key] not in SCORED)
            else LISTED
            if key
            else OTHER
            for line, key in zip(lines, keys, strict=True)
        ]
    )
    n_headlines = sum(kind in SCORED for kind in wanted.values())
    return Example(name, lines, labels, keys, n_headlines, measure(lines), weight)


def find(line: Line, wanted: dict[str, str]) -> str:
    """Return which of the wanted headlines a line is, be it with a rank, kicker or time."""
    if line.look is Look.NUMBER:
        return ""
    shapes = [line.folded, fold(line.text), fold(re.sub(r"^\d{1,2}|\d+$", "", line.title))]
    if " : " in line.title:
        shapes.append(fold(line.title.split(" : ", 1)[1]))
    for shape in shapes:
        if shape in wanted:
            return shape
    for shape in shapes:
        for key in wanted if len(shape) >= 12 else ():
            short, long = sorted((shape, key), key=len)
            if len(short) >= 12 and len(short) >= 0.7 * len(long) and short in long:
                return key
    return ""


def shortened(example: Example) -> Iterator[Example]:
    """Yield the text as corpora keep it: from the article on, and then without short lines."""
    begun = next((i for i, x in enumerate(example.lines) if x.look >= Look.BLURB), 0)
    long = [i for i, x in enumerate(example.lines) if i >= begun and x.words >= 4]
    for kept in (list(range(begun, len(example.lines))), long):
        if begun and len(kept) >= 8:
            lines = [example.lines[i] for i in kept]
            keys = [example.keys[i] for i in kept]
            yield Example(
                example.name,
                lines,
                example.labels[kept],
                keys,
                0,
                measure(lines),
                example.weight * SHORTENED_WEIGHT,
            )


def train(examples: Sequence[Example]) -> tuple[LogisticRegression, LogisticRegression]:
    taught = [v for e in examples for v in (e, *shortened(e))]
    weights = np.concatenate([np.full(len(e.lines), e.weight) for e in taught])
    labels = np.concatenate([e.labels for e in taught])
    sure = labels != UNSURE
    first = LogisticRegression(C=0.1, max_iter=500)
    first.fit(
        np.vstack([e.measured for e in taught])[sure], labels[sure], sample_weight=weights[sure]
    )
    heard = np.vstack([hear(e, first) for e in taught])
    second = LogisticRegression(C=0.1, max_iter=500)
    second.fit(heard[sure], labels[sure], sample_weight=weights[sure])
    return first, second


def hear(example: Example, first: LogisticRegression) -> np.ndarray:
    odds = example.measured @ first.coef_[0] + first.intercept_[0]
    return np.hstack([example.measured, listen(example.measured, odds)])


def cross_validate(gold: Sequence[Example], silver: Sequence[Example], n_folds: int) -> None:
    sites = np.random.default_rng(0).permutation(sorted({e.site for e in gold}))
    chances: dict[str, np.ndarray] = {}
    alone: dict[str, np.ndarray] = {}
    for number in range(n_folds):
        left_out = set(sites[number::n_folds].tolist())
        first, second = train([*(e for e in gold if e.site not in left_out), *silver])
        for example in (e for e in gold if e.site in left_out):
            chances[example.name] = second.predict_proba(hear(example, first))[:, 1]
            alone[example.name] = first.predict_proba(example.measured)[:, 1]
    for title, found in (("line alone", alone), ("with neighbours", chances)):
        for threshold in np.arange(0.3, 0.71, 0.05):
            print(f"{title}, threshold {threshold:.2f}: {evaluate(gold, found, threshold)}")


def evaluate(gold: Sequence[Example], chances: dict[str, np.ndarray], threshold: float) -> str:
    hits = false = wanted = 0
    for example in gold:
        taken = chances[example.name] >= threshold
        rows = list(zip(example.lines, example.labels, example.keys, taken, strict=True))
        hits += len({key for _, kind, key, take in rows if take and kind == LISTED})
        false += len({line.folded for line, kind, _, take in rows if take and kind == OTHER})
        wanted += example.n_headlines
    precision, recall = hits / max(1, hits + false), hits / wanted
    f1 = 2 * hits / (hits + false + wanted)
    return f"precision {precision:.3f} recall {recall:.3f} F1 {f1:.4f}"


def write(
    path: Path, first: LogisticRegression, second: LogisticRegression, threshold: float
) -> None:
    def named(model: LogisticRegression, names: Sequence[str]) -> dict[str, float]:
        pairs = zip(names, model.coef_[0], strict=True)
        weights = {name: round(float(w), 3) for name, w in pairs if abs(w) >= 0.0005}
        return {"bias": round(float(model.intercept_[0]), 3), **weights}

    weights = {
        "threshold": threshold,
        "first": named(first, NAMES),
        "second": named(second, (*NAMES, *ECHOES)),
    }
    path.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
