"""Who published a page."""

from typing import Final
from urllib.parse import urlsplit

_PREFIXES: Final = ("www.", "m.", "amp.", "mobile.")


def name_source(url: str) -> str | None:
    """Return the host of `url` without `www.` and the mobile prefixes; None if it has none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    if not host or "." not in host.strip("."):
        return host or None
    for prefix in _PREFIXES:
        if host.startswith(prefix) and host.count(".") > 1:
            return host.removeprefix(prefix)
    return host
