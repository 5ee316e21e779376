"""Messages to wherever a newsroom reads them, through Apprise."""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

_EXTRA: Final = "uv sync --extra notify (with pip: pip install 'tracker[notify]')"


@dataclass(frozen=True)
class Message:
    """What is sent.

    Attributes:
        title: Its subject line.
        body: Its text, Markdown.
    """

    title: str
    body: str


def send_message(address: str, message: Message) -> str | None:
    """Send a message to one address; return what went wrong, the address masked, or None."""
    with _keeping_quiet():
        try:
            apprise: Any = importlib.import_module("apprise")
        except ImportError:
            return f"{_name_scheme(address)}: sending needs Apprise; wanted it installed: {_EXTRA}"
        plugin = apprise.Apprise.instantiate(address)
        if plugin is None:
            return f"{mask_address(address)}: no address that Apprise can send to"
        sender = apprise.Apprise()
        sender.add(plugin)
        form = apprise.NotifyFormat.MARKDOWN
        try:
            done = sender.notify(title=message.title, body=message.body, body_format=form)
        except (OSError, TypeError, ValueError) as error:
            return f"{mask_address(address)}: could not be sent ({type(error).__name__})"
    return (
        None if done else f"{mask_address(address)}: could not be sent; it was refused or is away"
    )


def mask_address(address: str) -> str:
    """Return an address without its secrets: what kind it is and which host it is at.

    Apprise masks passwords and the tokens it knows of. A path may be one that it does not know,
    such as that of a webhook, and so may a user without a password, or a name that is no host.
    """
    with _keeping_quiet():
        plugin = importlib.import_module("apprise").Apprise.instantiate(address)
        if plugin is None:
            return _name_scheme(address)
        shown = str(plugin.url(privacy=True)).partition("?")[0]
    scheme, _, rest = shown.partition("://")
    place, _, path = rest.partition("/")
    user, _, host = place.rpartition("@")
    known = "." in host or host.partition(":")[0] == "localhost"
    who = "" if not user else f"{user}@" if ":" in user else "…@"
    return f"{scheme}://{who}{host if known else '…'}{'/…' if path else ''}"


def _name_scheme(address: str) -> str:
    scheme, found, _ = address.partition("://")
    return f"{scheme}://…" if found else "…"


@contextmanager
def _keeping_quiet() -> Iterator[None]:
    """Log nothing meanwhile: Apprise and the clients below it log addresses with their secrets.

    Nor are its plugins' own deprecations anybody's business here.
    """
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logging.disable(before)
