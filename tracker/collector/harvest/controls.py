"""Links that are controls of their page and no headlines: to sign in, to subscribe, to see all."""

import re
from typing import Final

from tracker.collector.harvest.addresses import looks_dated, looks_like_article
from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.words import is_unspaced

_MOST_WORDS: Final = 8
_SHARE: Final = 0.45
"""Share of a link's letters in words of the page itself that makes it a control."""
_LEGAL_SHARE: Final = 0.3
"""The same for what speaks of rights and rules."""
_MORE_SHARE: Final = 0.22
"""The same for what leads to more, and not to a story by its address."""
_KINDS: Final = frozenset(("account", "comment", "credit", "legal", "more", "site", "subscription"))
_REPLY: Final = re.compile(r"(?:re|aw|odp|sv|antw|vs|rv)\s?:\s", re.IGNORECASE)
"""How the title of a reply in a forum begins."""


def is_control(story: Story) -> bool:
    """Say whether a link is by its words alone a control of the page, or a reply in a forum."""
    if _REPLY.match(story.title):
        return True
    if story.weight > _MOST_WORDS or looks_dated(story.href):
        return False
    furniture = find_furniture(story.title)
    if "more" in furniture.kinds and not looks_like_article(story.href):
        return furniture.share >= _MORE_SHARE
    if furniture.kinds.isdisjoint(_KINDS) or is_unspaced(story.title):
        return False
    return furniture.share >= (_LEGAL_SHARE if "legal" in furniture.kinds else _SHARE)
