"""A study's settings, and tracker.toml, which says them."""

from tracker.collector.settings import CollectSettings, SourceSettings
from tracker.config.readers import CONFIG_NAME, parse_config, read_config
from tracker.config.settings import (
    AttentionSettings,
    Config,
    NotifySettings,
    SignalSettings,
    StudySettings,
    ThemeSettings,
    ThemesSettings,
)

__all__ = [
    "CONFIG_NAME", "AttentionSettings", "CollectSettings", "Config", "NotifySettings",
    "SignalSettings", "SourceSettings", "StudySettings", "ThemeSettings", "ThemesSettings",
    "parse_config", "read_config",
]  # fmt: skip
