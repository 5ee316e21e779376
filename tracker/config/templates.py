"""The commented tracker.toml that `tracker init` writes, made from the settings themselves."""

import dataclasses
import inspect
import re
import textwrap
from datetime import date
from typing import Any, Final

from tracker.collector.harvest.overrides import Override
from tracker.collector.wayback import ArchiveSettings
from tracker.config import (
    AttentionSettings,
    CollectSettings,
    Config,
    NotifySettings,
    SignalSettings,
    SourceSettings,
    StudySettings,
    ThemeSettings,
    ThemesSettings,
)
from tracker.topics.settings import LabelSettings, TopicSettings

_SECTIONS: Final[tuple[tuple[str, type], ...]] = (
    ("study", StudySettings),
    ("archive", ArchiveSettings),
    ("collect", CollectSettings),
    ("themes", ThemesSettings),
    ("topics", TopicSettings),
    ("labels", LabelSettings),
    ("attention", AttentionSettings),
    ("signals", SignalSettings),
    ("notify", NotifySettings),
)
_HEAD: Final = """\
# Settings of a study. Every setting is here with its default; remove the # to change one.
"""
_SOURCES: Final = (
    SourceSettings(
        name="Example Post",
        url="https://www.example.com/",
        feeds=("https://www.example.com/feed.xml",),
        follow=3,
        language="en",
        delay=10.0,
        override=(Override("aside ul.top", "most_read", date(2027, 1, 31)),),
    ),
)
_THEMES: Final = (
    ThemeSettings(name="Honduras"),
    ThemeSettings(
        name="Strikes",
        terms=("strike", "walkout"),
        exclude=("air strike", "lightning strike"),
        like=("Workers walk out over pay",),
    ),
)


def render_template() -> str:
    """Return the text of a tracker.toml in which every setting is explained and commented out."""
    parts = [_HEAD]
    for name, kind in _SECTIONS:
        parts.append(_render(f"[{name}]", kind, getattr(Config(), name), comment=False))
    for name, kind, examples in (
        ("source", SourceSettings, _SOURCES),
        ("theme", ThemeSettings, _THEMES),
    ):
        about = _describe(Config)[name]
        parts.append(f"# {about}\n")
        parts += [_render(f"[[{name}]]", kind, example, comment=True) for example in examples]
    return "\n".join(parts)


def _render(header: str, kind: type, values: object, *, comment: bool) -> str:
    about = _describe(kind)
    lines = [f"# {header}" if comment else header]
    inner: list[str] = []
    for item in dataclasses.fields(kind):
        text = [f"#   {line}" for line in textwrap.wrap(about[item.name], 92)]
        value = getattr(values, item.name)
        if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            below = f"[[{header.strip('[]')}.{item.name}]]"
            inner += [*text, _render(below, type(value[0]), value[0], comment=comment)]
            continue
        lines += [*text, f"# {item.name} = {_to_toml(value)}"]
    return "\n".join([*lines, *inner]).rstrip("\n") + "\n"


def _describe(kind: type) -> dict[str, str]:
    """Return what the `Attributes` section of a docstring says of each attribute."""
    section = inspect.cleandoc(kind.__doc__ or "").split("Attributes:", 1)[1]
    found = re.findall(r"^ {4}(\w+): ((?:.|\n(?! {4}\w+: ))+)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _to_toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(_to_toml(item) for item in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    return repr(value)
