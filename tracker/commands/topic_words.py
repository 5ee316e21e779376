"""What corrections of topics did or would do, in sentences."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tracker.commands.options import PARTLY
from tracker.names import count
from tracker.terminal import make_safe, print_json, warn

if TYPE_CHECKING:
    from tracker.nights.corrections import Said
    from tracker.nights.topic_splits import Leaving


def tell_leaving(leaving: "Leaving") -> str:
    """Return what a split would take out, in a sentence."""
    n, events = leaving.rows.height, leaving.rows["event_id"].n_unique()
    words = f"{count(n, 'headline')} of {count(events, 'event')} would leave"
    along = n - leaving.matching
    if leaving.matching and along:
        words += f": {leaving.matching:,} by a term, {along:,} with their event"
    if leaving.stays:
        others = count(len(leaving.stays), "other")
        words += f", but not {others} there (--whole-events takes all)"
    return words


def print_said(said: "tuple[Said, ...]", as_json: bool) -> None:
    """Print what was corrected and what that moved; end with the code for partly done if void."""
    # What a topic has in the end is the same after each correction of it: the last one tells it.
    last = {one.topic_id: one.correction_id for one in said if one.moves and one.note is None}
    for one in said:
        if as_json:
            print_json(asdict(one))
            continue
        words = {
            "merge": f"{one.other_label!r} is merged into {one.label!r}",
            "split": f"{one.other_label!r} ({one.other_id}) is split off {one.label!r}",
            "rename": f"{one.label!r} is called {one.other_label!r}",
            "pin": f"{one.label!r} is pinned",
        }[one.kind]
        when = f"from night {one.since or one.night if not one.undone else one.night} on"
        words = f"no longer {when}: {words}" if one.undone else f"{words}, {when}"
        if one.note is None or one.undone:
            lines = [words + ("; tracker update carries it out" if one.waits else "")]
            is_last = last.get(one.topic_id) == one.correction_id
            lines += [*_tell_moves(one, is_last=is_last), *_tell_past(one)]
            if not one.undone:
                lines.append(f"tracker topics undo {one.correction_id} takes it back")
            click.echo("\n  ".join(map(make_safe, lines)))
        if one.note is not None:
            warn(f"{one.correction_id}: {one.note}")
    if any(one.note for one in said):
        sys.exit(PARTLY)


def _tell_past(one: "Said") -> list[str]:
    """Return from when on what moved counts for where it came to, and how it has its past."""
    if one.undone or one.since is None or one.first is None:
        return []
    if one.since < one.night:
        return [
            f"nights before {one.night} are kept as they were known: tracker update --as-of NIGHT"
        ]
    if one.first >= one.since:
        return []
    before = f"the first of {one.first}, count for the topic they were in"
    if one.kind == "merge":
        return [
            f"on nights before {one.since}, the headlines of {one.other_label!r}, {before}",
            f"to give {one.label!r} their past, undo this and merge again with --since {one.first}",
        ]
    return [
        f"{one.other_label!r} begins on {one.since}; on nights before, its headlines, {before}",
        f"to give it its past, undo this and split again with --since {one.first}",
    ]


def _tell_moves(one: "Said", *, is_last: bool) -> list[str]:
    """Return what a correction moved, and what its topic has if it is the last, in sentences."""
    moves = one.moves
    if moves is None or one.note is not None:
        return []
    has = f"{count(moves.kept_headlines, 'headline')} in {count(moves.kept_events, 'event')}"
    if one.kind in ("rename", "pin"):
        return [f"it has {has}"] if is_last else []
    ends = [f"{one.label!r} ({one.topic_id})", f"{one.other_label!r} ({one.other_id})"]
    if (one.kind == "split") == one.undone:
        ends.reverse()
    moved = f"{count(moves.headlines, 'headline')} of {count(moves.events, 'event')}"
    along = moves.headlines - (moves.matching or moves.headlines)
    lines = [f"{moved} {'will move' if one.waits else 'moved'} from {ends[0]} to {ends[1]}"]
    if along:
        lines.append(f"{moves.matching:,} by a term, {along:,} with their event")
    if moves.parted:
        others = count(moves.staying, "other headline")
        stay = "will stay" if one.waits else "stayed"
        lines.append(f"parted: {count(moves.parted, 'event')}, of which {others} {stay}")
    if is_last:
        lines.append(f"{one.label!r} {'will have' if one.waits else 'has'} {has}")
    return lines
