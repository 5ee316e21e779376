import gzip
import random
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tracker.collector.headline_tables import read_headline_table
from tracker.collector.headlines import tabulate_table
from tracker.errors import InputError

ROWS = [
    {
        "captured_at": datetime(2026, 3, 5, 21, tzinfo=UTC),
        "source": "post.example",
        "list_kind": kind,
        "rank": rank,
        "title": title,
        "url": f"https://post.example/news/{rank}00{n}-story?utm_source=x",
    }
    for n, (kind, rank, title) in enumerate(
        [
            ("latest", 1, "Ferry service returns to the islands"),
            ("latest", 2, "Harvest delayed by late frost"),
            ("most_read", 1, "Harvest delayed by late frost"),
        ]
    )
]


def write(path: Path, frame: pl.DataFrame) -> Path:
    if path.suffix in (".csv", ".tsv"):
        said = frame.with_columns(pl.col("captured_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ"))
        said.write_csv(path, separator="," if path.suffix == ".csv" else "\t")
    elif path.suffix in (".json", ".jsonl"):
        said = frame.with_columns(pl.col("captured_at").dt.to_string("iso:strict"))
        said.write_json(path) if path.suffix == ".json" else said.write_ndjson(path)
    else:
        frame.write_parquet(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json", ".parquet"])
def test_the_same_table_in_every_format_gives_the_same_rows(tmp_path: Path, suffix):
    table = read_headline_table(write(tmp_path / f"x{suffix}", pl.DataFrame(ROWS)))
    assert not table.problems
    expected = pl.DataFrame(ROWS).with_columns(pl.col("rank").cast(pl.Int32), heading=pl.lit(""))
    assert table.rows.equals(expected.select(table.rows.columns))


def test_missing_columns_are_named_with_those_found_and_wanted(tmp_path: Path):
    path = write(tmp_path / "x.parquet", pl.DataFrame(ROWS).drop("rank", "source"))
    with pytest.raises(
        InputError,
        match=r"x\.parquet: column source, rank missing; found captured_at, .*; wanted captured_at",
    ):
        read_headline_table(path)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_with_the_separators_and_encodings_of_other_countries(
    tmp_path: Path, separator: str, encoding: str
):
    rows = [{**ROWS[0], "title": "Fähre, Hafen und Straße"}, *ROWS[1:]]
    frame = pl.DataFrame(rows).with_columns(pl.lit("x").alias(f"of no use{', like this' * 9}"))
    text = frame.write_csv(separator=separator)
    (tmp_path / "x.csv").write_text(text, encoding=encoding)
    table = read_headline_table(tmp_path / "x.csv")
    assert not table.problems
    assert table.rows["title"].to_list() == [row["title"] for row in rows]


def test_the_line_at_fault_is_named(tmp_path: Path):
    head = "captured_at,source,list_kind,rank,title\n"
    text = f"{head}2026-01-01,a,latest,1,Ferry\n2026-01-01,a,latest,2,Fähre, too\n"
    for encoding in ("utf-8", "latin-1", "utf-16"):
        (tmp_path / "x.csv").write_text(text, encoding=encoding)
        wanted = r'x\.csv: line 3 has 6 columns where the header has 5; .* holds ","'
        with pytest.raises(InputError, match=wanted):
            read_headline_table(tmp_path / "x.csv")


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_line_with_an_unclosed_quotation_mark_is_named(tmp_path: Path, separator: str):
    shut = ['"Ferry, at last"', '"Two\nlines"', '"A ""word"""', 'The "big" one']
    for fault in ('"Ferry returns', 'A 7" pizza', '"A "word, too'):
        for after in (["Frost"], ['"Frost, again"', "Frost"]):
            titles = [*shut, fault, *after]
            rows = [f"2026-01-01,a,latest,{n},{title}" for n, title in enumerate(titles, 1)]
            rows = [row.replace(",", separator, 4) for row in rows]
            head = "captured_at,source,list_kind,rank,title".replace(",", separator)
            (tmp_path / "x.csv").write_text("\n".join([head, *rows]))
            with pytest.raises(InputError, match=r"x\.csv: line 7 has an unclosed quotation mark"):
                read_headline_table(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_text("\n".join([head.replace("rank", '"rank'), *rows]))
    with pytest.raises(InputError, match="line 1 has an unclosed quotation mark, as in '\"rank"):
        read_headline_table(tmp_path / "x.csv")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_the_case_of_a_header_and_blanks_around_it_do_not_matter(tmp_path: Path, suffix: str):
    names = ("Captured_At", "SOURCE", " list_kind", "Rank ", " Title ", "URL")
    frame = pl.DataFrame(ROWS).rename(dict(zip(ROWS[0], names, strict=True)))
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        said = pl.DataFrame(ROWS).with_columns(pl.col("captured_at").dt.to_string("iso:strict"))
        lines = [",".join(names), *said.write_csv(include_header=False).splitlines()]
        path.write_text("\n".join(line.replace(",", " , ") for line in lines))
    else:
        said = frame.with_columns(pl.col("Captured_At").dt.to_string("iso:strict"))
        said.write_ndjson(path) if suffix == ".jsonl" else frame.write_parquet(path)
    table = read_headline_table(path)
    assert not table.problems
    expected = pl.DataFrame(ROWS).with_columns(pl.col("rank").cast(pl.Int32), heading=pl.lit(""))
    assert table.rows.equals(expected.select(table.rows.columns))


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path):
    text = pl.DataFrame([{**ROWS[0], "captured_at": "2026-03-05", "more": "x"}]).write_csv()
    for again in ("title", "Title", " title"):
        (tmp_path / "x.csv").write_text(text.replace("more", again))
        wanted = r"x\.csv: found 2 columns title, but for case and blanks; wanted one"
        with pytest.raises(InputError, match=wanted):
            read_headline_table(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("Fähre nach Århus – „Straße“ gesperrt", "cp1252"),
        ("Les Îles où l’été dure", "cp1252"),
        ("Łódź żąda źródła, święto w Gdańsku", "cp1250"),
        ("Переговоры о зерне начнутся завтра", "cp1251"),
    ],
)
def test_a_table_that_is_not_utf8_is_read_and_the_guess_is_told(
    tmp_path: Path, title: str, encoding: str
):
    rows = [{**ROWS[0], "title": f"Ferry {n}"} for n in range(2000)] + [{**ROWS[0], "title": title}]
    path = write(tmp_path / "x.csv", pl.DataFrame(rows))
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    table = read_headline_table(path)
    assert table.rows["title"].to_list() == [row["title"] for row in rows]
    (note,) = table.notes
    assert note.startswith(f"{path}: it is not UTF-8 and was read as {encoding}, as in ")
    assert title[:20] in note
    assert note.endswith("save it as UTF-8")


