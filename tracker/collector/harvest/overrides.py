"""What a user says by hand of a box that is missed, or taken for another kind."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.tables import LIST_KINDS

KINDS: Final = tuple(kind for kind in LIST_KINDS if kind != "article")


@dataclass(frozen=True, slots=True)
class Override:
    """A box pointed out by hand.

    Attributes:
        selector: CSS selector of the element that holds the list; with more than one such
            element on a page, each is a list.
        kind: The kind of list: most_read, latest, related, picks, section, other, menu, nextprev,
            inline or sponsored.
        valid_until: The last day (a date without quotes) whose captures it counts for; always
            unless given.
    """

    selector: str
    kind: str
    valid_until: date | None = None

    def __post_init__(self) -> None:
        """Check that both can be.

        Raises:
            ValueError: If the selector is not CSS, or the kind no kind of list.
        """
        if self.kind not in KINDS:
            wanted = ", ".join(KINDS)
            raise ValueError(f"kind: found {self.kind!r}; wanted one of {wanted}")
        if not _is_css(self.selector):
            raise ValueError(
                f"selector: found {self.selector!r}; wanted a CSS selector such as aside ul.top"
            )

    def holds_on(self, day: date) -> bool:
        """Return whether it counts for a capture of that day."""
        return self.valid_until is None or day <= self.valid_until


def _is_css(selector: str) -> bool:
    # Only a configuration with overrides needs the parser.
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415

    try:
        LexborHTMLParser("").css(selector)
    except (SelectolaxError, ValueError):
        return False
    return True
