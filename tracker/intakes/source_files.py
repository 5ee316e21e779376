"""Sources put into tracker.toml and taken out, with everything else in it left as it is."""

from dataclasses import fields
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from tracker.collector.settings import SourceSettings
from tracker.config import Config, parse_config
from tracker.config.templates import render_template
from tracker.errors import ConfigError
from tracker.files import replacing


def add_source(path: Path, source: SourceSettings) -> str:
    """Write a source at the end of those in a settings file; return the lines that are new.

    A file that is not there is made, with every setting explained.

    Raises:
        ConfigError: If the file is broken, or has a source of that name or address.
    """
    text = _read(path)
    check_new(parse_config(text, str(path)), source, str(path))
    document = _parse(text, path)
    table = to_table(source)
    found = document.get("source")
    if found is None:
        aot = tomlkit.aot()
        aot.append(table)
        if text and not text.endswith("\n\n"):
            document.add(tomlkit.nl())
        document.append("source", aot)
    elif isinstance(found, AoT):
        if len(found):
            _part(found[-1])
        found.append(table)
    else:  # written as a list, on one line
        inline = tomlkit.inline_table()
        inline.update(table)
        found.append(inline)
    _write(path, tomlkit.dumps(document))
    return render_source(source)


def remove_source(path: Path, name: str) -> None:
    """Take a source out of a settings file.

    Raises:
        ConfigError: If the file is broken, or has no source of that name.
    """
    text = _read(path) if path.exists() else ""
    names = [source.name for source in parse_config(text, str(path)).source]
    if name not in names:
        known = ", ".join(names) or "no source at all"
        raise ConfigError(f"{path}: found no source {name!r}; it has {known}")
    document = _parse(text, path)
    found = document["source"]
    assert isinstance(found, list)
    del found[names.index(name)]
    if not found:
        document.remove("source")
    _write(path, tomlkit.dumps(document))


def check_new(config: Config, source: SourceSettings, where: str) -> None:
    """Refuse a source that is configured already.

    Raises:
        ConfigError: If there is one of that name or address.
    """
    for other in config.source:
        if _plain(other.url) == _plain(source.url):
            raise ConfigError(f"{where}: {source.url} is there already, as {other.name}")
        if other.name == source.name:
            raise ConfigError(
                f"{where}: {source.name} is there already ({other.url}); wanted another --name"
            )


def render_source(source: SourceSettings) -> str:
    """Return the lines of a source in a settings file."""
    document = tomlkit.document()
    aot = tomlkit.aot()
    aot.append(to_table(source))
    document.append("source", aot)
    return tomlkit.dumps(document)


def to_table(source: SourceSettings) -> Table:
    """Return a source as TOML; what has its default is left out."""
    table = tomlkit.table()
    for item in fields(source):
        value = getattr(source, item.name)
        if value not in (None, item.default) and item.name != "override":
            table.add(item.name, list(value) if isinstance(value, tuple) else value)
    return table


def _part(last: Table) -> None:
    """End a table with an empty line, so that the next one stands apart."""
    if not last.as_string().endswith("\n\n"):
        last.add(tomlkit.nl())


def _plain(url: str) -> str:
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/").lower()


def _read(path: Path) -> str:
    if not path.exists():
        return render_template()
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: found bytes that are not UTF-8; wanted UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _parse(text: str, path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def _write(path: Path, text: str) -> None:
    parse_config(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(text.encode("utf-8"))
