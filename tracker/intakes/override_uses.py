"""Which boxes pointed out by hand counted for the pages taken in, and which did not."""

from datetime import datetime

from tracker.collector.harvest.identity import find_unmatched
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.pages import Page
from tracker.config import Config
from tracker.intakes.harvests import Overrides


class OverrideUses:
    """Chooses overrides, and remembers what there is to say of them.

    Args:
        config: Says which boxes are pointed out by hand.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._ended: dict[str, None] = {}
        self._pages: dict[tuple[str, str], int] = {}

    def choose(self, source: str, captured_at: datetime) -> Overrides:
        """Return an outlet's overrides that hold for a capture."""
        holding = self._config.overrides_at(source, captured_at)
        for override in self._config.find_overrides(source):
            if override not in holding:
                said = f"{source}: {describe_end(override)}"
                self._ended[f"{said}; later captures are harvested without it"] = None
        return holding

    def count(self, source: str, captured_at: datetime, page: Page) -> None:
        """Count which overrides of an outlet matched on a page that was harvested with them."""
        overrides = self._config.overrides_at(source, captured_at)
        unmatched = find_unmatched(overrides, page)
        for override in overrides:
            known = self._pages.get((source, override.selector), 0)
            self._pages[source, override.selector] = known + (override.selector not in unmatched)

    @property
    def ended(self) -> list[str]:
        """Return what to say of overrides that were not chosen, as they held no more."""
        return list(self._ended)

    @property
    def unmatched(self) -> list[str]:
        """Return what to say of overrides that matched on none of the pages they counted for."""
        return [
            f"{source}: the override {selector} matched nothing on the pages taken in"
            for (source, selector), pages in self._pages.items()
            if not pages
        ]


def describe_end(override: Override) -> str:
    """Return what there is to say of an override that no longer counts."""
    return f"the override {override.selector} ended on {override.valid_until}"
