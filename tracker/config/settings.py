"""What tracker.toml may say, as frozen settings that check themselves."""

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from tracker.collector.harvest.overrides import Override
from tracker.collector.settings import CollectSettings, SourceSettings
from tracker.collector.sources import name_source
from tracker.collector.wayback import ArchiveSettings
from tracker.errors import ConfigError
from tracker.topics.settings import LabelSettings, TopicSettings


@dataclass(frozen=True)
class StudySettings:
    """What holds for the whole study.

    Attributes:
        title: Heading of the report.
        time_zone: Nights are dates in this time zone (an IANA name such as Europe/Berlin).
        encoder: Turns headlines into vectors: auto (the small English model that is installed),
            lexical (no model, any language), multilingual (sixteen languages; an extra), a folder
            with model.onnx and tokenizer.json, or the name of a sentence-transformers model if
            that package is installed.
    """

    title: str = "What the front pages push"
    time_zone: str = "UTC"
    encoder: str = "auto"


@dataclass(frozen=True)
class ThemeSettings:
    """One theme of the watch list.

    Attributes:
        name: How the theme is called in charts. The name of a country (or Korea) is enough: its
            people, adjectives and capital come ready-made.
        terms: Words or phrases; other forms of a word count, "in quotes" only that form.
        exclude: A headline with one of these is not taken.
        like: Phrases; headlines close to them in meaning are taken.
        threshold: How close, as a cosine between 0 and 1.
    """

    name: str
    terms: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    threshold: float = 0.55


@dataclass(frozen=True)
class ThemesSettings:
    """Themes that come ready-made.

    Attributes:
        countries: Whether every country is a theme without being listed.
    """

    countries: bool = True


@dataclass(frozen=True)
class AttentionSettings:
    """How room is measured.

    Attributes:
        weighting: slots (every slot of a list counts the same) or rank (a slot counts
            1 / log2(1 + rank), so that the top of a list counts most).
    """

    weighting: Literal["slots", "rank"] = "slots"


@dataclass(frozen=True)
class SignalSettings:
    """When a change of attention is a finding; the parameters of `find_signals`.

    Attributes:
        fdr: False discovery rate over all subjects and channels of a night.
        baseline_nights: Longest stretch before that a share is compared with, calendar nights.
        history_nights: Observed nights before the first finding of any kind.
        min_nights: Nights of the baseline on which a source must have been observed to count.
        min_ratio: A rise is at least to this multiple of the level before, a fade to its inverse.
        min_slots: Slots within three nights that make a subject new or back.
        silent_nights: Observed nights without a slot before a subject can be back.
        burst_nights: Longest time from a rise to its fade that makes both a burst.
    """

    fdr: float = 0.05
    baseline_nights: int = 28
    history_nights: int = 14
    min_nights: int = 3
    min_ratio: float = 1.5
    min_slots: int = 2
    silent_nights: int = 28
    burst_nights: int = 14

    def __post_init__(self) -> None:
        """Check that every value makes sense.

        Raises:
            ConfigError: If one does not.
        """
        if not 0 < self.fdr < 1:
            raise ConfigError(f"signals.fdr: found {self.fdr}; wanted a number between 0 and 1")
        if self.min_ratio <= 1:
            raise ConfigError(f"signals.min_ratio: found {self.min_ratio}; wanted more than 1")
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int) and value < 1:
                raise ConfigError(f"signals.{item.name}: found {value}; wanted 1 or more")


@dataclass(frozen=True)
class NotifySettings:
    """Where the digest goes.

    Attributes:
        urls: Addresses it is sent to, as Apprise writes them: mailto://, ntfy://, slack://, json://
            and a hundred others. Keep a file with passwords in it to yourself.
        site: Address at which the study's folder can be read, ending in a slash; links in messages
            and feeds lead there. Empty if it is nowhere.
        always: Whether a digest that has nothing new is sent too.
    """

    urls: tuple[str, ...] = ()
    site: str = ""
    always: bool = False

    def __post_init__(self) -> None:
        """Check that the site is an address of pages.

        Raises:
            ConfigError: If it is not.
        """
        if self.site and not re.fullmatch(r"https?://[^\s?#<>()]+/", self.site):
            raise ConfigError(
                f"notify.site: found {self.site!r}; wanted an http(s) address that ends in a slash"
            )


@dataclass(frozen=True)
class Config:
    """Everything tracker.toml may say.

    Attributes:
        study: Settings of the whole study.
        archive: Where the past is read from.
        collect: How pages are visited.
        topics: How headlines are grouped.
        labels: Who words the labels of topics.
        attention: How room is measured.
        signals: When a change is a finding.
        themes: Ready-made themes.
        notify: Where the digest goes.
        source: The outlets.
        theme: The watch list: these themes are always drawn, also at zero.
    """

    study: StudySettings = field(default_factory=StudySettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    collect: CollectSettings = field(default_factory=CollectSettings)
    topics: TopicSettings = field(default_factory=TopicSettings)
    labels: LabelSettings = field(default_factory=LabelSettings)
    attention: AttentionSettings = field(default_factory=AttentionSettings)
    signals: SignalSettings = field(default_factory=SignalSettings)
    themes: ThemesSettings = field(default_factory=ThemesSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    source: tuple[SourceSettings, ...] = ()
    theme: tuple[ThemeSettings, ...] = ()

    def __post_init__(self) -> None:
        """Check what types cannot say.

        Raises:
            ConfigError: If the time zone is unknown, or two sources or themes share a name.
        """
        try:
            ZoneInfo(self.study.time_zone)
        except (KeyError, ValueError, OSError) as error:
            raise ConfigError(
                f"study.time_zone: found {self.study.time_zone!r}; "
                "wanted an IANA name such as Europe/Berlin"
            ) from error
        for kind, names in (
            ("source", [source.name for source in self.source]),
            ("theme", [theme.name for theme in self.theme]),
        ):
            if doubles := sorted({name for name in names if names.count(name) > 1}):
                raise ConfigError(f"{kind}: found {', '.join(doubles)} twice; wanted each once")
            if not all(name.strip() for name in names):
                raise ConfigError(f"{kind}: found an empty name; wanted one for each")

    def find_source(self, host: str) -> SourceSettings | None:
        """Return the first source of a host, or of one above it; None if there is none."""
        for source in self.source:
            known = name_source(source.url)
            if known and (host == known or host.endswith(f".{known}")):
                return source
        return None

    def name_outlet(self, host: str) -> str:
        """Return how an outlet's host, or one above it, is called here; else the host."""
        source = self.find_source(host)
        return source.name if source else host

    def find_overrides(self, outlet: str) -> tuple[Override, ...]:
        """Return the overrides of an outlet, whatever their dates."""
        found = (source.override for source in self.source if source.name == outlet)
        return next(found, ())

    def overrides_at(self, outlet: str, moment: datetime) -> tuple[Override, ...]:
        """Return the overrides of an outlet that count for a capture at an aware time.

        They are judged by the capture's own night, so that old captures always give the same.
        """
        night = moment.astimezone(ZoneInfo(self.study.time_zone)).date()
        return tuple(o for o in self.find_overrides(outlet) if o.holds_on(night))
