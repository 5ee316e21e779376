"""The digest of a study: what is new since the last one, written, kept and sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from tracker.config import Config
from tracker.errors import InputError
from tracker.ids import hash_text
from tracker.nights.counts import read_counted_night
from tracker.outputs.notifications import Message, mask_address, send_message
from tracker.outputs.points import split_changes
from tracker.outputs.reports import read_report_data
from tracker.plotter.atom_feeds import Entry, build_feed
from tracker.plotter.digest_choices import choose_findings
from tracker.plotter.digest_pages import build_digest_page, build_entry
from tracker.plotter.digest_texts import to_markdown
from tracker.plotter.digests import FIRST_SPAN, MOST_WHYS, Digest, read_digest
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.report import choose_pages
from tracker.store import Store
from tracker.tables import DIGESTS, RUNS

MOST_ENTRIES: Final = 30
"""Digests that the page and the feed hold."""


@dataclass(frozen=True)
class DigestResult:
    """What a digest came to.

    Attributes:
        digest: It.
        sent: Addresses that it went to now, their secrets masked.
        problems: Addresses that it could not be sent to, and why.
    """

    digest: Digest
    sent: Sequence[str] = ()
    problems: Sequence[str] = ()


def write_digest(
    store: Store,
    config: Config,
    now: datetime,
    *,
    since: date | None = None,
    send: bool | None = None,
) -> DigestResult:
    """Write what changed since the last digest beside the report, and send it.

    The last digest is that of an earlier night: the same night again gives the same digest, and
    each address gets it once.

    Args:
        store: The study's store.
        config: Its settings.
        now: The time now, aware.
        since: The night after which things are new; that of the last digest if None.
        send: Whether it is sent: to every address again if true, to none if false, and if None to
            those that do not have it yet.

    Raises:
        InputError: If the study was never updated, or `since` is not before the night it stands
            at.
    """
    night, known = read_counted_night(store), store.read(DIGESTS)
    if since is None:
        earlier = known.filter(pl.col("night") < night)["night"].max()
        since = earlier if isinstance(earlier, date) else night - FIRST_SPAN
    if since >= night:
        raise InputError(f"--since {since}: wanted a night before {night}, where the study stands")
    prepared = prepare(read_report_data(store, config, now, since=since))
    digest = read_digest(prepared, since, _explain(store, config, prepared, since))
    pages = frozenset(subject.page for subject in choose_pages(prepared))
    row = _keep(store, digest, build_entry(digest, pages, config.notify.site), now)
    entries = _read_entries(store, night)
    seed = _find_seed(store)
    site = config.notify.site
    title = config.study.title
    store.write_file("digest.md", to_markdown(digest, pages, site))
    store.write_file("digest.html", build_digest_page(entries, title))
    store.write_file("feed.xml", build_feed(entries, title=title, seed=seed, site=site))
    if send is False or (not digest.n_claims and not config.notify.always and not send):
        return DigestResult(digest)
    message = Message(
        f"{digest.title}: {digest.heading}",
        to_markdown(digest, pages if site else frozenset(), site),
    )
    return _send(store, config, digest, row, message, again=bool(send))


def _explain(
    store: Store, config: Config, prepared: Prepared, since: date
) -> dict[tuple[str, date, str], tuple[float, float, float]]:
    """Return how the changes that will be told split into their parts."""
    found = choose_findings(prepared, since)
    points = [
        (f.subject.key, f.night, f.channel)
        for kind in ("rise", "fade")
        if kind in found
        for f in found[kind].findings[:MOST_WHYS]
    ]
    splits = split_changes(store, config, points)
    return {at: (parts.within, parts.boxes, parts.panel) for at, parts in splits.items()}


def _keep(store: Store, digest: Digest, body: str, now: datetime) -> dict[str, object]:
    """Put the digest into its table, unless it says what it said; return its row."""
    rows = store.scan(DIGESTS).filter(pl.col("night") == digest.night).collect().to_dicts()
    said = {"night": digest.night, "since": digest.since, "title": digest.heading, "body": body}
    if rows and said.items() <= rows[0].items():
        return rows[0]
    row: dict[str, object] = {**said, "written_at": now, "sent": []}
    store.upsert(DIGESTS, DIGESTS.frame([row]))
    return row


def _read_entries(store: Store, night: date) -> list[Entry]:
    """Return the last digests, of `night` and before: nights after it are not told yet then."""
    rows = store.read(DIGESTS).filter(pl.col("night") <= night)
    rows = rows.sort("night", descending=True).head(MOST_ENTRIES)
    return [
        Entry(night, written_at, title, body)
        for night, written_at, title, body in rows.select(
            "night", "written_at", "title", "body"
        ).iter_rows()
    ]


def _find_seed(store: Store) -> str:
    """Return what tells this study from every other: its first run."""
    first = store.read(RUNS).sort("started_at", "run_id").row(0, named=True)
    return f"{first['run_id']} {first['started_at'].isoformat()}"


def _send(
    store: Store,
    config: Config,
    digest: Digest,
    row: dict[str, object],
    message: Message,
    *,
    again: bool,
) -> DigestResult:
    had = set() if again else set(row["sent"])  # type: ignore[call-overload]
    sent, problems, got = [], [], dict.fromkeys(row["sent"])  # type: ignore[call-overload]
    for address in config.notify.urls:
        mark = hash_text(address, 6)
        if mark in had:
            continue
        problem = send_message(address, message)
        if problem is None:
            got[mark] = None
            sent.append(mask_address(address))
        else:
            problems.append(problem)
    if list(got) != row["sent"]:
        store.upsert(DIGESTS, DIGESTS.frame([{**row, "sent": list(got)}]))
    return DigestResult(digest, tuple(sent), tuple(problems))
