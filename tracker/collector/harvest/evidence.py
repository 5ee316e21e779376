"""What speaks for a box: whether it holds headlines at all."""

from typing import Final

from tracker.collector.harvest.addresses import (
    is_listing,
    is_service,
    is_sharing,
    looks_dated,
    looks_like_article,
    make_of_address,
    site_of,
)
from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.controls import is_control
from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.headings import NO_HEADING
from tracker.collector.harvest.kinds import announce
from tracker.collector.harvest.members import make_of
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.settings import Setting
from tracker.collector.harvest.stories import Story

LEAST: Final = 0.45
"""Likeness below which no heading makes links a list of headlines."""
LEAST_ALONE: Final = 0.6
"""The same for one link alone."""
CLEAR: Final = 2.4
"""Score of a heading that is marked up as one, or announces a list."""
LEAST_OF_FEW: Final = {2: 0.9, 3: 0.8}
"""Likeness that two or three links want where nothing announces a list: most are services."""


def weigh(outline: Outline, box: Box, setting: Setting) -> None:
    """Set how much a box's links look like headlines, dropping those that surely do not."""
    stories = [s for s in box.stories if not is_control(s)]
    controls = len(box.stories) - len(stories)
    box.stories = stories or box.stories
    _prune(outline, box, setting)
    n = len(box.stories)
    box.likeness = sum(likeness(s, setting) for s in box.stories) / n
    box.hopeless = box.likeness < (LEAST if n > 1 else LEAST_ALONE)
    if box.hopeless:
        box.why.append(f"likeness {box.likeness:.2f}, far from headlines")
    elif controls * 2 >= n:
        box.hopeless = True
        box.why.append(f"{controls} controls of the page among its links")


def holds_headlines(outline: Outline, box: Box, setting: Setting) -> bool:
    """Say whether a weighed box holds headlines, noting why in `box.why`.

    Its links' mean likeness must reach what its place asks for: less under a heading that
    announces headlines, more in menus, footers and comments and for links to elsewhere.
    """
    if box.hopeless:
        return False
    announced = _announced(box)
    if announced == "service":
        box.why.append(f"stands under the heading of a service, “{box.heading.text}”")
        return False
    if announced is None and "wall" in signs_around(outline, box, 3):
        box.why.append("its elements are named as a wall before the text, or a form")
        return False
    signs = signs_around(outline, box, 6)
    here = [s for s in box.stories if not leads_away(s, setting)]
    away = 1 - len(here) / len(box.stories)
    if (away > 0.5 and "comments" in signs) or (announced == "other" and not here):
        box.why.append("comments from elsewhere")
        return False
    if announced == "other":
        box.stories = here
    n, mean = len(box.stories), box.likeness
    wanted, reasons = _wanted(box, signs, away, announced)
    if announced and sum(looks_dated(s.href) for s in box.stories) >= 0.8 * n:
        wanted = min(wanted, 0.5)
    if n > 1:
        box.why.append(f"likeness {mean:.2f}, wanted {wanted:.2f}{reasons}")
        return mean >= wanted and not _speaks_of_page(box, setting)
    box.why.append(f"one link, likeness {mean:.2f}{reasons}")
    if announced:
        return mean >= 0.7 and not _speaks_of_page(box, setting)
    if "nextprev" in signs and "submenu" not in signs and mean >= 0.6:
        return True
    return box.heading.score >= CLEAR and mean >= 1.0 and not reasons


def _announced(box: Box) -> str | None:
    """Return what the heading announces; a faint one of a service over headlines is dropped."""
    announced = announce(box.heading.text) if box.heading.text else None
    if announced == "service" and box.heading.score < 2.5 and box.likeness >= 0.75:
        box.heading = NO_HEADING
        return None
    return announced


def _speaks_of_page(box: Box, setting: Setting) -> bool:
    """Say whether the words of most links are those of controls, forms and small print."""
    short = [s for s in box.stories if s.weight <= 7 and s.href and not _is_storys(s, setting)]
    if len(short) * 2 < len(box.stories):
        return False
    furniture = sum(find_furniture(s.title).share >= 0.3 for s in short)
    if furniture * 2 > len(box.stories):
        box.why.append("speaks of the page itself")
        return True
    return False


