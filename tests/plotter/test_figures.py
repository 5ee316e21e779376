"""Charts compared as data: what is drawn, where there is a gap, and what text may do."""

import html
import itertools
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.plotter.worlds import (
    FIRST,
    GAP,
    HOSTILE,
    LAST,
    NIGHTS,
    SOURCES,
    assemble,
    build_world,
    show_world,
)
from tracker import plotter, tables
from tracker.commands.charting import CHART_NAMES
from tracker.errors import InputError, SubjectError, TableError
from tracker.plotter import figures
from tracker.plotter.attention_charts import choose_subjects, tell_themes
from tracker.plotter.cards import read_glance, read_largest
from tracker.plotter.cells import read_cells
from tracker.plotter.channels import read_channels
from tracker.plotter.charts import spread
from tracker.plotter.cuts import cut_nights
from tracker.plotter.digests import read_digest
from tracker.plotter.drawn_points import weekly, weekly_band
from tracker.plotter.event_charts import chart_events
from tracker.plotter.findings import headline_of_night, read_findings, tell_quiet
from tracker.plotter.fittings import fit_words
from tracker.plotter.grids import unique_names
from tracker.plotter.inputs import ReportData
from tracker.plotter.nights import find_first, monday_of, read_weeks
from tracker.plotter.pages import read_rows, read_shown
from tracker.plotter.palette import DARK, PAPER
from tracker.plotter.prepared import prepare
from tracker.plotter.ranks import read_ranks
from tracker.plotter.repeats import keep_distinct
from tracker.plotter.report import choose_pages
from tracker.plotter.stays import read_stays
from tracker.plotter.styles import Style, dress_chart
from tracker.plotter.subjects import name_subjects
from tracker.plotter.words import clean, name_ordinal, name_several, short_day

DATA = build_world()
PREPARED = prepare(DATA)
AT_GAP = (GAP - FIRST).days


def traces(figure: Any, **meta: Any) -> list[Any]:
    found = figure.to_plotly_json()["data"]
    return [t for t in found if meta.items() <= (t.get("meta") or {}).items()]


def line(figure: Any, subject: str, role: str = "line") -> Any:
    (found,) = traces(figure, subject=subject, role=role, channel="editorial")
    return found


def test_a_topic_that_is_called_as_a_theme_is_told_from_it():
    first = pl.col("topic_id") == "t1"
    called = DATA.topics.with_columns(
        label=pl.when(first).then(pl.lit("ukraine")).otherwise("label")
    )
    subjects = name_subjects(replace(DATA, topics=called))
    assert (subjects["Ukraine"].name, subjects["t1"].name) == ("Ukraine", "ukraine (topic)")


def test_topics_of_one_label_have_names_that_tell_them_apart_also_where_they_are_cut():
    same = pl.when(pl.col("topic_id") == "t4").then("label").otherwise(pl.lit("Rail strike"))
    subjects = name_subjects(replace(DATA, topics=DATA.topics.with_columns(label=same)))
    names = {"Rail strike (t1)", "Rail strike (t2)", "Rail strike (t3)"}
    assert {subject.name for subject in subjects.values()} >= names
    prepared = prepare(replace(DATA, topics=DATA.topics.with_columns(label=same)))
    chart = figures.build_chart(prepared, "heat", [])
    assert names <= set(chart.layout["yaxis"]["ticktext"])
    assert clean("Man Utd, Liverpool, Spurs (t7b1)", 18) == "Man Utd, L… (t7b1)"


def test_a_topic_has_a_page_with_headlines_that_were_listed_before_they_were_its_own():
    never = LAST + timedelta(days=1)
    placed = pl.when(pl.col("topic_id") == "t1").then(pl.lit(never)).otherwise("from_night")
    data = replace(
        DATA,
        members=DATA.members.with_columns(from_night=placed),
        attention=DATA.attention.filter(pl.col("subject") != "t1"),
    )
    prepared = prepare(data)
    topic, extent = prepared.subjects["t1"], prepared.extents["t1"]
    assert extent.headlines == PREPARED.extents["t1"].headlines
    assert topic in choose_pages(prepared)
    assert {(one.best, one.nights, one.earlier) for one in read_shown(prepared, topic)} == {
        (None, 0, True)
    }
    (row,) = (row for row in read_rows(prepared, list(SOURCES)) if row.subject == topic)
    assert (row.last, row.n_headlines) == (0.0, extent.headlines)
    title = figures.build_chart(prepared, "curve", ["t1"]).finding
    assert title.endswith("has stood in no list since it began")


