"""The name that a box keeps from night to night."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.kinds import fold
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.pointed_boxes import PointedBox

_UNSTABLE: Final = re.compile(
    r"\d|^(?:active|current|selected|first|last|odd|even|open|show|hidden)$"
)


def name_boxes(outline: Outline, boxes: Sequence[Box]) -> list[str]:
    """Return a name of 12 hexadecimal digits for each box, unique among them.

    It is made of what stays when items change: kind, heading and the names of the elements
    around the box, without numbers. Boxes alike in all of that are told apart by their order.
    A box that an override points out is known by its selector.
    """
    names = []
    seen: dict[str, int] = {}
    for box in boxes:
        base = (
            f"override|{box.selector}"
            if isinstance(box, PointedBox)
            else f"{box.kind}|{_digitless(box.heading.text)}|{_place(outline, box)}"
        )
        seen[base] = seen.get(base, 0) + 1
        text = base if seen[base] == 1 else f"{base}|{seen[base]}"
        names.append(name_list(text))
    return names


def name_list(text: str) -> str:
    """Return the name, 12 hexadecimal digits, for what a list is known by."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _digitless(heading: str) -> str:
    return " ".join(w for w in fold(heading).split() if not any(c.isdigit() for c in w))


def _place(outline: Outline, box: Box) -> str:
    if box.heading.text:
        return ""
    i = box.container
    words: list[str] = []
    while i and len(words) < 3:
        words += [w for w in outline.names(i).split() if not _UNSTABLE.search(w)][:1]
        i = outline.parents[i]
    return ">".join(words)
