"""What a study counts: its themes and topics, by the names and pages people meet them under."""

from dataclasses import dataclass

import polars as pl

from tracker.names import mark_same
from tracker.plotter.inputs import ReportData
from tracker.plotter.words import clean, file_names, isolate


@dataclass(frozen=True, slots=True)
class Subject:
    """One theme or topic.

    Attributes:
        key: Its name in the attention table.
        name: What people read.
        kind: `theme` or `topic`.
        page: Its page, relative to the report's folder.
        watched: Whether it stands on the watch list.
    """

    key: str
    name: str
    kind: str
    page: str
    watched: bool = False

    @property
    def told(self) -> str:
        """Return the name as it may stand in a sentence, whatever its writing direction."""
        return isolate(self.name)


def name_subjects(data: ReportData) -> dict[str, Subject]:
    """Return every theme and topic by key: the watch list first, then themes, then topics.

    Each has a name of its own: of topics of one name, those count that go on or had any room.
    """
    topics = dict(data.topics.sort("topic_id").select("topic_id", "label").iter_rows())
    counted = set(data.attention["subject"].unique()) | set(data.themes["theme"].unique())
    themes = [*data.watchlist, *sorted(counted - set(topics) - set(data.watchlist))]
    pages = file_names(themes)
    subjects = {
        theme: Subject(
            theme, clean(theme, 80), "theme", f"themes/{pages[theme]}.html", theme in data.watchlist
        )
        for theme in dict.fromkeys(themes)
    }
    pages = file_names(topics)
    called = {key: clean(label, 80) or key for key, label in topics.items()}
    taken = [subject.name for subject in subjects.values()]
    for key, name in mark_same(called, taken, data.heirs.keys() - counted).items():
        subjects[key] = Subject(key, name, "topic", f"topics/{pages[key]}.html")
    return subjects


def list_members(data: ReportData) -> pl.DataFrame:
    """Return which headline belongs to which subject that is drawn, and on which nights.

    Columns: subject, headline_id, from_night and to_night? (null where the stretch is open).
    """
    themes = data.themes.select(
        pl.col("theme").alias("subject"),
        "headline_id",
        "from_night",
        pl.lit(None, pl.Date).alias("to_night"),
    )
    topics = data.members.filter(pl.col("topic_id").is_not_null()).select(
        pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
    )
    members = pl.concat([themes, topics])
    if data.drawn is None:
        return members
    return members.filter(pl.col("subject").is_in(list(data.drawn)))