def _is_storys(story: Story, setting: Setting) -> bool:
    return looks_dated(story.href) or _is_made_alike(story.href, setting)


def _wanted(
    box: Box, signs: frozenset[str], away: float, announced: str | None
) -> tuple[float, str]:
    """Return the likeness that a box's place asks for, and the place in words."""
    wanted, reasons = 0.6, []
    n, clear = len(box.stories), box.heading.score >= CLEAR
    if "menu" in signs:
        few = n in LEAST_OF_FEW and announced is None and "nextprev" not in signs
        wanted = 2.0 if few and not all(looks_dated(s.href) for s in box.stories) else 0.92
        reasons.append("in a menu")
    if "footer" in signs:
        wanted = max(wanted, 0.8)
        reasons.append("in a footer")
    if "comments" in signs and announced is None:
        wanted = max(wanted, 0.9)
        reasons.append("among comments")
    if away > 0.6 and announced is None:
        wanted = max(wanted, 0.85)
        reasons.append("leading elsewhere")
    if announced:
        wanted -= 0.12
    elif n in LEAST_OF_FEW and not all(looks_dated(s.href) for s in box.stories):
        wanted = max(wanted, LEAST_OF_FEW[n] - (0.08 if n > 2 and clear else 0))
        reasons.append("few and unannounced")
    return wanted, "".join(f", {reason}" for reason in reasons)


def signs_around(outline: Outline, box: Box, steps: int) -> frozenset[str]:
    """Return what the names of the box's element and those around it say; "menu" for a `nav`."""
    i = box.container if len(box.stories) > 1 else box.stories[0].anchor
    found: set[str] = set()
    for _ in range(steps):
        found |= outline.signs(i)
        tag = outline.tags[i]
        if tag == "nav":
            found.add("menu")
        elif tag == "footer":
            found.add("footer")
        if not i:
            break
        i = outline.parents[i]
    return frozenset(found)


def likeness(story: Story, setting: Setting) -> float:
    """Return how much a link looks like a headline, from 0 to 1, by its words and address."""
    words = _likeness_of_length(story.weight)
    href = story.href
    if not href:
        return words
    if is_sharing(href) or _is_own_page(href, setting.url):
        return words * 0.2
    if is_listing(href):
        return words * 0.35
    if looks_dated(href) or _is_made_alike(href, setting):
        return min(1.0, words + 0.2)
    if looks_like_article(href):
        return words
    if is_service(href):
        return words * 0.35
    return words * 0.7


def _likeness_of_length(n_words: float) -> float:
    if n_words >= 6:
        return 1.0
    if n_words >= 4:
        return 0.9 if n_words >= 5 else 0.75
    return 0.5 if n_words >= 3 else 0.3 if n_words >= 2 else 0.1


def _is_own_page(href: str, url: str) -> bool:
    """Say whether the link leads to another form or a part of the page itself."""
    own = url.rstrip("/")
    if not href.startswith(own) or own.count("/") < 3:
        return False
    return any(c in href[len(own) :] for c in "?#&=")


def _is_made_alike(href: str, setting: Setting) -> bool:
    """Say whether the link's address is made like the page's own, on the same site."""
    if not setting.make[1]:
        return False
    site = site_of(href)
    return (not site or site == setting.site) and make_of_address(href) == setting.make


def leads_away(story: Story, setting: Setting) -> bool:
    """Say whether the link leads to another outlet; outlets' own videos do not."""
    if not setting.site or "youtube.com/watch" in story.href:
        return False
    return site_of(story.href) not in ("", setting.site)


def _prune(outline: Outline, box: Box, setting: Setting) -> None:
    """Drop the links of another make than the rest that are no headlines."""
    if len(box.stories) < 3:
        return
    makes = [make_of(outline, s, box.container) for s in box.stories]
    usual = max(set(makes), key=makes.count)
    if len(makes) > makes.count(usual) > len(makes) / 2:
        box.stories = [
            s
            for s, make in zip(box.stories, makes, strict=True)
            if make == usual or not s.href or likeness(s, setting) >= 0.75
        ]
