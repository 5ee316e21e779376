"""Addresses of stories: absolute, canonical, http(s) only."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit

from courlan import clean_url

LONGEST_URL: Final = 2000
"""Characters of an address; what is longer carries a page's state, and is kept nowhere."""
_SCHEME: Final = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPACE: Final = re.compile(r"\s+")


_ARCHIVED: Final = re.compile(
    r"^(?:https?:)?(?://web\.archive\.org)?/web/\d{4,14}[a-z_]*/(?=https?:)", re.IGNORECASE
)
_SLASH: Final = re.compile(r"^(https?):/(?=[^/])", re.IGNORECASE)


_CANONICAL: Final = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/(?![/.])(?:[A-Za-z0-9._~!$'()*+,;=:@-]|%[0-9A-F]{2})*)*$"
)
"""Addresses that are canonical as they are: most are, and need no further look."""
_ROOTED: Final = re.compile(r"/(?!/)")
_ORIGIN: Final = re.compile(r"https?://[^/?#@]+(?=[/?#]|$)")


def unarchived(href: str) -> str:
    """Return the address that a web archive's copy of a link stood for."""
    return _SLASH.sub(r"\1://", _ARCHIVED.sub("", href)) if "/web/" in href else href


def absolute(href: str, base: str | None) -> str | None:
    """Return `href` joined to `base`, or None where it leads to no page of the web.

    A user name and password in it are dropped.
    """
    href = unarchived(_CONTROLS.sub("", href).strip())
    if not href or href[0] == "#" or len(href) > LONGEST_URL:
        return None
    scheme = _SCHEME.match(href)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return None
    if base and _ROOTED.match(href):
        origin = _ORIGIN.match(base)
        if origin and "/." not in href:
            return origin[0].lower() + href
    try:
        joined = urljoin(base, href) if base and not (scheme and "//" in href) else href
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
    except ValueError:  # a port that is none, too
        return None
    if "@" in parts.netloc:
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return parts.geturl()


def canonicalise(href: str, base: str | None) -> str | None:
    """Return the canonical address that `href` on the page `base` leads to, or None.

    Absolute, http(s) only, without tracking parameters and fragment, of at most `LONGEST_URL`
    characters. None too where the page's own address is not known and `href` is relative.
    """
    address = _clean(href, base)
    return None if address is None or len(address) > LONGEST_URL else address


def is_overlong(href: str, base: str | None) -> bool:
    """Return whether `href` has no canonical address only because it is too long."""
    if len(href) <= LONGEST_URL:
        return len(_clean(href, base) or "") > LONGEST_URL
    scheme = _SCHEME.match(href)
    return not scheme or scheme[1].lower() in ("http", "https")


@lru_cache(maxsize=16384)
def _clean(href: str, base: str | None) -> str | None:
    joined = absolute(href, base)
    if joined is None:
        return None
    joined = _CONTROLS.sub("", joined).partition("#")[0]
    if _CANONICAL.match(joined):
        return joined
    try:
        cleaned = clean_url(joined)
        if not cleaned or not urlsplit(cleaned).hostname:
            return None
    except (ValueError, UnicodeError):
        return None
    return _SPACE.sub("%20", str(cleaned).partition("#")[0])
