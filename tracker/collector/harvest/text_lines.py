"""Lines of a page's visible text, and what each looks like by itself."""

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MAX_CHARACTERS: Final = 2_000_000
MAX_LINES: Final = 20_000
MAX_LINE: Final = 2_000
"""Bounds on what is read of one text; the longest news pages keep far below them."""


class Look(IntEnum):
    """What a line looks like, whatever its language."""

    NUMBER = 0
    """No letters: a rank, a counter, a rule."""
    DATED = 1
    """A date, a time, or a few words around a number: "2 hours ago", "3 comments"."""
    SHORT = 2
    """Fewer than four words: a menu entry, a kicker, a name, a label."""
    TITLE = 3
    """Several words without a full stop."""
    SENTENCE = 4
    """One sentence with its full stop: a blurb, a caption, at times a headline."""
    BODY = 5
    """A paragraph."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank.

    Attributes:
        text: The line: NFC, entities decoded, white space folded.
        folded: Its letters and digits alone, case folded; equal lines say the same.
        words: Its length in words; two letters of a script without spaces count as one.
        look: What it looks like.
        ending: Its last character that is no quotation mark or bracket.
    """

    text: str
    folded: str
    words: float
    look: Look
    ending: str


FULL_STOPS: Final = frozenset(".。．｡۔।॥።։။។᠃᙮")
_CLOSERS: Final = "\"'”’»«›“‘)]}）」』】〉》"
_SPACES: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffc]+")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORD: Final = re.compile(r"\w+(?:['’.:,\-‑–/&@]+\w+)*")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_CLOCK: Final = (
    r"(?<!\d)(?:[01]?\d|2[0-4])[:.h時시](?:[0-5]\d)(?!\d)(?:[:.][0-5]\d)?"
    r"|(?<!\d)\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}(?!\d)|(?<!\d)\d{4}[./\-]\d{1,2}[./\-]\d{1,2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}\s*[年月日년월일]|(?<!\d)\d{1,2}/\d{1,2}(?!\d)"
)
DATE: Final = re.compile(_CLOCK)
_BREAK: Final = re.compile(r"[.!?][\"'”’»)]*\s+\W?[^\W\d_a-z]|[。！？؟۔।](?=.)")


def fold(text: str) -> str:
    """Return the letters and digits of `text`, case folded."""
    return _NOT_WORD.sub("", text).casefold()


def count_words(text: str) -> float:
    """Return the length of `text` in words, counting two letters of unspaced scripts as one."""
    unspaced = len(_UNSPACED.findall(text))
    spaced = len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text))
    return spaced + unspaced / 2


def read_lines(text: str) -> list[Line]:
    """Return the lines of `text` that are not blank, in order.

    Reads at most `MAX_CHARACTERS` characters and `MAX_LINES` lines, and of each line at most
    `MAX_LINE` characters.
    """
    lines: list[Line] = []
    for raw in text[:MAX_CHARACTERS].splitlines():
        line = _read_line(raw[: 2 * MAX_LINE])
        if line is not None:
            lines.append(line)
            if len(lines) >= MAX_LINES:
                break
    return lines


def _read_line(raw: str) -> Line | None:
    if "&" in raw:
        raw = html.unescape(raw)
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode("utf-8"))
    text = _SPACES.sub(" ", raw).strip()[:MAX_LINE]
    if not text:
        return None
    words = count_words(text)
    ending = text.rstrip(_CLOSERS)[-1:]
    return Line(text, fold(text), words, _look(text, words, ending), ending)


def _look(text: str, words: float, ending: str) -> Look:
    n_letters = sum(map(str.isalpha, text)) if len(text) < 80 else len(text)
    if not n_letters:
        return Look.NUMBER
    if words <= 8 and _is_dated(text, words):
        return Look.DATED
    if words < 4:
        return Look.SHORT
    stopped = ending in FULL_STOPS and not text.endswith(("...", ". ."))
    if words > 40 or (words >= 12 and (stopped or words >= 24) and _BREAK.search(text)):
        return Look.BODY
    if stopped:
        return Look.BODY if words >= 24 else Look.SENTENCE
    return Look.TITLE


def _is_dated(text: str, words: float) -> bool:
    """Return whether little is left of a short line once its dates and numbers are gone."""
    if not any(map(str.isdigit, text)):
        return False
    rest = re.sub(r"\d+", " ", DATE.sub(" ", text))
    left = count_words(rest)
    return left <= 2 or (words <= 5 and left <= 3) or (DATE.search(text) is not None and left <= 4)