def test_themes_are_lines_of_the_attention_table():
    drawn = line(figures.draw_themes(DATA), "Ukraine")
    shares = (
        DATA.attention.filter(pl.col("subject") == "Ukraine", pl.col("channel") == "editorial")
        .sort("night")["share"]
        .to_list()
    )
    assert drawn["x0"] == str(FIRST)
    assert len(drawn["y"]) == NIGHTS
    assert drawn["y"][:-1] == pytest.approx(shares[:-1], abs=1e-4)


def test_a_night_not_observed_is_a_gap_in_the_line_and_in_the_band():
    figure = figures.draw_themes(DATA)
    drawn, band = line(figure, "Ukraine"), line(figure, "Ukraine", "band")
    assert drawn["y"][AT_GAP] is None
    assert drawn["connectgaps"] is False
    assert str(GAP) not in band["x"]
    assert band["x"].count(None) == 2


def test_a_watched_theme_never_seen_is_drawn_at_zero():
    drawn = line(figures.draw_themes(DATA), "Atlantis")
    assert set(drawn["y"][:-1]) == {0, None}


def test_a_watched_theme_without_a_row_is_drawn_at_zero_where_something_was_observed():
    attention = DATA.attention.filter(pl.col("subject") != "Atlantis")
    drawn = line(figures.draw_themes(replace(DATA, attention=attention)), "Atlantis")
    assert drawn["y"][AT_GAP] is None
    assert drawn["y"][0] == 0


def test_a_topic_is_not_drawn_before_it_was_born():
    drawn = line(figures.draw_curve(DATA, "Honduras votes"), "t3")
    assert drawn["y"][:8] == [None] * 8
    assert drawn["y"][8] > 0


def test_a_last_night_with_fewer_sources_is_marked_partial():
    figure = figures.draw_themes(DATA)
    tail = line(figure, "Ukraine", "partial")
    assert line(figure, "Ukraine")["y"][-1] is None
    assert tail["line"]["dash"] == "dot"
    assert tail["y"][-1] == pytest.approx(0.3)
    seen = DATA.slots.filter(pl.col("night") == LAST)
    other = seen.with_columns(pl.lit("herald.example").alias("source"))
    both = replace(DATA, slots=pl.concat([DATA.slots, other]))
    assert traces(figures.draw_themes(both), role="partial") == []


def make_long() -> ReportData:
    """Return a study of 200 nights: half the room for Ukraine on one night of most weeks."""
    nights = pl.date_range(FIRST, FIRST + timedelta(days=199), eager=True)
    share = [0.5 if i % 7 == 0 else None if 70 <= i < 77 else 0.0 for i in range(200)]
    attention = tables.ATTENTION.check(
        pl.DataFrame({"night": nights, "share": share}).with_columns(
            pl.lit("Ukraine").alias("subject"),
            pl.lit("editorial").alias("channel"),
            pl.lit(None, pl.Float64).alias("low"),
            pl.lit(None, pl.Float64).alias("high"),
            pl.lit(1).alias("slots"),
            pl.when(pl.col("share").is_null()).then(0).otherwise(10).alias("observed_slots"),
            pl.lit(1).alias("n_sources"),
            pl.when(pl.col("share").is_null()).then(0).otherwise(1).alias("observed_sources"),
        )
    )
    at = pl.DataFrame({"night": nights.filter(attention["share"].is_not_null())})
    one = DATA.slots.filter(pl.col("channel") == "editorial").head(1).drop("night")
    slots = at.join(one, how="cross").select(DATA.slots.columns)
    return replace(DATA, attention=attention, slots=slots, last_night=nights[-1], watchlist=())


def test_a_long_time_starts_as_weeks_and_keeps_its_nights():
    data = make_long()
    nightly, weekly = traces(figures.draw_themes(data), subject="Ukraine", role="line")
    assert (nightly["visible"], weekly["visible"]) == (False, True)
    assert len(nightly["y"]) == 200
    assert weekly["y"][0] == pytest.approx(0.5 / 7, abs=1e-4)
    assert weekly["y"][10] == pytest.approx(0.5)  # the week's only observed night


def test_the_title_of_a_long_time_names_who_was_found_to_rise_and_nobody_else():
    def rise(subject: str, night: date, value: float) -> dict:
        return {"subject": subject, "night": night, "channel": "editorial", "kind": "rise",
                "from": night, "to": night, "value": value, "low": None, "high": None, "p": 0.001,
                "q": 0.01, "method": "told"}  # fmt: skip

    def tell(*rises: dict) -> list[str]:
        data = make_long()
        less = [data.attention.with_columns(pl.lit(key).alias("subject"), pl.col("share") / n)
                for n, key in enumerate(("Ukraine", "Honduras", "t2"), 1)]  # fmt: skip
        long = replace(data, attention=pl.concat(less), signals=tables.SIGNALS.frame(rises))
        prepared = prepare(long)
        heat = figures.build_chart(prepared, "heat", ["Ukraine", "t2"]).finding
        return [tell_themes(prepared, choose_subjects(prepared)), heat]

    assert tell() == [
        "Ukraine took the most room of all: 50% in the week from 11 Mar 2024",
        "The latest of these to reach its own highest: Ukraine, 50% in the week from 11 Mar 2024",
    ]
    march, may = date(2024, 3, 12), date(2024, 5, 6)
    beside = rise("Honduras", march + timedelta(days=9), 0.2)
    told = tell(rise("Ukraine", march, 0.3), beside, rise("t2", may, 0.1))
    assert told == [
        "What rose: Ukraine in March 2024 and Rail strike in May 2024",
        "The latest of these to rise: Rail strike, on 6 May 2024",
    ]


