"""Who published a page."""

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = ("http://", "https://")
"""What addresses on the web begin with."""
LONGEST_SOURCE: Final = 253
"""Characters of the name of an outlet: as many as the name of a host may have.

Source: Mockapetris, RFC 1035 (1987), section 2.3.4."""
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


def find_fault(source: str) -> str | None:
    """Return what is wrong with the name of an outlet; None if nothing is."""
    if len(source) <= LONGEST_SOURCE:
        return None
    return (
        f"found a source of {len(source):,} characters, {source[:40]!r} and so on; wanted at most "
        f"{LONGEST_SOURCE}"
    )


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