def test_a_table_with_a_few_broken_letters_is_utf8_and_the_first_is_shown(tmp_path: Path):
    path = write(tmp_path / "x.csv", pl.DataFrame([{**ROWS[0], "title": "Übung in Küstennähe"}]))
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xc3"))
    table = read_headline_table(path)
    assert table.rows["title"].to_list() == ["Übung in Küstenn\ufffdhe"]
    (note,) = table.notes
    assert "not all of it is UTF-8" in note
    assert "Küstenn\ufffdhe" in note


def test_a_table_that_is_packed_is_refused_with_what_to_do(tmp_path: Path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"title"))
    with pytest.raises(InputError, match="wanted it unpacked"):
        read_headline_table(tmp_path / "x.csv.gz")


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("captured_at", 20260305, "wanted a time"),
        (
            "captured_at",
            "yesterday",
            "'yesterday'; wanted a time such as 2024-01-01T21:00:00Z",
        ),
        ("rank", "first", "holds 'first'; wanted a whole number"),
        ("title", ["a"], "wanted text"),
    ],
)
def test_a_column_of_a_wrong_type_is_refused(tmp_path: Path, column, value, wanted):
    frame = pl.DataFrame([{**row, column: value} for row in ROWS])
    frame.write_parquet(tmp_path / "x.parquet")
    with pytest.raises(InputError, match=wanted):
        read_headline_table(tmp_path / "x.parquet")


