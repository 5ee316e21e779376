"""Who published a page."""

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = ("http://", "https://")
"""What addresses on the web begin with."""
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


def is_near(url: str, other: str) -> bool:
    """Return whether two addresses are of one outlet: of one host, or one below the other."""
    one, two = name_source(url), name_source(other)
    if not one or not two:
        return False
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def choose_hosts(hosts: Collection[str]) -> Callable[[str], bool] | None:
    """Return what says of an address whether it is of one of `hosts`, or of one below.

    None, which chooses all, if there are no hosts. They are taken as `name_source` has them.
    """
    known = tuple(name_source(f"https://{host.strip().lower()}") or host for host in hosts)
    if not known:
        return None

    def wants(url: str) -> bool:
        host = name_source(url)
        return host is not None and any(host == one or host.endswith(f".{one}") for one in known)

    return wants
