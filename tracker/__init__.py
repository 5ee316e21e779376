"""Which themes rise and fade in the headline lists that news pages carry."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.errors import TrackerError
    from tracker.study import Study

__all__ = ["Config", "Study", "TrackerError"]

_HOMES = {"Config": "tracker.config", "Study": "tracker.study", "TrackerError": "tracker.errors"}


def __getattr__(name: str) -> Any:
    """Return a public name, loading its module on first use: `import tracker` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tracker' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
