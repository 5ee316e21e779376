"""Pages, archives and headline tables into a study: all that one run takes in."""

import logging
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tracker.collector.remote_warcs import RemoteSettings
from tracker.collector.sources import SCHEMES, choose_hosts
from tracker.config import Config
from tracker.intakes.bodies import BodyKeeper, find_leftovers
from tracker.intakes.harvests import open_harvester
from tracker.intakes.ingesters import Ingester, IngestResult
from tracker.intakes.remotes import take_remotes
from tracker.progress import Progress, be_silent
from tracker.runs import Run, find_cut, mark_recovered
from tracker.store import Store

_logger = logging.getLogger(__name__)


def ingest_places(
    store: Store,
    config: Config,
    run: Run,
    places: Sequence[str],
    *,
    source: str | None = None,
    captured_at: datetime | None = None,
    day_first: bool | None = None,
    hosts: Collection[str] = (),
    workers: int = 1,
    progress: Progress = be_silent,
) -> IngestResult:
    """Take in files, folders and WARC files on the web; return what was added.

    Args:
        store: The study's store, held for writing.
        config: The study's settings.
        run: The run that does it.
        places: Paths and addresses.
        source: The outlet of everything in them; by address if None.
        captured_at: The time of pages that do not say theirs; when their file was written if None.
        day_first: Whether the day comes first in dates of tables such as 03/04/2022, where no
            other date of the table says it; refused if None.
        hosts: Take pages of archives only if they are of one of these hosts or one below.
        workers: Processes that harvest pages.
        progress: Told how far it is.
    """
    keeper = BodyKeeper(store, run.run_id, run.started_at)
    with closing(keeper), open_harvester(workers) as harvest_all:
        ingester = Ingester(
            store, keeper, config, run.started_at, harvest_all=harvest_all, progress=progress
        )
        recover_pages(ingester, run.run_id)
        ingester = replace(
            ingester, source=source, captured_at=captured_at, day_first=day_first,
            wants=choose_hosts(hosts),
        )  # fmt: skip
        urls = [place for place in places if place.startswith(SCHEMES)]
        ingester.run([Path(place) for place in places if place not in urls])
        remote = RemoteSettings(
            contact=config.collect.contact, allow_private=config.archive.allow_private
        )
        take_remotes(ingester, urls, hosts, remote)
        return ingester.result


def recover_pages(ingester: Ingester, run_id: str) -> None:
    """Take in what runs that did not come to their end had fetched or read and not yet committed.

    Args:
        ingester: A copy of it does the work.
        run_id: The run that does it.
    """
    for cut in find_cut(ingester.store):
        if cut == run_id:
            continue
        files = find_leftovers(ingester.store, cut)
        if files:
            found = replace(ingester, payloads=ingester.keeper.list_payloads()).run(files)
            _logger.info("run %s was cut off; recovered %d captures", cut, found.captures)
        mark_recovered(ingester.store, cut, run_id)
