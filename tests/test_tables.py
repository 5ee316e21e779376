from importlib import import_module
from pkgutil import iter_modules

import polars as pl
import pytest

from tracker import tables
from tracker.errors import TableError
from tracker.tables import CHANNELS, LINEAGE, LIST_KINDS, MEMBERS, TABLES


def lineage_row(**changes: object) -> pl.DataFrame:
    row = {"night": "2026-01-01", "topic_id": "t1", "event": "born", "other_id": None,
           "similarity": None, "correction_id": None} | changes  # fmt: skip
    return pl.DataFrame([row]).with_columns(pl.col("night").str.to_date())


def test_no_table_is_left_out_of_those_that_a_study_has():
    modules = [import_module(f"tracker.tables.{one.name}") for one in iter_modules(tables.__path__)]
    defined = [value for module in modules for value in vars(module).values()]
    assert {one.name for one in defined if isinstance(one, tables.Table)} == set(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_has_a_key_of_its_columns_and_an_empty_frame_that_fits(table):
    assert set(table.key) <= set(table.schema.names())
    assert table.check(table.empty()).schema == table.schema


def test_check_orders_columns_and_casts_types():
    frame = lineage_row().select(pl.all().reverse()).select(reversed(LINEAGE.schema.names()))
    assert LINEAGE.check(frame).schema == LINEAGE.schema


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (lineage_row().drop("night"), "wanted night, topic_id"),
        (lineage_row().with_columns(x=1), "found columns"),
        (lineage_row(event="vanished"), r"\['vanished'\]; wanted one of born"),
        (lineage_row(topic_id=None).with_columns(pl.col("topic_id").cast(pl.String)), "1 nulls"),
        (pl.concat([lineage_row(), lineage_row()]), "1 row repeats the key"),
        (lineage_row(similarity="much"), "lineage"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_with_what_was_found_and_wanted(frame, wanted):
    with pytest.raises(TableError, match=wanted):
        LINEAGE.check(frame)


def test_a_null_is_allowed_only_where_the_column_says_so():
    rows = [("h1", None, None, "2026-01-01", None, 1.0)]
    frame = pl.DataFrame(rows, schema=MEMBERS.schema.names(), orient="row")
    assert MEMBERS.check(frame.with_columns(pl.col("from_night").str.to_date())).height == 1


def test_channels_hold_kinds_that_exist_and_no_kind_twice():
    kinds = [kind for channel in CHANNELS.values() for kind in channel]
    assert set(kinds) < set(LIST_KINDS)
    assert len(kinds) == len(set(kinds))
