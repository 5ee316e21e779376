"""Plain wording for people: shares, changes, days, and harvested text made safe to show."""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from tracker.ids import hash_text

LONGEST_TITLE: Final = 400
"""Characters of a headline that are shown; longer ones end in an ellipsis."""

CHOOSERS: Final = {
    "editorial": "editors’ headline slots",
    "audience": "most-read headline slots",
}
"""What a share is a share of, by channel."""

LISTS: Final = {"editorial": "editors’ lists", "audience": "most-read lists"}
"""What the lists of a channel are called."""

_SPACE: Final = re.compile(r"\s+")
# Embeddings, overrides and isolates reorder what stands around them; titles never need them.
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_LINK: Final = re.compile(
    r"(?i:https?)://[^\s/?#\x00-\x20][^\s\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069]*"
)
_MARK: Final = re.compile(r" \((?:t[0-9a-f]{3,16}|topic)\)$")
"""What stands behind a subject's name that another one has too, as `name_subjects` writes it."""
_LONGEST_NAME: Final = 120
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.ASCII)


def percent(share: float) -> str:
    """Return a share as people write it: `14%`, `4.2%`, `0%`."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0 < share < 0.0995:
        return f"{share * 100:.1f}".removesuffix(".0") + "%"
    return f"{share * 100:.0f}%"


def signed(change: float) -> str:
    """Return a change of a share in percentage points, with its sign: `+12`, `−8.9`, `0`."""
    value = abs(change * 100)
    text = f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:.0f}"
    if text == "0":
        return text
    return f"{'+' if change > 0 else '−'}{text}"


def points(change: float) -> str:
    """Return a change of a share in words: `+12 points`."""
    text = signed(change)
    return f"{text} point{'' if text[1:] == '1' else 's'}"


def day(night: date) -> str:
    """Return a night in full: `24 February 2022`."""
    return f"{night.day} {night:%B %Y}"


def short_day(night: date) -> str:
    """Return a night in short: `24 Feb 2022`."""
    return f"{night.day} {night:%b %Y}"


def join_words(words: Sequence[str], last: str = "or") -> str:
    """Return words as a list in a sentence: `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def quote_apart(names: Sequence[str]) -> list[str]:
    """Return names for a list in a sentence: in quotation marks if one of them has a comma."""
    return [f"“{name}”" for name in names] if any("," in name for name in names) else list(names)


def name_several(names: Sequence[str], most: int = 2) -> str:
    """Return names as a list in a sentence, the first few in full: `a, b and 3 others`."""
    if len(names) == 1:
        return names[0]
    more = len(names) - most
    rest = [] if more <= 0 else [f"{more} other{'' if more == 1 else 's'}"]
    return join_words([*quote_apart(names[:most]), *rest], "and")


def name_ordinal(number: int) -> str:
    """Return a place or a turn as people say it: `first`, `eighth`, `9th`, `22nd`."""
    words = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    if number < len(words):
        return words[number]
    ending = "th" if number // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def clean(text: str, limit: int = LONGEST_TITLE) -> str:
    """Return harvested text on one line, without invisible controls, at most `limit` characters.

    What tells subjects of one name apart stays at the end of a name that is cut.
    """
    text = text[: max(limit * 4, _LONGEST_NAME)]
    if not (text.isascii() and text.isprintable()) or "  " in text:
        text = _SPACE.sub(" ", _UNSEEN.sub("", text))
    text = text.strip()
    if len(text) <= limit:
        return text
    mark = _MARK.search(text)
    tail = mark.group() if mark and len(mark.group()) + 4 <= limit else ""
    return f"{text[: limit - 1 - len(tail)].rstrip()}…{tail}"


def plot_text(text: str, limit: int = 80) -> str:
    """Return harvested text for a chart, where it can be neither markup nor a template.

    Plotly reads a small HTML in every label and `%{…}` in hover templates; both are taken apart.
    Right-to-left text is isolated, so that it cannot reorder what stands beside it.
    """
    text = html.escape(clean(text, limit), quote=False)
    return isolate(text.replace("%{", "%\u200b{").replace("$", "&#36;"))


def isolate(text: str) -> str:
    """Return harvested text so that right-to-left letters cannot reorder what stands beside it."""
    if text.isascii():
        return text
    right_to_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\u2068{text}\u2069" if right_to_left else text


def quote(text: str, limit: int) -> str:
    """Return harvested text in quotation marks, for a sentence."""
    return f"“{isolate(clean(text, limit))}”"


def web_link(url: str | None) -> str | None:
    """Return `url` if it is a plain http(s) address, else None."""
    return url if url and len(url) <= 2000 and _LINK.fullmatch(url) else None


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


def file_names(texts: Iterable[str]) -> dict[str, str]:
    """Return a file name (without ending) for each text: unique, short and safe on every system."""
    texts = sorted(set(texts))
    slugs = {text: _slug(text) for text in texts}
    taken: dict[str, int] = {}
    for slug in slugs.values():
        taken[slug] = taken.get(slug, 0) + 1
    names = {}
    for text, slug in slugs.items():
        # A name that another text shares, or that lost letters on the way, carries a digest.
        whole = len(slug) == len(text.strip()) or slug == re.sub(r"[\s_.]+", "-", text.casefold())
        if not slug or taken[slug] > 1 or _RESERVED.fullmatch(slug) or not whole:
            digest = hash_text(text, 4)
            slug = f"{slug}-{digest}".strip("-")
        names[text] = slug
    return names
