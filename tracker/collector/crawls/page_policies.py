"""What of a page is loaded, and how its browser is told not to load anything else by itself.

A browser asks before it loads what a page refers to, in all its frames and workers. It does not
ask for web sockets, for pages that may come next, or for what it looks up for a page's payments and
accounts; so those are switched off.
"""

from typing import Any, Final

Event = dict[str, Any]

_LOADED: Final = ("Document", "Stylesheet", "Script", "XHR", "Fetch", "Preflight")
_FORESIGHT: Final = ("purpose", "sec-purpose")
"""Headers of a request for what may come next."""
_PERMISSIONS: Final = {
    "name": "Permissions-Policy",
    "value": "identity-credentials-get=(), payment=()",
}

PREFERENCES: Final = {"net": {"network_prediction_options": 2}}
"""Of a browser's profile: it loads nothing in advance."""


def is_wanted(event: Event, frame: str) -> bool:
    """Return whether a request is for something that makes up the page.

    Args:
        event: The browser's report of the request.
        frame: The page's own frame: what stands in another one is not in the page.
    """
    return (
        event["resourceType"] in _LOADED
        and event["frameId"] == frame
        and not any(name.lower() in _FORESIGHT for name in event["request"]["headers"])
    )


def add_permissions(headers: list[Event]) -> list[Event]:
    """Return the header lines of a page's answer with our word on what it may do."""
    return [*headers, _PERMISSIONS]


def route(proxy: str) -> list[str]:
    """Return the arguments that send a browser's requests to a proxy, and its sockets nowhere."""
    # Web sockets take the proxy of "socks", a name that nothing resolves.
    ways = f"http={proxy};https={proxy};socks=socks5://nowhere.invalid:1"
    return [f"--proxy-server={ways}", "--proxy-bypass-list=<-loopback>"]