def test_the_strip_tells_missed_from_failed_from_seen():
    (strip,) = traces(figures.draw_themes(DATA), role="coverage")
    daily, herald = strip["z"]
    assert strip["meta"]["sources"] == ["daily.example", "herald.example"]
    assert (daily[AT_GAP], herald[AT_GAP]) == (0, 0)
    assert (daily[-1], herald[-1]) == (2, 1)
    assert daily[0] == 2


def test_a_theme_stands_for_the_topic_inside_it_and_other_topics_fill_the_chart():
    prepared = prepare(replace(DATA, watchlist=()))
    names = [subject.name for subject in choose_subjects(prepared)]
    assert "Ukraine" in names
    assert "Ukraine front" not in names
    assert "Rail strike" in names


def test_ranks_name_the_first_of_each_week():
    figure = figures.draw_ranks(DATA)
    (ukraine,) = traces(figure, subject="t1")
    assert ukraine["y"][-1] == 1
    assert "Ukraine front leads" in figure.layout.title.text


def test_a_topic_had_no_room_on_the_observed_nights_before_it_began():
    share = 0.025 + 0.05 + 0.025  # of Honduras, on the three nights from 9 January on
    (curve,) = (c for c in PREPARED.curves.of("editorial") if c.subject.key == "t3")
    weeks = weekly(PREPARED.curves.nights, curve)
    assert weeks[:2] == [None, pytest.approx(share / 7)]
    assert weekly_band(PREPARED.curves.nights, curve, curve.high)[1] is None
    assert curve.mean == pytest.approx(share / (NIGHTS - 1))  # one night was not observed

    early = prepare(cut_nights(DATA, last=date(2024, 1, 12)))
    ranks = read_ranks(early).frame().filter(pl.col("name") == "Honduras votes")
    assert ranks.rows() == [(date(2024, 1, 8), 4, "Honduras votes", pytest.approx(share / 5))]
    channels = read_channels(early, "topic").frame().filter(pl.col("name") == "Honduras votes")
    assert channels["editors"].to_list() == [pytest.approx(share / 12)]


def test_the_heat_strip_is_blank_where_nothing_was_observed():
    (heat,) = traces(figures.draw_heat(DATA), role="heat")
    row = heat["z"][heat["meta"]["subjects"].index("t2")]
    assert row[AT_GAP] is None
    assert row[0] > 0
    assert row[-1] == 0


def test_sources_are_measured_by_their_own_slots():
    (cells,) = traces(figures.draw_sources(DATA), role="sources")
    column = cells["meta"]["columns"].index("Ukraine")
    daily = cells["z"][cells["meta"]["sources"].index("daily.example")][column]
    nights = [NIGHTS - 28 + i for i in range(28) if NIGHTS - 28 + i != AT_GAP]
    assert daily == pytest.approx(
        sum(1 if i < 25 else 6 for i in nights) / 20 / len(nights), abs=1e-4
    )


def test_one_source_has_no_chart_of_sources():
    one = {
        name: getattr(DATA, name).filter(pl.col("source") == "daily.example")
        for name in ("captures", "slots")
    }
    with pytest.raises(SubjectError, match="too little to draw sources"):
        figures.draw_sources(replace(DATA, **one))


def test_stays_show_each_night_with_its_best_rank():
    figure = figures.draw_stays(DATA, "t3")
    (stays,) = traces(figure, role="stay")
    assert sorted(set(stays["x"])) == ["2024-01-09", "2024-01-10", "2024-01-11"]
    assert all("rank" in words for words in stays["customdata"])
    assert "stayed longest: 2 nights" in figure.layout.title.text


