"""Bytes of a page as text, whatever its headers, metas and editors claim."""

import codecs
import re
from typing import Final

from resiliparse.parse.encoding import detect_encoding

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META: Final = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_XML: Final = re.compile(
    rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]{2,40})""", re.IGNORECASE
)
_WIDER: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""Charsets that browsers read as a wider one (WHATWG Encoding Standard)."""
_SHARE_BROKEN: Final = 0.02
_HEAD: Final = 4096
_SAMPLE: Final = 100_000
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_SIGNS: Final = re.compile(rb"\xc3(?:[\x82\x83\x90]\xc2|\xa2\xe2\x82\xac|\x91\xe2)")
"""What text that was encoded twice has in it, as bytes."""
_C1: Final = "".join(chr(i) for i in range(0x80, 0xA0))
_CP1252: Final = {
    **{
        b: bytes([b]).decode("cp1252")
        for b in range(0x80, 0x100)
        if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    },
    **{b: chr(b) for b in (0x81, 0x8D, 0x8F, 0x90, 0x9D)},
}
_AS_BYTE: Final = {char: byte for byte, char in _CP1252.items()}
_TAILS: Final = "".join(re.escape(_CP1252[b]) for b in range(0x80, 0xC0)) + re.escape(_C1)
_DOUBLED: Final = re.compile(
    rf"[\u00c2-\u00df][{_TAILS}]|[\u00e0-\u00ef][{_TAILS}]{{2}}|[\u00f0-\u00f4][{_TAILS}]{{3}}"
)


def decode(body: bytes, charset: str | None = None) -> str:
    """Return `body` as text; bytes that fit no charset become U+FFFD.

    UTF-8 wins where the bytes are UTF-8, because a wrong label is common and a chance fit is
    not; then come the byte order mark, the page's own meta, the header's `charset` and, last,
    detection by the bytes. Text that was encoded twice is repaired.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        text = body.decode("utf-8")
        return undouble(text) if _SIGNS.search(body, 0, _SAMPLE) else text
    except UnicodeDecodeError:
        pass
    if is_nearly_utf8(body):
        return undouble(body.decode("utf-8", "replace"))
    return body.decode(choose_codec(body, _declared(body), charset), "replace")


def is_nearly_utf8(body: bytes) -> bool:
    """Return whether bytes that are not all UTF-8 are so but for a few that were cut or typed."""
    sample = body[:_SAMPLE]
    n_broken = sample.decode("utf-8", "replace").count("\ufffd")
    n_high = sum(map(len, _HIGH.findall(sample)))
    return n_broken <= max(3, _SHARE_BROKEN * n_high) and n_high > 2 * n_broken


def choose_codec(body: bytes, *named: str | None) -> str:
    """Return the name of the codec that reads bytes which are not UTF-8.

    Args:
        body: The bytes; the first 100,000 are looked at.
        named: Charsets that something says of them, where it fits as well as what they look like.
    """
    sample = body[:_SAMPLE]
    codecs_ = [c for c in map(_codec, named) if c != "cp1252"]
    codecs_ += [_codec(detect_encoding(sample)), "cp1252"]
    return min(
        dict.fromkeys(filter(None, codecs_)),
        key=lambda c: sample.decode(c, "replace").count("\ufffd"),
    )


def undouble(text: str) -> str:
    """Return `text` with what was UTF-8 read as Windows-1252 and encoded again put right."""
    if len(_DOUBLED.findall(text[:_SAMPLE])) >= 3:
        return _DOUBLED.sub(_once, text)
    return text


def _once(match: re.Match[str]) -> str:
    raw = bytes(_AS_BYTE.get(c, ord(c) & 0xFF) for c in match[0])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _declared(body: bytes) -> str | None:
    found = _META.search(body, 0, _HEAD) or _XML.search(body, 0, _HEAD)
    return found[1].decode("ascii", "replace") if found else None


def _codec(name: str | None) -> str | None:
    if not name:
        return None
    try:
        found = codecs.lookup(name.strip()).name
    except LookupError:
        return None
    if found.startswith(("utf-16", "utf-32", "utf-7")):
        return None
    return _WIDER.get(found, found)
