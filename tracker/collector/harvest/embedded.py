"""Headline lists that a page carries only as data for its scripts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.links import canonicalise
from tracker.collector.harvest.names import signs_of
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

MOST_VALUES: Final = 200_000
"""Values of a page's data that are looked at."""
LEAST_ITEMS: Final = 3
_SCRIPTS: Final = (
    "script[type='application/ld+json'], script[type='application/json'], "
    "script#__NEXT_DATA__, script#__NUXT_DATA__"
)
_SIGNS: Final = ("application/ld+json", "application/json", "__NEXT_DATA__", "__NUXT_DATA__")
_TITLES: Final = ("headline", "title", "name", "shortHeadline", "heading")
_ADDRESSES: Final = (
    "url",
    "href",
    "link",
    "canonicalUrl",
    "canonical_url",
    "webUrl",
    "path",
    "@id",
)
_KINDS: Final = ("most_read", "latest", "related", "picks")


@dataclass(frozen=True, slots=True)
class DataList:
    """One list found in a page's data.

    Attributes:
        heading: The name it gives itself; empty if none.
        kind: Its kind, by that name or by the key it stands under.
        items: Headline and canonical address of each item.
    """

    heading: str
    kind: str
    items: tuple[tuple[str, str], ...]


def read_data_lists(text: str, base: str | None) -> list[DataList]:
    """Return the headline lists in the JSON that a page's scripts read."""
    if not any(sign in text for sign in _SIGNS):
        return []
    lists: list[DataList] = []
    for script in LexborHTMLParser(text).css(_SCRIPTS):
        try:
            data = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        lists += _lists_in(data, base)
    seen: set[tuple[tuple[str, str], ...]] = set()
    return [x for x in lists if not (x.items in seen or seen.add(x.items))]  # type: ignore[func-returns-value]


def _lists_in(data: Any, base: str | None) -> Iterator[DataList]:
    waiting: list[tuple[str, str, Any]] = [("", "", data)]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        key, name, value = waiting.pop()
        if isinstance(value, dict):
            own = value.get("name") if value.get("@type") == "ItemList" else None
            own = own if isinstance(own, str) else name
            waiting += [
                (k, own, v) for k, v in reversed(value.items()) if isinstance(v, dict | list)
            ]
        elif isinstance(value, list):
            items = _items_of(value, base)
            if items:
                yield DataList(name, _kind_of(key, name), items)
            else:
                waiting += [(key, name, v) for v in reversed(value) if isinstance(v, dict | list)]


def _items_of(values: Sequence[Any], base: str | None) -> tuple[tuple[str, str], ...]:
    """Return the headlines and addresses of a list's values, if most of them have both."""
    if len(values) < LEAST_ITEMS:
        return ()
    found = [item for item in (_item_of(v, base) for v in values) if item]
    if len(found) < LEAST_ITEMS or len(found) * 5 < len(values) * 4:
        return ()
    long = sum(count_words(title) >= 4 for title, _ in found)
    return tuple(found) if long * 2 >= len(found) else ()


def _item_of(value: Any, base: str | None) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    inner = value.get("item")
    if isinstance(inner, dict):
        value = {**value, **inner}
    title = next((value[k] for k in _TITLES if isinstance(value.get(k), str)), "")
    address = next((value[k] for k in _ADDRESSES if isinstance(value.get(k), str)), "")
    title = clean_title(title)
    url = canonicalise(address, base) if address else None
    return (title, url) if title and url else None


def _kind_of(key: str, name: str) -> str:
    announced = kind_of_heading(name)
    if announced:
        return announced
    signs = signs_of(key)
    return next((kind for kind in _KINDS if kind in signs), "section" if name else "latest")
