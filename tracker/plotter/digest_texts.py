"""Digests as Markdown, and the sentences that their HTML has too."""

import re
from typing import Final

from tracker.plotter.digests import Claim, Digest
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, day, short_day

SAME: Final = "with mostly the same headlines as one of these"
Q_EXPLAINED: Final = (
    "q: of findings at least as clear as this one, so large a part is expected to be chance."
)
_MARKS: Final = re.compile(r"([\\`*_{}\[\]|~<>&^$@]|:(?=//)|\.(?<=\bwww\.)|^[#+=-])", re.IGNORECASE)
"""What Markdown could take for markup, a link or the start of a heading or a list."""
_COUNT: Final = re.compile(r"^(\d{1,9})([.)])")


def to_markdown(digest: Digest, pages: frozenset[str], site: str = "") -> str:
    """Return a digest as Markdown, harvested text shown as it is.

    Args:
        digest: The digest.
        pages: The subjects' pages that exist, relative to `site`.
        site: Where the study's folder is read; beside the digest if empty.
    """
    lines = [f"# {_plain(digest.title)}: {day(digest.night)}", "", f"**{_plain(digest.heading)}**",
             "", _plain(digest.summary), ""]  # fmt: skip
    for section in digest.sections:
        lines += [f"## {section.heading}", ""]
        for claim in section.claims:
            lines += _claim_lines(claim, pages, site)
        if section.more:
            lines += [f"- and {section.more:,} smaller, in the [report]({site}index.html)"]
        if section.same:
            lines += [f"- and {section.same:,} {SAME}"]
        lines += [""]
    if digest.watched:
        since = short_day(digest.since)
        lines += ["## The watch list", "", f"| theme | {short_day(digest.night)} | {since} |"]
        lines += ["|---|---|---|"]
        for level in digest.watched:
            lines += [f"| {_subject(level.subject, pages, site)} | {level.now} | {level.before} |"]
        lines += [""]
    for heading, told in (("Topics", digest.identities), ("What went wrong", digest.problems)):
        if told:
            lines += [f"## {heading}", "", *(f"- {_plain(text)}" for text in told), ""]
    lines += [f"{_plain(digest.basis)} {Q_EXPLAINED}", ""]
    return "\n".join(lines)


def _claim_lines(claim: Claim, pages: frozenset[str], site: str) -> list[str]:
    support = "; ".join(_plain(text) for text in (claim.change, claim.chance) if text)
    head = _plain(claim.headline)
    if claim.subject.page in pages:
        head = f"[{head}]({site}{claim.subject.page})"
    lines = [f"- **{head}** {support} ({short_day(claim.night)})"]
    if claim.why:
        lines.append(f"  - {_plain(claim.why)}")
    for link in claim.links:
        title = _plain(link.title)
        shown = f"[{title}](<{_address(link.url)}>)" if link.url else title
        lines.append(f"  - {shown} ({_plain(link.about)})")
    return lines


def _subject(subject: Subject, pages: frozenset[str], site: str) -> str:
    name = _plain(subject.name)
    return f"[{name}]({site}{subject.page})" if subject.page in pages else name


def _plain(text: str) -> str:
    """Return text whose every letter Markdown shows as it is, links made of bare words too."""
    return _COUNT.sub(r"\1\\\2", _MARKS.sub(r"\\\1", clean(text, 1000)))


def _address(url: str) -> str:
    return url.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
