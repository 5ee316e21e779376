"""Lines of a page's visible text, and what each looks like by itself."""

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tracker.collector.harvest.kinds import kind_of_heading
from tracker.tables import LIST_KINDS

MAX_CHARACTERS: Final = 500_000
MAX_LINES: Final = 4_000
MAX_LINE: Final = 600
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
    BLURB = 5
    """A short paragraph: of an article, or below a headline."""
    BODY = 6
    """A paragraph."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank.

    Attributes:
        text: The line: NFC, entities decoded, white space folded.
        title: The line without bullets, times and bracketed dates around it.
        folded: The title's letters and digits alone, case folded; equal lines say the same.
        words: The title's length in words, `count_words`.
        look: What it looks like.
        ending: The title's last character that is no quotation mark or bracket.
    """

    text: str
    title: str
    folded: str
    words: float
    look: Look
    ending: str


FULL_STOPS: Final = frozenset(".。．｡۔।॥።။។᠃᙮")
DATE: Final = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-4])\s?[:.h時시]\s?(?:[0-5]\d)(?!\d)(?:[:.][0-5]\d)?"
    r"|(?<!\d)\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}(?!\d)|(?<!\d)\d{4}[./\-]\d{1,2}[./\-]\d{1,2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}\s*[年月日년월일]|(?<!\d)\d{1,2}/\d{1,2}(?!\d)"
)
"""Dates and times written with digits, also the year of one written with words."""
_CLOSERS: Final = "\"'”’»«›“‘)]}）」』】〉》"
_BULLETS: Final = "•·∙●○■□▪▫◆◇▶▷►▸▹→»›>*✓✔☞※★☆．・‧|–—-"
_SPACES: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffc]+")
_KANA: Final = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_NOT_WORD: Final = re.compile(r"[\W_]+")
_BREAK: Final = re.compile(r"[.!?][\"'”’»)]*\s+\W?[^\W\d_a-z]|[。！？؟۔।](?=.)")
_OPENING: Final = "(（[［【"
_CLOSING: Final = ")）]］】"
_LONGEST_TAIL: Final = 12
_CLOCKED_START: Final = re.compile(
    r"^(?:\d{1,4}[./\-]\d{1,2}(?:[./\-]\d{2,4})?\.?,?\s+)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?!\d|\s?%)"
    r"\s*(?:[|–—\-:]\s*)?(?=\S)"
)
_CLOCKED_END: Final = re.compile(
    r"\s+\d{2,4}[./\-]\d{1,2}[./\-]\d{1,4}(?:,?\s+\d{1,2}:\d\d(?::\d\d)?)?$"
)


def fold(text: str) -> str:
    """Return the letters and digits of `text`, case folded."""
    return _NOT_WORD.sub("", text).casefold()


def count_words(text: str) -> float:
    """Return the length of `text` in words.

    In scripts without spaces two letters, in kana three, count as a word.
    """
    if text.isascii():
        return sum(map(_has_letter, text.split()))
    unspaced, n_unspaced = _UNSPACED.subn(" ", text)
    unspaced, n_kana = _KANA.subn(" ", unspaced)
    return sum(map(_has_letter, unspaced.split())) + n_unspaced / 2 + n_kana / 3


def _has_letter(token: str) -> bool:
    return token.isalnum() or any(map(str.isalnum, token))


def find_kind(heading: str) -> str | None:
    """Return the kind of headline list that `heading` announces, if it announces one."""
    kind = kind_of_heading(heading)
    return kind if kind in LIST_KINDS else None


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
    title = _strip(text) if len(text) < 300 else text
    words = count_words(title)
    ending = title.rstrip(_CLOSERS)[-1:]
    return Line(text, title, fold(title), words, _look(title, words, ending), ending)


def _strip(text: str) -> str:
    """Return `text` without bullets and times around it, unless little would be left."""
    title = text.lstrip(_BULLETS + " ")
    title = _CLOCKED_START.sub("", title, count=1)
    title = title[: _dated_bracket(title)].rstrip()
    title = _CLOCKED_END.sub("", title)
    return title if count_words(title) >= 2 else text


def _dated_bracket(text: str) -> int | None:
    """Return where a bracket with a date, the last thing in `text` but for a word, begins."""
    close = max(text.rfind(mark) for mark in _CLOSING)
    tail = text[close + 1 :].strip()
    if close < 0 or len(tail) > _LONGEST_TAIL or " " in tail:
        return None
    begin = max(text.rfind(mark, 0, close) for mark in _OPENING)
    bracket = text[max(begin, 0) : close + 1]
    if begin < 0 or not _is_dated(bracket, count_words(bracket)):
        return None
    return begin if not tail or DATE.search(bracket) else None


def _look(text: str, words: float, ending: str) -> Look:
    if not any(map(str.isalpha, text)):
        return Look.NUMBER
    if words <= 8 and _is_dated(text, words):
        return Look.DATED
    if words < 4:
        return Look.SHORT
    if words > 45:
        return Look.BODY
    stopped = ending in FULL_STOPS and not text.endswith(("...", "..", ". ."))
    if words >= 24 if stopped else words > 30:
        return Look.BLURB
    if words >= 12 and (stopped or words >= 24) and _BREAK.search(text):
        return Look.BLURB
    return Look.SENTENCE if stopped else Look.TITLE


def _is_dated(text: str, words: float) -> bool:
    """Return whether little is left of a short line once its dates and numbers are gone."""
    if not any(map(str.isdigit, text)):
        return False
    left = count_words(re.sub(r"\d+", " ", DATE.sub(" ", text)))
    return left <= 2 or (words <= 5 and left <= 3) or (left <= 4 and DATE.search(text) is not None)
