"""tracker.toml, read into settings; what cannot be is refused with its place."""

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from tracker.config.settings import Config
from tracker.errors import ConfigError

CONFIG_NAME: Final = "tracker.toml"


def read_config(path: Path) -> Config:
    """Return the settings in a TOML file.

    Raises:
        ConfigError: If the file cannot be read, a key is unknown or a value is of a wrong type;
            names the file, the key, what was found and what was wanted.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: found bytes that are not UTF-8; wanted UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str = CONFIG_NAME) -> Config:
    """Return the settings in TOML text; `name` is how errors call it.

    Raises:
        ConfigError: As `read_config`.
    """
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not valid TOML: {error}") from error
    try:
        config = _build(Config, parsed, "")
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from error
    assert isinstance(config, Config)
    return config


def _build(kind: type, given: Mapping[str, Any], where: str) -> object:
    fields = {item.name: item for item in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    values = {}
    for key, value in given.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; wanted one of {', '.join(fields)}"
            raise ConfigError(f"{where}{key}: no such setting{hint}")
        values[key] = _convert(hints[key], value, f"{where}{key}")
    missing = [
        name
        for name, item in fields.items()
        if name not in values
        and item.default is dataclasses.MISSING
        and item.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ConfigError(f"{where.rstrip('.')}: {', '.join(missing)} missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise ConfigError(f"{where.rstrip('.')}: {error}") from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    if typing.get_origin(hint) is Literal:
        if value not in hint.__args__:
            raise ConfigError(f"{where}: found {value!r}; wanted {' or '.join(hint.__args__)}")
        return value
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: found {value!r}; wanted a list")
        inner = hint.__args__[0]
        return tuple(
            _convert(inner, item, f"{where}[{_call(i, item)}]") for i, item in enumerate(value, 1)
        )
    if typing.get_origin(hint) is types.UnionType:
        # TOML has no null: what may be None is left out.
        hint = next(inner for inner in hint.__args__ if inner is not types.NoneType)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: found {value!r}; wanted a table")
        return _build(typing.cast(type, hint), value, f"{where}.")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        found = str(value) if isinstance(value, date) else repr(value)
        raise ConfigError(f"{where}: found {found}; wanted {_WANTED.get(hint, hint)}")
    return value


_WANTED: Final = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    date: "a date without quotes, such as 2027-01-31",
}


def _call(i: int, item: object) -> str:
    """Return how errors call the `i`-th entry of a list: by its name too, if it has one."""
    name = item.get("name") if isinstance(item, dict) else None
    return f"{i}, {name}" if isinstance(name, str) and name.strip() else str(i)
