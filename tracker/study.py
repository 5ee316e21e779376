"""A study: one folder and its settings; the one place where the stages are joined to the disk."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from tracker.collector.sources import find_fault
from tracker.config import CONFIG_NAME, Config, read_config
from tracker.errors import InputError, TableError
from tracker.locks import Tell, tell_log
from tracker.progress import Progress, be_silent
from tracker.runs import read_clock, record_run
from tracker.store import Store
from tracker.tables import CAPTURES, TABLES, night_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from tracker.collector.crawls import CrawlSettings
    from tracker.intakes.backfillers import BackfillResult
    from tracker.intakes.collects import CollectResult
    from tracker.intakes.ingesters import IngestResult
    from tracker.intakes.reharvests import ReharvestResult
    from tracker.nights.remodels import RemodelResult
    from tracker.nights.topic_editors import TopicEditor
    from tracker.nights.updates import UpdateResult
    from tracker.outputs.digests import DigestResult
    from tracker.outputs.explanations import Explanation
    from tracker.topics.encoder import Encoder

PathLike = str | Path


class Study:
    """Headline lists over time, in one folder.

    Nothing is written until something is taken in.

    Args:
        folder: Where the study lives.
        config: Its settings, or a tracker.toml to read them from; the one in the study's folder
            if None, and defaults without one.
        encoder: Turns headlines into vectors; the configured one if None.
        clock: Says what time it is.
        tell: Told at once what a person should know, as that another process is waited for; logged
            as a warning unless given.

    Raises:
        ConfigError: If the file says something that cannot be.
        StoreError: If the folder cannot be a study.
    """

    def __init__(
        self,
        folder: PathLike = "output",
        *,
        config: Config | PathLike | None = None,
        encoder: "Encoder | None" = None,
        clock: Callable[[], datetime] = read_clock,
        tell: Tell = tell_log,
    ) -> None:
        self.store = Store(Path(folder), tell)
        own = self.store.folder / CONFIG_NAME
        if config is None and own.exists():
            config = own
        if isinstance(config, PathLike):
            config = read_config(Path(config))
        self.config = config or Config()
        self._encoder = encoder
        self._clock = clock

    @property
    def folder(self) -> Path:
        """Return where the study lives."""
        return self.store.folder

    def now(self) -> datetime:
        """Return what the study's clock says: aware UTC."""
        return self._clock()

    def ingest(
        self,
        paths: PathLike | Iterable[PathLike],
        *,
        source: str | None = None,
        captured_at: datetime | None = None,
        day_first: bool | None = None,
        hosts: Collection[str] = (),
        workers: int = 1,
        progress: Progress = be_silent,
    ) -> "IngestResult":
        """Take in pages, archives and headline tables; return what was added.

        The same thing taken in twice adds nothing. What cannot be read is listed in the result's
        `problems`, and the rest goes on.

        Args:
            paths: Files and folders, and addresses of WARC files on the web, which are read as
                they come and not stored; each is read to its end once.
            source: The outlet of everything in them; by address if None.
            captured_at: The time of pages that do not say theirs, aware; when their file was
                written if None.
            day_first: Whether the day comes first in dates of tables such as 03/04/2022, where no
                other date of the table says it; such a table is refused if None.
            hosts: Take pages of archives only if they are of one of these hosts or one below;
                all if empty. Pages that do not say their address are taken.
            workers: Processes that harvest pages. With more than one a script must guard its
                own start with `if __name__ == "__main__":`.
            progress: Told how far it is.

        Raises:
            InputError: If `captured_at` has no time zone, or `source` is too long.
        """
        if captured_at is not None and captured_at.tzinfo is None:
            raise InputError(f"captured_at: found {captured_at}; wanted a time with a time zone")
        if source is not None and (fault := find_fault(source)):
            raise InputError(fault)
        paths = [paths] if isinstance(paths, PathLike) else list(paths)
        if not all(str(path).strip() for path in paths):
            raise InputError("paths: found an empty one; wanted files and folders")
        with record_run(self.store, "ingest", self._clock) as run:
            from tracker.intakes.ingests import ingest_places  # noqa: PLC0415 - loads the parsers

            result = ingest_places(
                self.store, self.config, run, [str(path) for path in paths],
                source=source, captured_at=captured_at, day_first=day_first, hosts=hosts,
                workers=workers, progress=progress,
            )  # fmt: skip
            run.outcome = "partly" if result.problems else "ok"
            run.details.update(asdict(result))
        return result

    def backfill(
        self,
        source: str,
        first: date,
        last: date,
        *,
        every: str = "1d",
        at: time = time(20),
        archive: str | None = None,
        dry_run: bool = False,
        progress: Progress = be_silent,
    ) -> "BackfillResult":
        """Take in the past of a source from a Wayback-compatible archive; return what was added.

        The time from `first` to `last` is cut into spans, and of each the copy nearest to the
        evening is asked for, unless it is here. Stopped at any moment, the next call goes on.

        Args:
            source: The name of a configured source, or the address of a page.
            first: First night.
            last: Last night.
            every: Length of a span: a number with h, d, w or mo (months).
            at: The time wanted on the first date of each span, in the study's time zone.
            archive: The archive's address up to the timestamp of its copies; as configured if
                None.
            dry_run: Ask the index only, and say what would be asked for.
            progress: Told how far it is.

        Raises:
            InputError: If there is no such source, or the times cannot be.
        """
        with record_run(self.store, "backfill", self._clock) as run:
            from tracker.intakes.backfills import backfill_source  # noqa: PLC0415 - loads the parsers

            result = backfill_source(
                self.store, self.config, run, source, first, last,
                every=every, at=at, archive=archive, dry_run=dry_run, progress=progress,
            )  # fmt: skip
            run.outcome = "partly" if result.problems or result.stopped else "ok"
            run.details.update(asdict(replace(result, planned=())))
        return result

    def collect(
        self,
        sources: Iterable[str] | None = None,
        *,
        settings: "CrawlSettings | None" = None,
        progress: Progress = be_silent,
    ) -> "CollectResult":
        """Visit every configured source once, politely; return what the visits brought.

        Visited are each source's own page, its feeds, and articles chosen from the lists just
        found. Whatever comes back, each visit is a row of `captures`. A run that was cut off is
        gone on with by the next one of the same night.

        Args:
            sources: Names of sources; all if None.
            settings: How to behave towards hosts; as the study's settings say if None.
            progress: Told how far it is.

        Raises:
            ConfigError: If there is no source, or none of a name.
        """
        from tracker.intakes.visit_plans import select_sources  # noqa: PLC0415

        chosen = select_sources(self.config, None if sources is None else list(sources))
        with record_run(self.store, "collect", self._clock) as run:
            from tracker.intakes.collects import collect_sources  # noqa: PLC0415 - loads the parsers

            result = collect_sources(
                self.store, self.config, run, chosen, settings=settings, progress=progress
            )
            run.outcome = "partly" if result.failed or result.broken else "ok"
            run.details.update(result.summary)
        return result

    def reharvest(
        self, *, everything: bool = False, workers: int = 1, progress: Progress = be_silent
    ) -> "ReharvestResult":
        """Read stored pages again with the harvester as it is now; return what came of it.

        Captures keep their ids, and pages that cannot be read again keep what was found in them.
        The next update does again the nights that changed.

        Args:
            everything: Also read what this version has read already, as after a change of
                the settings.
            workers: As in `ingest`.
            progress: Told how far it is.

        Raises:
            InputError: If nothing was taken in yet.
        """
        self._want_captures()
        from tracker.intakes.harvests import open_harvester  # noqa: PLC0415 - loads the parsers
        from tracker.intakes.reharvests import reharvest_captures  # noqa: PLC0415

        with record_run(self.store, "reharvest", self._clock) as run, open_harvester(workers) as h:
            result = reharvest_captures(
                self.store, self.config, h, everything=everything, progress=progress
            )
            run.outcome = "partly" if result.problems else "ok"
            run.details.update(asdict(result))
        return result

    def update(
        self, as_of: date | None = None, *, progress: Progress = be_silent
    ) -> "UpdateResult":
        """Bring topics, themes, attention and signals up to the last night; return what was done.

        Only nights not done yet, or with something new, are done; what earlier nights said stays.

        Args:
            as_of: The night to stand at: what was captured later is left aside until the next
                update. The last captured night if None.
            progress: Told how far it is.

        Raises:
            InputError: If nothing was captured by then.
            EncoderError: If the configured encoder cannot be used.
        """
        return self._update("update", as_of, None, progress)

    def replay(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        progress: Progress = be_silent,
    ) -> "UpdateResult":
        """Forget topics from night `first` on and do each night again, as if it were tonight.

        Args:
            first: First night to do again; the first of all if None.
            last: Night to end at; the last captured one if None.
            progress: Told how far it is.

        Raises:
            InputError: If nothing was captured by then, or `first` lies behind `last`.
            EncoderError: If the configured encoder cannot be used.
        """
        if first and last and first > last:
            raise InputError(f"replay: found --from {first} behind --to {last}; wanted it before")
        return self._update("replay", last, first or date.min, progress)

    def remodel(self, *, progress: Progress = be_silent) -> "RemodelResult":
        """Derive all topics anew with the configured encoder and settings; return what moved.

        A topic that is clearly the same keeps its id. The study stays at its night.

        Raises:
            InputError: If there are no topics, or they are made as configured already.
            EncoderError: If the configured encoder cannot be used.
        """
        self._want_captures()
        with record_run(self.store, "topics remodel", self._clock) as run:
            from tracker.nights.remodels import remodel_study  # noqa: PLC0415 - loads the models

            result = remodel_study(
                self.store, self.config, self.load_encoder, run.started_at, progress
            )
            run.details.update(result.counts)
        return result

    def edit_topics(self, *, later: bool = False, progress: Progress = be_silent) -> "TopicEditor":
        """Return what takes corrections of topics: merge, split, rename, pin and undo.

        Args:
            later: Leave it to the next update to carry them out.
            progress: Told how far it is.
        """
        from tracker.nights.topic_editors import TopicEditor  # noqa: PLC0415 - loads the models

        return TopicEditor(
            self.store, self.config, self.load_encoder, self._clock,
            later=later, progress=progress,
        )  # fmt: skip

    def report(self, *, single_file: bool = False, progress: Progress = be_silent) -> Path:
        """Write the charts below the study's folder; return the page to open.

        Args:
            single_file: Whether everything goes into one index.html.
            progress: Told how far it is.

        Raises:
            InputError: If the study was never updated.
        """
        self._want_captures()
        with record_run(self.store, "report", self._clock) as run:
            from tracker.outputs.reports import write_report  # noqa: PLC0415 - loads plotly

            return write_report(
                self.store, self.config, run.started_at, single_file=single_file, progress=progress
            )

    def figure(
        self,
        chart: str,
        *subjects: str,
        first: date | None = None,
        last: date | None = None,
        theme: Literal["light", "dark"] = "light",
        width: int | None = None,
        height: int | None = None,
    ) -> "Figure":
        """Return one chart as a Plotly figure, for notebooks; `tracker chart` writes the same.

        Args:
            chart: themes, topics, ranks, heat, sources, channels or coverage; life, curve, stays or
                events of one subject.
            subjects: Themes or topics, by name or id.
            first: First night to show; the first of all if None.
            last: Last night to show; the last of all if None.
            theme: light or dark.
            width: Pixels; as wide as its place if None.
            height: Pixels; what suits the chart if None.

        Raises:
            InputError: If the study was never updated, or has no such nights.
            SubjectError: If there is no such chart or subject, or too little to draw it.
        """
        from tracker.outputs.single_charts import make_chart  # noqa: PLC0415
        from tracker.plotter.styles import Style  # noqa: PLC0415 - loads plotly

        single = make_chart(
            self.store, self.config, self.now(), chart, subjects, first=first, last=last
        )
        return single.draw(Style(theme, width, height))

    def explain(
        self, subject: str, night: date | None = None, *, channel: str | None = None
    ) -> "Explanation":
        """Return what stands behind a point of a curve, and why it is or is not called a rise.

        Args:
            subject: A theme or topic, by name, label or id.
            night: The night; the one the study stands at if None.
            channel: editorial or audience; the first that was ever observed if None.

        Raises:
            InputError: If the study was never updated, or knows nothing of that night.
            SubjectError: If there is no such subject or channel, or more than one subject.
        """
        from tracker.outputs.points import explain_point  # noqa: PLC0415 - loads scipy

        return explain_point(self.store, self.config, subject, night, channel)

    def digest(self, since: date | None = None, *, send: bool | None = None) -> "DigestResult":
        """Write what changed since the last digest beside the report, and send it.

        The same night again gives the same digest, and each address gets it once.

        Args:
            since: The night after which things are new; that of the last digest if None.
            send: To every address again if true, to none if false; if None, to those that do not
                have it yet.

        Raises:
            InputError: If the study was never updated, `since` is not before the night it stands
                at.
        """
        self._want_captures()
        with record_run(self.store, "digest", self._clock) as run:
            from tracker.outputs.digests import write_digest  # noqa: PLC0415 - loads plotly

            result = write_digest(self.store, self.config, run.started_at, since=since, send=send)
            run.outcome = "partly" if result.problems else "ok"
            run.details.update(
                night=result.digest.night, since=result.digest.since,
                findings=result.digest.n_claims, sent=len(result.sent),
                problems=list(result.problems),
            )  # fmt: skip
        return result

    def read(self, name: str) -> pl.DataFrame:
        """Return a table of the study, whole; see `tracker.tables` for its columns.

        Raises:
            TableError: If there is no table of that name.
        """
        return self.scan(name).collect()

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a table of the study as a lazy frame, for more than fits into memory.

        Raises:
            TableError: If there is no table of that name.
        """
        if name not in TABLES:
            raise TableError(f"{name}: no such table; wanted one of {', '.join(TABLES)}")
        return self.store.scan(TABLES[name])

    def _update(
        self, command: str, as_of: date | None, first: date | None, progress: Progress
    ) -> "UpdateResult":
        self._want_captures(as_of)  # before the run: one that is refused cuts nothing off
        with record_run(self.store, command, self._clock) as run:
            from tracker.nights.amendments import mark_stand  # noqa: PLC0415
            from tracker.nights.updates import update_study  # noqa: PLC0415 - loads the models

            result = update_study(
                self.store,
                self.config,
                self.load_encoder,
                now=run.started_at,
                as_of=as_of,
                first=first,
                progress=progress,
            )
            run.outcome = "partly" if result.labels.problems else "ok"
            run.details.update(asdict(result), stand=mark_stand(self.store, self.config))
        return result

    def _want_captures(self, until: date | None = None) -> None:
        night = night_of("captured_at", self.config.study.time_zone)
        nights = self.store.scan(CAPTURES).select(first=night.min(), last=night.max())
        ((first, last),) = nights.collect().iter_rows()
        if first is None:
            raise InputError(f"{self.folder}: found no captures; wanted some: run tracker ingest")
        if until is not None and until < first:
            raise InputError(f"{until}: found no night up to it; wanted one of {first} to {last}")

    def load_encoder(self) -> "Encoder":
        """Return the study's encoder.

        Raises:
            EncoderError: If the configured one cannot be used.
        """
        from tracker.topics.encoder import load_encoder  # noqa: PLC0415 - loads the models

        if self._encoder is None:
            self._encoder = load_encoder(self.config.study.encoder)
        return self._encoder