@pytest.mark.parametrize("weighting", ["slots", "rank"])
def test_chosen_sources_together_give_the_attention_table(weighting):
    # A page that was broken and a box that stood unchanged count in neither.
    broken, stood = str(FIRST + timedelta(days=27)), FIRST + timedelta(days=30)
    data = assemble(
        *show_world(),
        unobserved=pl.DataFrame(
            {"capture_id": [f"{SOURCES[0]}-{broken}"], "channel": ["editorial"]}
        ),
        standing=pl.DataFrame(
            {"source": [SOURCES[1]], "night": [stood], "list_id": [f"latest-{SOURCES[1]}"]}
        ),
        weighting=weighting,
    )
    prepared = prepare(data)
    given = read_cells(prepared, [prepared.subjects["Ukraine"]])
    observed, own = given["observed"]["editorial"], given["subjects"]["Ukraine"]["editorial"]
    weights = {}
    for source, flat in own.items():
        places = itertools.accumulate(flat[::3])
        weights[int(source)] = dict(zip(places, flat[1::3], strict=True))
    shares = prepared.curves.by_subject["Ukraine", "editorial"].share
    assert sum(bool(row[27]) for row in observed) == sum(bool(row[30]) for row in observed) == 1
    for place, share in enumerate(shares):
        drawn = [
            weights[source].get(place, 0) / row[place]
            for source, row in enumerate(observed)
            if row[place]
        ]
        assert (sum(drawn) / len(drawn) if drawn else None) == pytest.approx(share, abs=1e-4)


def test_new_headlines_of_all_nights_are_all_headlines():
    own = read_cells(PREPARED, [PREPARED.subjects["t2"]])["subjects"]["t2"]["editorial"]
    rows = PREPARED.slots.of("t2").filter(pl.col("channel") == "editorial")
    assert sum(sum(flat[2::3]) for flat in own.values()) == rows["headline_id"].n_unique() > 0


def test_the_headlines_behind_a_point_are_as_many_as_its_slots():
    weeks = {week.monday: week.content for week in read_weeks(PREPARED)}
    week = weeks[FIRST]
    rows = [r for r in week["subjects"]["t2"] if week["night"][r] == str(FIRST)]
    facts = [f for f in week["facts"]["t2"] if f[0] == str(FIRST)]
    assert sum(week["seen"][row] for row in rows) == sum(fact[5] for fact in facts) > 0


@pytest.mark.parametrize("name", ["themes", "topics", "ranks", "heat", "sources", "coverage"])
def test_no_text_of_a_chart_is_markup_or_a_template(name):
    figure = getattr(figures, f"draw_{name}")(DATA).to_plotly_json()
    for text in texts(figure):
        assert "<script" not in text
        assert "<img" not in text
        assert "onerror" not in text or "<" not in text


@pytest.mark.parametrize("name", sorted(set(figures.CHARTS) - {"events", "channels"}))
def test_what_a_hover_names_is_there(name):
    known = {"x", "y", "z", "text", "customdata", "fullData.name"}
    for trace in figures.build_chart(
        PREPARED, name, ["t1"] if name in figures.ALONE else []
    ).traces:
        template = trace.get("hovertemplate", "")
        asked = {field.split("[")[0] for field in re.findall(r"%{([^}|:]+)", template)}
        assert asked <= known
        assert "fullData.name" not in asked or trace["name"]


def test_hostile_headlines_are_escaped_in_their_own_charts():
    figure = figures.draw_stays(DATA, "t4").to_plotly_json()
    shown = [note["text"] for note in figure["layout"]["annotations"]]
    assert any("&lt;script&gt;window.hacked" in text for text in shown)
    assert any(text.startswith("\u2068") and text.endswith("\u2069") for text in shown)
    assert max(map(len, shown)) < 400
    assert HOSTILE["emoji"] not in shown
    assert any("%\u200b{y}" in text for text in shown)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [t for key, v in value.items() if key != "meta" for t in texts(v)]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in texts(v)]
    return [value] if isinstance(value, str) else []


def test_an_unknown_subject_says_what_there_is():
    with pytest.raises(
        SubjectError, match="Mars: no theme or topic of that name; tracker show topics"
    ):
        figures.draw_curve(DATA, "Mars")


def test_a_frame_of_another_table_is_refused():
    with pytest.raises(TableError, match="table topics: found columns"):
        replace(DATA, topics=DATA.themes)


def test_labels_move_apart_no_more_than_they_must():
    assert spread([0, 1, 50], 10, lowest=-9) == [-4.5, 5.5, 50]
    assert spread([30, 10], 5) == [30, 10]
    assert spread([0, 1, 50], 10, lowest=0) == [0, 10, 50]


def test_a_page_that_holds_its_headlines_holds_those_of_the_last_weeks():
    weeks = [week.monday for week in read_weeks(PREPARED)]
    last = PREPARED.slots.rows.filter(pl.col("night") >= weeks[-1]).height
    assert find_first(PREPARED) == weeks[0] == monday_of(FIRST)
    assert find_first(PREPARED, last + 1) == find_first(PREPARED, 1) == weeks[-1]
    assert [week.monday for week in read_weeks(PREPARED, since=weeks[2])] == weeks[2:]


