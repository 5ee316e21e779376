"""Messages to wherever a newsroom reads them, through Apprise."""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tracker.errors import InputError

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
    """Send a message to one address; return what went wrong, the address masked, or None.

    Raises:
        InputError: If Apprise is not installed.
    """
    with _keeping_quiet():
        apprise = _load()
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
    """Return an address without its secrets, as far as anybody can tell what they are."""
    scheme, found, _ = address.partition("://")
    plain = f"{scheme}://…" if found else "…"
    with _keeping_quiet():
        plugin = _load().Apprise.instantiate(address)
        return str(plugin.url(privacy=True)).partition("?")[0] if plugin is not None else plain


def _load() -> Any:
    try:
        return importlib.import_module("apprise")
    except ImportError as error:
        raise InputError(
            f"notify.urls: sending needs Apprise; wanted it installed: {_EXTRA}"
        ) from error


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
