"""Digests as HTML: one as an entry, and the last ones together as a page."""

from collections.abc import Sequence
from dataclasses import asdict

from markupsafe import Markup

from tracker.plotter.atom_feeds import Entry
from tracker.plotter.digest_texts import Q_EXPLAINED, SAME
from tracker.plotter.digests import Digest
from tracker.plotter.sites import open_templates, read_asset


def build_entry(digest: Digest, pages: frozenset[str], site: str = "") -> str:
    """Return a digest as HTML without a page around it, for the feed and the digest's page.

    Args:
        digest: The digest.
        pages: The subjects' pages that exist, relative to `site`.
        site: Where the study's folder is read; beside the page if empty.
    """
    template = open_templates().get_template("digest_entry.html.j2")
    text = template.render(
        digest=digest, pages=pages, site=site, q_explained=Q_EXPLAINED, same=SAME
    )
    return "\n".join(line for line in text.splitlines() if line.strip())


def build_digest_page(entries: Sequence[Entry], title: str) -> str:
    """Return the page of the digests, the latest in full and the others folded below it."""
    return (
        open_templates()
        .get_template("digest.html.j2")
        .render(
            title=title,
            style=Markup(read_asset("report.css")),
            # What was escaped when it was written is not escaped again.
            entries=[{**asdict(entry), "body": Markup(entry.body)} for entry in entries],
        )
    )