def test_a_study_of_one_night_is_dots_and_lines_where_somebody_asks():
    first = DATA.attention.filter(pl.col("night") == FIRST)
    data = replace(DATA, attention=first, last_night=FIRST, signals=tables.SIGNALS.empty())
    (dots,) = traces(figures.draw_themes(data), role="tonight")
    assert dots["x"][dots["meta"]["columns"].index("Ukraine")] == 0.05
    drawn = line(figures.draw_themes(data, "Ukraine"), "Ukraine")
    assert drawn["y"] == [0.05]
    assert drawn["marker"]["size"] == [6]


def test_subjects_that_are_asked_for_are_all_shown_and_no_others():
    figure = figures.draw_themes(DATA, "honduras", "Atlantis", "t2")
    shown = {t["meta"]["subject"] for t in traces(figure, role="line") if t["visible"]}
    assert shown == {"Honduras", "Atlantis", "t2"}
    assert "most room of these" in figure.layout.title.text


def test_topics_are_topics_alone():
    figure = figures.draw_topics(DATA)
    assert {t["meta"]["subject"] for t in traces(figure, role="line")} == {"t1", "t2", "t3", "t4"}


def test_a_life_is_the_curve_and_the_headlines_over_the_same_nights():
    figure = figures.draw_life(DATA, "t3")
    (stays,) = traces(figure, role="stay")
    assert (stays["xaxis"], stays["yaxis"]) == ("x2", "y3")
    assert line(figure, "t3")["y"][8] > 0
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    lanes = sorted(figure.layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3"))
    ends = [end for lane in lanes for end in lane]
    assert ends == sorted(ends)
    assert (ends[0], ends[-1]) == (0, 1)


@pytest.mark.parametrize("name", sorted(set(figures.CHARTS) - {"events", "channels"}))
def test_every_chart_has_its_words_its_basis_and_its_table(name):
    chart = figures.build_chart(PREPARED, name, ["t1"] if name in figures.ALONE else [])
    assert chart.finding
    assert "daily.example, herald.example; 77 captures on 39 of 40 nights" in chart.note
    assert "9 Feb 2024 is partial: 1 of usually 2 sources." in chart.note
    assert chart.info.frame().height > 0


def test_the_table_of_a_line_chart_is_its_points():
    chart = figures.build_chart(PREPARED, "themes", ["Ukraine", "Honduras"])
    frame = chart.info.frame()
    assert frame.columns == [
        "night", "nights", "name", "channel", "share", "low", "high", "partial",
    ]  # fmt: skip
    assert frame.height == 2 * NIGHTS
    at_gap = frame.filter(pl.col("night") == GAP)
    assert at_gap["share"].to_list() == [None, None]
    assert frame.filter("partial")["night"].unique().to_list() == [LAST]


@pytest.mark.parametrize(
    ("name", "subjects", "said"),
    [
        ("pie", (), "pie: no such chart; wanted one of themes, topics"),
        ("life", (), "life: found no subject; wanted one theme or topic"),
        ("ranks", ("t1",), "ranks: found 1 subject; wanted none"),
        ("themes", ("Hondurus",), "no theme or topic of that name; did you mean Honduras"),
        ("life", ("Atlantis",), "too little to draw life of Atlantis"),
    ],
)
def test_a_chart_that_cannot_be_says_what_was_wanted(name, subjects, said):
    with pytest.raises(SubjectError, match=said):
        figures.build_chart(PREPARED, name, subjects)


def test_the_nights_can_be_cut():
    part = cut_nights(DATA, FIRST + timedelta(days=10), FIRST + timedelta(days=19))
    drawn = line(figures.draw_themes(part, "Ukraine"), "Ukraine")
    assert (drawn["x0"], len(drawn["y"])) == ("2024-01-11", 10)
    assert not traces(figures.draw_themes(part), role="partial")
    (stays,) = traces(figures.draw_stays(part, "t3"), role="stay")
    assert set(stays["x"]) == {"2024-01-11"}
    with pytest.raises(InputError, match="found none from 2025-01-01"):
        cut_nights(DATA, date(2025, 1, 1))


def test_a_dark_chart_has_no_light_colour_left():
    figure = figures.draw_life(DATA, "t1", style=Style("dark")).to_json()
    assert DARK[PAPER] in figure
    light = {colour for colour in DARK if colour not in DARK.values()}
    assert [colour for colour in light if f'"{colour}"' in figure] == []


def test_a_size_is_kept_and_the_words_fit_it():
    wide = figures.draw_themes(DATA, style=Style(width=1200, height=700))
    small = figures.draw_themes(DATA, style=Style(width=420))
    assert (wide.layout.width, wide.layout.height) == (1200, 700)
    assert small.layout.margin.l < wide.layout.margin.l
    lines = small.layout.title.text.split("<br>")
    assert len(lines) > 1
    assert max(map(len, lines)) < 48
    ends = [note for note in wide.layout.annotations if note.name == "end"]
    top, plot = wide.layout.yaxis.range[1], wide.layout.meta["plot_height"]
    places = sorted(note.y / top * plot + note.yshift for note in ends)
    assert all(b - a >= 15.9 for a, b in itertools.pairwise(places))


def test_names_over_lines_that_ended_end_before_the_next_of_their_row():
    layout = figures.build_chart(PREPARED, "ranks", []).layout
    first, second, *_ = layout["xaxis"]["tickvals"]
    name = {"y": 1, "text": "Rail strike in its second week", "name": "best Rail strike in its"}
    both = [{**name, "x": first}, {**name, "x": second}]
    wide, narrow = (
        fit_words({**layout, "annotations": both}, width)["annotations"] for width in (1400, 600)
    )
    assert wide == both
    assert narrow[0]["text"].startswith("Rail")
    assert narrow[0]["text"].endswith("…")
    assert narrow[1]["text"] == "Rail strike in its"
    tight = fit_words({**layout, "annotations": both}, 300)["annotations"]
    assert tight[0]["visible"] is False


@pytest.mark.parametrize("share", ["under 0.1%", "0.1%", "12%"])
def test_a_name_is_cut_to_its_margin_and_its_share_never(share: str):
    label = {"name": "end", "text": f"Rail strike in its second week {share}", "x": 1}
    layout = figures.build_chart(PREPARED, "themes", []).layout
    margin = {**layout["margin"], "r": 124}
    fitted = fit_words({**layout, "margin": margin, "annotations": [label]}, 420)
    text = fitted["annotations"][0]["text"]
    assert text.startswith("Rail")
    assert text.endswith(f"… {share}")


def test_a_picture_no_wider_than_its_margins_is_drawn_all_the_same():
    chart = figures.build_chart(PREPARED, "themes", [])
    margin = dress_chart(chart, Style(width=420)).layout["margin"]
    tight = dress_chart(chart, Style(width=margin["l"] + margin["r"])).layout
    assert len(tight["annotations"]) >= len(chart.layout["annotations"])


def test_sources_that_begin_alike_are_told_apart_in_a_narrow_picture_too():
    names = {name: f"news-of-the-harbour-{name}" for name in DATA.captures["source"].unique()}
    captures = DATA.captures.with_columns(pl.col("source").replace(names))
    coverage = DATA.coverage.with_columns(pl.col("source").replace(names))
    data = replace(DATA, captures=captures, coverage=coverage)
    chart = figures.build_chart(prepare(data), "coverage", [])
    short = dress_chart(chart, Style(width=420)).layout["yaxis"]["ticktext"]
    assert len(set(short)) == len(short) > 1


def test_words_fit_a_narrow_picture_and_stay_whole_in_a_wide_one():
    chart = figures.build_chart(PREPARED, "themes", [])
    labels = {width: dress_chart(chart, Style(width=width)).layout for width in (420, 1400)}
    wide = labels[1400]["annotations"]
    assert wide[: len(chart.layout["annotations"])] == chart.layout["annotations"]
    layout = labels[420]
    start, end = (datetime.fromisoformat(side) for side in layout["xaxis"]["range"])
    inner = 420 - layout["margin"]["l"] - layout["margin"]["r"]
    shown = 0
    for label in layout["annotations"]:
        kind = label.get("name", "")
        wide_as = max(map(len, html.unescape(label["text"]).split("<br>")))
        if kind == "end" or (kind == "strip" and label["x"] == 1):
            assert wide_as * 6 + 8 <= layout["margin"]["r"]
        if not kind.startswith("note ") or not label["visible"]:
            continue
        at = (datetime.fromisoformat(label["x"]) - start) / (end - start) * inner
        reach = wide_as * 6 + abs(label.get("ax", 0))
        left, right = (at - reach, at) if label["xanchor"] == "right" else (at, at + reach)
        assert left >= -8
        assert right <= inner + 8
        shown += 1
    assert shown


def test_the_public_names_are_sorted_and_there():
    assert plotter.__all__ == sorted(plotter.__all__)
    assert dir(plotter) == plotter.__all__
    assert all(getattr(plotter, name) is not None for name in plotter.__all__)
    drawn = {name.removeprefix("draw_") for name in plotter.__all__ if name.startswith("draw_")}
    assert drawn == set(figures.CHARTS)
    assert set(CHART_NAMES) == set(figures.CHARTS)
    with pytest.raises(AttributeError, match="no attribute 'draw_pie'"):
        plotter.draw_pie  # noqa: B018


def test_a_burst_is_told_by_its_own_nights():
    peak = LAST - timedelta(days=30)
    nights = pl.col("night").is_between(peak, peak + timedelta(days=4))
    mine = (pl.col("subject") == "Honduras") & (pl.col("channel") == "editorial")
    share = pl.when(mine & nights).then(0.4).when(mine).then(0.2).otherwise("share")
    burst = {"subject": "Honduras", "night": LAST, "channel": "editorial", "kind": "burst",
             "from": LAST - timedelta(days=9), "to": LAST - timedelta(days=5), "value": 0.1,
             "low": 0.05, "high": 0.15, "p": 0.001, "q": 0.01, "method": "two"}  # fmt: skip
    attention = DATA.attention.with_columns(share.alias("share"))
    signals = tables.SIGNALS.frame([burst])
    (found,) = read_findings(prepare(replace(DATA, attention=attention, signals=signals)))
    assert found.headline == "Honduras had a burst, up to 20% of editors’ headline slots"


def test_what_passed_a_test_stands_before_what_is_only_new():
    def find(subject: str, kind: str, value: float) -> dict:
        q = None if kind == "new" else 0.01
        return {"subject": subject, "night": LAST, "channel": "editorial", "kind": kind,
                "from": LAST - timedelta(days=6), "to": LAST, "value": value, "low": value / 2,
                "high": value * 2, "p": q, "q": q, "method": "told"}  # fmt: skip

    told = [find("Honduras", "new", 0.4), find("t2", "fade", -0.2), find("Ukraine", "back", 0.3)]
    prepared = prepare(replace(DATA, signals=tables.SIGNALS.frame(told)))
    findings = read_findings(prepared)
    glance = [card.kicker for card in read_glance(prepared, findings)]
    assert glance == ["Fading", "New tonight", "Back tonight"]
    assert headline_of_night(prepared, findings).startswith("Rail strike is gone")
    bursts = [*told, find("t2", "burst", 0.1)]
    data = replace(DATA, signals=tables.SIGNALS.frame(bursts))
    digest = read_digest(prepare(data), LAST - timedelta(days=1), {})
    headings = [section.heading for section in digest.sections]
    assert headings == ["Faded", "Rose and faded again", "New", "Came back"]


def test_two_headlines_that_are_no_event_of_a_week_lead_no_page():
    found = {"subject": "t2", "night": LAST, "channel": "editorial", "kind": "new", "from": LAST,
             "to": LAST, "value": 0.4, "low": None, "high": None, "p": None, "q": None,
             "method": "told"}  # fmt: skip
    signals = tables.SIGNALS.frame([found])

    def lead(nights: int, n_headlines: int) -> tuple[list[str], str]:
        last = pl.col("first_night") + timedelta(days=nights)
        events = DATA.events.with_columns(n_headlines=pl.lit(n_headlines), last_night=last)
        prepared = prepare(replace(DATA, signals=signals, events=tables.EVENTS.check(events)))
        findings = read_findings(prepared)
        cards = [*read_glance(prepared, findings), *read_largest(prepared)]
        return [card.subject.key for card in cards], headline_of_night(prepared, findings)

    for firm in (lead(3, 2), lead(30, 3)):
        assert "t2" in firm[0]
        assert firm[1].startswith("Rail strike is new")
    keys, heading = lead(30, 2)
    assert "t2" not in keys
    assert "Rail strike" not in heading


def test_what_is_new_says_when_it_was_first_seen_and_why_only_now():
    found = {"subject": "t2", "night": LAST, "channel": "editorial", "kind": "new", "to": LAST,
             "value": 0.4, "low": None, "high": None, "p": None, "q": None,
             "method": "told"}  # fmt: skip

    def tell(first: date) -> str:
        signals = tables.SIGNALS.frame([found | {"from": first}])
        (finding,) = read_findings(prepare(replace(DATA, signals=signals)))
        return finding.change

    assert tell(LAST) == f"first seen on {short_day(LAST)}"
    assert tell(LAST - timedelta(days=1)) == (
        f"first seen on {short_day(LAST - timedelta(days=1))}; new once two sources or two nights "
        "have shown it"
    )


def test_on_a_tie_all_who_are_level_have_most_room_and_few_slots_are_counted():
    ukraine = (pl.col("subject") == "Ukraine") & (pl.col("channel") == "editorial")
    row = DATA.attention.filter(ukraine, pl.col("night") == LAST)
    quiet = replace(DATA, signals=DATA.signals.clear())

    def lead(*level: str) -> str:
        rows = [row.with_columns(pl.lit(key).alias("subject")) for key in level]
        prepared = prepare(replace(quiet, attention=pl.concat([DATA.attention, *rows])))
        return headline_of_night(prepared, read_findings(prepared))

    share = "30% of editors’ headline slots (6 of 20)"
    assert lead() == f"Ukraine has most room tonight: {share}"
    assert lead("t2") == f"Ukraine and Rail strike have most room tonight, each {share}"
    assert lead("t2", "t3", "t4").startswith("Ukraine, Rail strike and 2 others have most room")
    (card, *_) = read_largest(prepare(DATA))
    assert card.headline == f"Ukraine with {share}"


def test_chance_is_named_only_beside_what_was_tested():
    when = " in the last week"
    assert tell_quiet({"new", "back"}, when) == (
        "Nothing rose or faded in the last week beyond what chance would bring. "
        "What is new or came back was counted, not tested."
    )
    assert tell_quiet({"rise", "fade"}, when) == "Nothing was new or came back in the last week."
    assert tell_quiet({"rise", "fade"}, when, slight=2) == (
        "Of what is new or back, 2 topics of two scattered headlines have no card."
    )
    assert tell_quiet({"burst", "rise"}).startswith("Nothing else faded beyond what chance")
    assert tell_quiet({"rise", "fade", "new", "back"}).startswith("What is new or came back was")


def test_a_topics_events_are_the_largest_and_their_title_says_over_what_time():
    (one,) = DATA.events.filter(topic_id="t1").to_dicts()
    sizes = [1] * 28 + [5, 4]
    events = [{**one, "event_id": f"e{i:02}", "n_headlines": n, "first_night": FIRST,
               "last_night": FIRST + timedelta(days=i)} for i, n in enumerate(sizes)]  # fmt: skip
    chart = chart_events(
        prepare(replace(DATA, events=tables.EVENTS.frame(events))), PREPARED.subjects["t1"]
    )
    assert chart is not None
    assert chart.reading.startswith("The 25 largest of 30 events. ")
    assert chart.finding.startswith(
        "Its largest event, 5 headlines from 1 Jan 2024 to 29 Jan 2024:"
    )
    level = [{**event, "n_headlines": 2} for event in events[1:3]]
    chart = chart_events(
        prepare(replace(DATA, events=tables.EVENTS.frame(level))), PREPARED.subjects["t1"]
    )
    assert chart is not None
    assert chart.finding.startswith(
        "Its largest events are 2 of 2 headlines each; the latest, from"
    )
    assert "largest of" not in chart.reading


def test_names_with_commas_are_told_apart_in_a_list():
    assert name_several(["Russia", "Russia, Ukraine", "Oil", "Oscars"]) == (
        "“Russia”, “Russia, Ukraine” and 2 others"
    )


def test_a_headline_that_got_its_old_wording_back_is_called_by_it():
    mine = pl.col("headline_id") == "daily.example:Rail strike enters day 5, no talks"
    again = pl.col("night") == FIRST + timedelta(days=6)
    title = pl.when(mine & again).then(pl.lit("Talks begin")).otherwise("title")
    prepared = prepare(replace(DATA, slots=DATA.slots.with_columns(title.alias("title"))))
    stays = read_stays(prepared, prepared.subjects["t2"])
    (found,) = [stay for stay in stays if stay.rewritten]
    assert found.title == "Rail strike enters day 5, no talks"
    assert [text for _, text in found.rewritten] == ["Talks begin"]


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a", "a", "a (2)"], ["a", "a (2)", "a (2) (2)"]),
        (["a (2)", "a", "a"], ["a (2)", "a", "a (3)"]),
    ],
)
def test_names_on_an_axis_are_never_the_same(names, unique):
    assert unique_names(names, 20) == unique


