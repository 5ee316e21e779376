"""Headlines as they are meant to be read: no furniture glued to them."""

import html
import re
import unicodedata
from typing import Final

import polars as pl

from tracker.collector.harvest.memories import remember

LONGEST_TITLE: Final = 400
"""Characters of a headline; what is longer is a paragraph or no words at all.

A page's own title and all headings are cut there, at a word; feeds and tables are read without such
rows; and of a title that a study holds already no more is read."""

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_UNSEEN: Final = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u2069\ufeff\ufffc"
)
_INVISIBLE: Final = re.compile(rf"[{_UNSEEN}\ud800-\udfff]")
_DOUBTFUL: Final = r"[^\x00-\x{2ff}\x{2010}-\x{2027}]"
_TAG: Final = re.compile(r"</?(?:b|i|em|strong|br|span|wbr|sup|sub|u|font|p)\b[^<>]{0,80}>", re.I)
_ORNAMENTS: Final = "•·●▪■□◆◇▶►▸>|*–—・‣◾▲△▼▽○◎★☆→⇒⇨✓✔✚➤➜❯"
_LEADING: Final = re.compile(rf"^(?:[\s{_ORNAMENTS}]|-(?=\s)|\+(?=\s))+")
_TRAILING: Final = re.compile(rf"[\s{_ORNAMENTS}]+$")
_ARROWS: Final = re.compile(r"^[\s»›]+|[\s«»‹›]+$")
_CLOCK: Final = re.compile(
    r"^(?:[\[(]\s*)?(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d)?(?:\s?(?:[ap]\.?m\.?|uhr|uur|hs|hrs?)(?=\W))?(?:\s*[\])])?"
    r"(?:\s*[-–—|•·:]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)

_CLOCK_START: Final = re.compile(r"[\[(\d]")
_PLAIN_ENDS: Final = re.compile(r"(?s)[^\W\d_](?:.*[\w.!?\"”’'…)])?$")
"""Most headlines: they begin with a letter and end with a letter or a full stop."""


@remember
def clean_title(text: str) -> str:
    """Return the headline in `text`: decoded, NFC, white space folded, furniture off its ends.

    Left alone is what the outlet itself made part of the headline: quotation marks, "(VIDEO)",
    a cut-off's dots.
    """
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = fold_text(text)
    if _PLAIN_ENDS.match(text):
        return cut_text(text)
    text = _trim(text)
    if _CLOCK_START.match(text):
        shorter = _CLOCK.sub("", text, count=1)
        if len(shorter) >= 8:
            text = _trim(shorter)
    return cut_text(text)


def fold_text(text: str) -> str:
    """Return `text` in NFC, without invisible characters, white space folded."""
    if not text.isprintable() or "\ufffc" in text:  # which counts as a printable sign
        text = _INVISIBLE.sub("", text)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def fold_texts(texts: pl.Series) -> pl.Series:
    """Return each of `texts` as `fold_text` has it; a null stays one."""
    seen = texts.str.replace_all(f"[{_UNSEEN}]", "")  # halves of a letter are in no column
    folded = seen.str.replace_all(r"[^\S ]\s*| \s+", " ").str.strip_chars(" ")
    # Most are NFC by the letters they have, and to look at all others costs as much again.
    unsure = folded.str.contains(_DOUBTFUL).fill_null(value=False).arg_true()
    return folded.scatter(unsure, folded.gather(unsure).str.normalize("NFC"))


def _trim(text: str) -> str:
    if not ("«" in text and "»" in text):
        text = _ARROWS.sub("", text)
    return _TRAILING.sub("", _LEADING.sub("", text))


def cut_text(text: str) -> str:
    """Return `text` up to the last word that ends within `LONGEST_TITLE` characters."""
    if len(text) <= LONGEST_TITLE:
        return text
    head, _, _ = text[:LONGEST_TITLE].rpartition(" ")
    return head or text[:LONGEST_TITLE]