def test_rows_that_say_nothing_are_left_out_and_counted(tmp_path: Path):
    rows = [
        *ROWS,
        {**ROWS[0], "title": "  "},
        {**ROWS[0], "rank": 0},
        {**ROWS[0], "list_kind": "trending"},
        {**ROWS[0], "source": None},
        {**ROWS[0], "title": "A" * 401},
    ]
    table = read_headline_table(write(tmp_path / "x.parquet", pl.DataFrame(rows)))
    assert table.rows.height == len(ROWS)
    messages = " ".join(map(str, table.problems))
    for what in (
        "left out 1 of 8 rows without a title, first in row 4",
        "rank of 1",
        "list_kind other",
        "a source",
        "400 characters",
    ):
        assert what in messages


def test_what_is_too_long_in_a_row_is_cut_or_left_out_and_told(tmp_path: Path):
    rows = [
        *ROWS,
        {**ROWS[0], "url": "https://post.example/1?state=" + "x" * 2000},
        {**ROWS[0], "url": "https://post.example/1?state=" + "é" * 400},
        {**ROWS[0], "heading": "most read of all " * 30},
        {**ROWS[0], "source": "s" * 254},
    ]
    table = read_headline_table(write(tmp_path / "x.parquet", pl.DataFrame(rows)))
    assert [problem.message for problem in table.problems] == [
        "left out 1 of 7 rows with a source of more than 253 characters, first in row 7",
        "left out addresses of over 2,000 characters in 2 rows, first in row 4",
        "cut headings of over 400 characters in 1 row, first in row 6",
    ]
    assert [url is None for url in table.rows["url"]] == [False] * 3 + [True] * 2 + [False]
    *short, long = table.rows["heading"]
    assert set(short) == {""}
    assert long == ("most read of all " * 30)[:400].rpartition(" ")[0]


def test_a_table_of_which_nothing_is_left_says_so(tmp_path: Path):
    rows = [{**row, "list_kind": "trending"} for row in ROWS]
    first, last = read_headline_table(write(tmp_path / "x.parquet", pl.DataFrame(rows))).problems
    assert first.message.startswith("left out 3 of 3 rows with a list_kind other than")
    assert last.message == "no row is left to take in"


def test_wordings_are_kept_but_for_what_drives_a_terminal_or_turns_text_around(tmp_path: Path):
    title = "Bank\x1b[31m  “robs”\r\n\u202eitself\x9b\x00 ... "
    row = ROWS[0] | {"title": title, "source": "a\x07b.example"}
    table = read_headline_table(write(tmp_path / "x.parquet", pl.DataFrame([row])))
    assert table.rows.select("title", "source").row(0) == (
        "Bank[31m “robs” itself ...",
        "ab.example",
    )


@pytest.mark.parametrize("content", [b"", b"PAR1 broken", b"\xff\xfe"])
def test_a_file_that_is_no_table_is_refused_with_its_name(tmp_path: Path, content):
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.parquet"):
        read_headline_table(path)


def test_naive_times_are_utc_and_other_zones_are_converted(tmp_path: Path):
    naive = pl.DataFrame(ROWS).with_columns(pl.col("captured_at").dt.replace_time_zone(None))
    abroad = pl.DataFrame(ROWS).with_columns(
        pl.col("captured_at").dt.convert_time_zone("Asia/Tokyo")
    )
    for frame in (naive, abroad):
        frame.write_parquet(tmp_path / "x.parquet")
        rows = read_headline_table(tmp_path / "x.parquet").rows
        assert rows["captured_at"].to_list() == [row["captured_at"] for row in ROWS]


def tabulate(rows: list[dict[str, object]]) -> list[pl.DataFrame]:
    frame = pl.DataFrame(rows).with_columns(pl.col("rank").cast(pl.Int32), heading=pl.lit(""))
    found = tabulate_table(frame)
    return [
        found.captures.sort("capture_id"),
        found.lists.sort("capture_id", "list_id"),
        found.sightings.sort("capture_id", "list_id", "rank"),
    ]


def test_one_capture_with_a_list_for_each_kind_and_clean_addresses():
    captures, lists, sightings = tabulate(ROWS)
    assert captures["source"].to_list() == ["post.example"]
    assert sorted(lists.select("kind", "n_items").rows()) == [("latest", 2), ("most_read", 1)]
    assert sightings.height == 3
    assert not sightings["url"].str.contains("utm_source").any()