@pytest.mark.parametrize(
    ("weeks", "said"),
    [(8, "eighth"), (9, "9th"), (11, "11th"), (21, "21st"), (22, "22nd"), (23, "23rd")],
)
def test_a_long_lead_is_counted_as_people_count(weeks, said):
    assert name_ordinal(weeks) == said


def test_an_event_in_two_languages_is_one_thing_to_tell_and_two_events_in_one_are_two():
    spanish = pl.col("headline_id").str.starts_with(SOURCES[1])
    topic = pl.when(spanish & (pl.col("topic_id") == "t3")).then(pl.lit("t5"))
    members = DATA.members.with_columns(topic.otherwise("topic_id").alias("topic_id"))
    part = DATA.topics.filter(topic_id="t3").with_columns(topic_id=pl.lit("t5"))
    topics = pl.concat([DATA.topics, part])
    kept = {}
    for code in ("en", "es"):
        language = pl.when(spanish).then(pl.lit(code)).otherwise("language")
        headlines = DATA.headlines.with_columns(language.alias("language"))
        data = replace(DATA, members=members, topics=topics, headlines=headlines)
        kept[code] = keep_distinct(prepare(data), ["t3", "t5", "t2"])
    assert kept == {"en": {"t3", "t5", "t2"}, "es": {"t3", "t2"}}
