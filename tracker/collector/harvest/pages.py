"""What a harvested page is made of."""

from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.links import LONGEST_URL
from tracker.names import count

PARSER: Final = "6"
"""Version of the harvester; raised whenever the same page may give other lists."""


@dataclass(frozen=True, slots=True)
class Item:
    """One slot of a list.

    Attributes:
        rank: Its place, from 1.
        title: The headline as shown: entity-decoded, NFC, white space folded.
        url: Canonical http(s) address, or None where the page gives none.
    """

    rank: int
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class HeadlineList:
    """One box of headlines.

    Attributes:
        list_id: The same box of a source keeps it from night to night; unique on its page.
        heading: The heading as shown; empty where there is none.
        kind: One of `tracker.tables.LIST_KINDS` (never "article").
        items: Its slots, in order.
    """

    list_id: str
    heading: str
    kind: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as harvested.

    Attributes:
        url: Its canonical address, as given or as the page itself says.
        title: The headline of the page's own article; None on front and section pages.
        language: ISO 639-1 code the page declares, if any.
        lists: Its headline lists, in the order of the page.
        note: What was left out of them, if there is anything to say.
    """

    url: str | None
    title: str | None
    language: str | None
    lists: tuple[HeadlineList, ...]
    note: str | None = None


def tell_overlong(n_addresses: int) -> str | None:
    """Return what there is to say of a page with so many links to overlong addresses."""
    if not n_addresses:
        return None
    addresses = count(n_addresses, "address", "addresses")
    return f"left out {addresses} of over {LONGEST_URL:,} characters; the headlines are kept"