def test_the_order_of_rows_does_not_matter():
    rows = [*ROWS, {**ROWS[0], "title": "A second headline in the first slot", "url": None}]
    shuffled = random.Random(1).sample(rows, len(rows))
    for one, other in zip(tabulate(rows), tabulate(shuffled), strict=True):
        assert one.equals(other)


def test_a_slot_taken_twice_makes_a_second_list():
    rows = [*ROWS, {**ROWS[0], "title": "A second headline in the first slot"}]
    _, lists, sightings = tabulate(rows)
    assert lists.filter(pl.col("kind") == "latest").height == 2
    assert sightings.height == 4


def test_a_list_keeps_its_id_from_night_to_night():
    later = [{**row, "captured_at": datetime(2026, 3, 6, 21, tzinfo=UTC)} for row in ROWS]
    _, lists, _ = tabulate([*ROWS, *later])
    assert lists.height == 4
    assert lists["list_id"].n_unique() == 2


def test_times_of_no_year_that_there_is_leave_their_rows_out(tmp_path: Path):
    table = pl.DataFrame({**row, "captured_at": "0000-01-01"} for row in ROWS)
    (tmp_path / "x.csv").write_text(table.vstack(table.with_columns(
        captured_at=pl.lit("2026-03-05"))).write_csv())  # fmt: skip
    far = pl.Series([-(2**63) + 1, 2**63 - 1, 1_772_744_400_000_000])
    for unit in ("us", "ms"):
        times = far.cast(pl.Datetime(unit, "UTC"))
        pl.DataFrame(ROWS).with_columns(captured_at=times).write_parquet(
            tmp_path / f"{unit}.parquet"
        )
    days = pl.Series([2**31 - 1, -(2**31), 20_000], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame(ROWS).with_columns(captured_at=days).write_parquet(tmp_path / "days.parquet")
    for name, n_left in (("x.csv", 3), ("us.parquet", 1), ("ms.parquet", 0), ("days.parquet", 1)):
        found = read_headline_table(tmp_path / name)
        assert found.rows.height == n_left, name
        assert "whose captured_at is not a time" in found.problems[0].message


def test_two_tables_of_one_time_are_two_captures_and_the_same_one_is_one():
    (first, _, _), (again, _, _) = tabulate(ROWS[:2]), tabulate(ROWS[:2])
    other, _, _ = tabulate(ROWS[2:])
    assert first["capture_id"].to_list() == again["capture_id"].to_list()
    assert first["capture_id"].to_list() != other["capture_id"].to_list()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_the_dates_of_a_table_say_which_number_is_the_day(tmp_path: Path, suffix: str):
    rows = [{**ROWS[0], "captured_at": text} for text in ("03/02/2022", "24/02/2022 21:30")]
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        pl.DataFrame(rows).write_csv(path)
    else:
        getattr(pl.DataFrame(rows), "write_ndjson" if suffix == ".jsonl" else "write_parquet")(path)
    table = read_headline_table(path)
    assert table.rows["captured_at"].to_list() == [
        datetime(2022, 2, 3, tzinfo=UTC),
        datetime(2022, 2, 24, 21, 30, tzinfo=UTC),
    ]
    assert table.notes == (
        f"{path}: captured_at was read with the day first, as '24/02/2022 21:30' says",
    )


def test_a_table_whose_dates_may_mean_two_things_is_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "x.csv"
    pl.DataFrame([{**ROWS[0], "captured_at": "03/04/2022"}]).write_csv(path)
    wanted = r"x\.csv: column captured_at holds '03/04/2022'.*2022-02-24, or --day-first or --month"
    with pytest.raises(InputError, match=wanted):
        read_headline_table(path)
    for day_first, month in ((True, 4), (False, 3)):
        (time,) = read_headline_table(path, day_first=day_first).rows["captured_at"]
        assert time.month == month


def test_a_table_without_rows_says_so(tmp_path: Path):
    pl.DataFrame(ROWS).clear().write_csv(tmp_path / "x.csv")
    (problem,) = read_headline_table(tmp_path / "x.csv").problems
    assert "found no rows" in problem.message
