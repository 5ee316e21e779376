from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tracker.errors import ConfigError
from tracker.topics.encoder import load_encoder
from tracker.topics.ledgers import Ledger, TopicSettings

ENCODER = load_encoder("auto")
NIGHTS = {
    0: ["Honduras votes for a new president", "Hondurans elect their president", "Zoo opens"],
    1: ["Honduras storm cuts power", "President thanks voters", "Old tram sold", "Zoo has chicks"],
    9: ["New president of Honduras names ministers", "Tram museum opens"],
    80: ["Hondurans vote for a president again", "President of Peru resigns", "Museum sold"],
}


def outcome(**values: Any) -> list[pl.DataFrame]:
    ledger = Ledger(TopicSettings(**values), ENCODER.name)
    frames = []
    for night, titles in NIGHTS.items():
        headlines = pl.DataFrame(
            {"headline_id": titles, "text": titles},
            schema={"headline_id": pl.String, "text": pl.String},
        ).with_columns(source=pl.lit("x.example"), url=pl.lit(None), language=pl.lit("en"))
        when = date(2024, 3, 4) + timedelta(days=night)
        changes = ledger.advance(when, headlines, ENCODER.encode(titles))
        frames += [changes.opened, changes.topics, changes.lineage]
    return frames


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("meaning", 0.2),
        ("topic_meaning", 0.2),
        ("event_similarity", 0.25),
        ("topic_similarity", 0.54),
        ("birth_similarity", 0.3),
        ("revival_similarity", 0.95),
        ("event_nights", 2),
        ("window_nights", 5),
        ("retire_nights", 65),
        ("least_headlines", 4),
    ],
)
def test_every_setting_changes_something(name: str, value: float) -> None:
    usual, other = outcome(), outcome(**{name: value})
    assert not all(one.equals(two) for one, two in zip(usual, other, strict=True))


@pytest.mark.parametrize(
    "values",
    [{"meaning": 1.2}, {"topic_meaning": 0.0}, {"window_nights": 0}, {"merge_similarity": 0.2}],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(values))):
        TopicSettings(**values)
