"""The past of one source into a study, out of a web archive."""

from contextlib import closing
from datetime import date, time

from tracker.collector.crawls.visits import strip_credentials
from tracker.collector.sources import name_source
from tracker.config import Config
from tracker.errors import InputError
from tracker.intakes.backfillers import Backfiller, BackfillResult
from tracker.intakes.bodies import BodyKeeper
from tracker.intakes.ingesters import Ingester
from tracker.intakes.ingests import recover_pages
from tracker.progress import Progress, be_silent
from tracker.runs import Run
from tracker.store import Store


def backfill_source(
    store: Store,
    config: Config,
    run: Run,
    source: str,
    first: date,
    last: date,
    *,
    every: str,
    at: time,
    archive: str | None = None,
    dry_run: bool = False,
    progress: Progress = be_silent,
) -> BackfillResult:
    """Take in the past of a source; return what was found and added.

    Args:
        store: The study's store, held for writing.
        config: The study's settings.
        run: The run that does it.
        source: The name of a configured source, or the address of a page.
        first: First night.
        last: Last night; nights to come are left out.
        every: As in `tracker.collector.spans.cut_spans`.
        at: The same.
        archive: The archive's address; the configured one if None.
        dry_run: Ask the index only.
        progress: Told how far it is.

    Raises:
        InputError: If there is no such source, or the times cannot be.
    """
    with closing(BodyKeeper(store, run.run_id, run.started_at)) as keeper:
        recover_pages(Ingester(store, keeper, config, run.started_at), run.run_id)
        # Made after that, so that it knows what was recovered.
        ingester = None if dry_run else Ingester(store, keeper, config, run.started_at)
        backfiller = Backfiller(store, config, ingester, archive=archive, progress=progress)
        name, url = find_page(config, source)
        return backfiller.run(name, url, first, last, every=every, at=at, now=run.started_at)


def find_page(config: Config, source: str) -> tuple[str, str]:
    """Return the name and the address of a source.

    Args:
        config: Names the outlets.
        source: The name of one, or an address.

    Raises:
        InputError: If it is neither.
    """
    for outlet in config.source:
        if outlet.name == source:
            return outlet.name, strip_credentials(outlet.url)
    names = ", ".join(outlet.name for outlet in config.source) or "none yet"
    try:
        url = strip_credentials(source)
    except InputError as error:
        raise InputError(
            f"{source[:200]!r}: found no source of that name; wanted one of tracker.toml ({names}) "
            "or an address such as https://www.example.com/"
        ) from error
    return config.name_outlet(name_source(url) or url), url
