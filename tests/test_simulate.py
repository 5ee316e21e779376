"""The demo world: real pages, and a truth that agrees with them."""

import hashlib
import inspect
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator

from tracker import errors, simulate, tables
from tracker.simulate import World, write_world

LAST = date(2026, 3, 31)


def night_of(number: int) -> date:
    return LAST - timedelta(days=60 - number)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def pages(world: World) -> pl.DataFrame:
    """Every answered page: host, captured_at, page_url, status, charset declared, html."""
    rows = []
    for path in world.archives:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                headers = record.http_headers
                body = record.content_stream().read()
                charset = "windows-1252" if "meridianwire" in path.name else "utf-8"
                rows.append(
                    {
                        "source": path.name.removesuffix(".warc.gz"),
                        "captured_at": record.rec_headers.get_header("WARC-Date"),
                        "page_url": record.rec_headers.get_header("WARC-Target-URI"),
                        "status": headers.get_statuscode(),
                        "content_type": headers.get_header("Content-Type"),
                        "html": body.decode(charset),
                    }
                )
    return pl.DataFrame(rows).with_columns(
        pl.col("captured_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")
    )


def digest(world: World) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in world.archives]


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first = write_world(tmp_path / "a", seed=3, nights=5)
    again = write_world(tmp_path / "b", seed=3, nights=5)
    other = write_world(tmp_path / "c", seed=4, nights=5)
    assert digest(first) == digest(again)
    assert first.truth.lists.equals(again.truth.lists)
    assert not set(digest(first)) & set(digest(other))


def test_a_shorter_world_is_the_end_of_the_longer_one(tmp_path: Path, world: World) -> None:
    short = write_world(tmp_path, nights=7)
    end = world.truth.lists.filter(pl.col("night") > LAST - timedelta(days=7))
    assert short.truth.lists.equals(end)
    assert short.truth.attention["night"].n_unique() == 7
    assert set(short.truth.findings["subject"]) == {"volcano", "football"}


def test_the_script_moves_to_any_date(tmp_path: Path) -> None:
    moved = write_world(tmp_path, nights=2, last_night=date(2024, 2, 29))
    assert moved.truth.lists["night"].unique().sort().to_list() == [
        date(2024, 2, 28),
        date(2024, 2, 29),
    ]


@pytest.mark.parametrize("nights", [0, 1, 61])
def test_there_is_no_world_of_other_lengths(tmp_path: Path, nights: int) -> None:
    with pytest.raises(errors.InputError, match=f"{nights} nights: wanted 2 to 60"):
        write_world(tmp_path, nights=nights)


def test_writes_only_one_archive_an_outlet_below_its_folder(world: World) -> None:
    folder = world.archives[0].parent
    assert sorted(folder.rglob("*")) == sorted(world.archives)
    assert {p.name for p in world.archives} == {
        f"{source}.warc.gz" for source in world.truth.outlets["source"]
    }


def test_every_page_shows_its_lists_in_the_order_of_the_truth(
    world: World, pages: pl.DataFrame
) -> None:
    good = pages.filter(pl.col("status") == "200")
    texts = {}
    for row in good.iter_rows(named=True):
        tree = LexborHTMLParser(row["html"])
        links = [
            (link.attributes.get("href"), " ".join(link.text().split()))
            for link in tree.css("a[href]")
        ]
        texts[row["captured_at"], row["source"]] = (row["page_url"], links)
    pages_told = world.truth.lists.group_by(
        "captured_at", "source", "page_url", "list_kind", maintain_order=True
    ).agg("url", "title")
    assert pages_told.select("captured_at", "source").n_unique() == good.height
    for row in pages_told.iter_rows(named=True):
        url, links = texts[row["captured_at"], row["source"]]
        assert url == row["page_url"]
        place = -1
        for wanted, title in zip(row["url"], row["title"], strict=True):
            place = next(
                i
                for i, (href, text) in enumerate(links)
                if i > place
                and href is not None
                and href.split("?utm")[0] == wanted
                and title in text
            )


def test_headings_stand_on_the_page_before_their_first_headline(
    world: World, pages: pl.DataFrame
) -> None:
    boxes = world.truth.lists.filter((pl.col("rank") == 1) & (pl.col("heading") != ""))
    told = boxes.join(pages, on=["captured_at", "source", "page_url"])
    assert told.height == boxes.height
    sample = told.sample(400, seed=1)
    for row in sample.iter_rows(named=True):
        text = LexborHTMLParser(row["html"]).body.text(separator="\n")
        place = text.find(row["heading"])
        assert place >= 0
        assert text.find(row["title"], place) > place


def test_missing_nights_and_gaps_are_in_the_archives_as_in_the_truth(
    world: World, pages: pl.DataFrame
) -> None:
    nights = pages.with_columns(night=pl.col("captured_at").dt.date())
    assert night_of(27) not in nights["night"].to_list()
    down = nights.filter(pl.col("status") == "503")
    assert down["source"].unique().to_list() == ["vozdelestuario.example"]
    assert down["night"].to_list() == [night_of(n) for n in range(38, 44)]
    joined = nights.filter(pl.col("source") == "dailylantern.example")["night"].min()
    assert joined == night_of(31)
    box = world.truth.lists.filter(
        (pl.col("source") == "harbourpost.example")
        & pl.col("night").is_between(night_of(19), night_of(22))
        & (pl.col("list_kind") == "most_read")
    )
    assert box["night"].unique().sort().to_list() == [night_of(19), night_of(22)]


@pytest.mark.parametrize(
    ("source", "selector"),
    [
        ("harbourpost.example", "nav .mega a"),
        ("harbourpost.example", "p.read-also a"),
        ("northgatecourier.example", "a.card > .kick + .ttl + .by + .ts"),
        ("northgatecourier.example", "article[data-testid=card] h3"),
        ("northgatecourier.example", "[data-widget=adhaven] a[rel~=sponsored]"),
        ("meridianwire.example", "table table tr td + td font a"),
        ("dailylantern.example", "[data-story-id] a[data-action=image] + div a[data-action=title]"),
        ("dailylantern.example", "a[rel=prev]"),
        ("talblatt.example", "[role=tabpanel][hidden] li a"),
        ("talblatt.example", "p.lesetipp a"),
        ("vozdelestuario.example", ".modulo strong + br + a"),
        ("orizontas.example", ".widget dl dd a"),
    ],
)
def test_outlets_build_their_pages_differently(
    pages: pl.DataFrame, source: str, selector: str
) -> None:
    def count(host: str) -> int:
        mine = pages.filter((pl.col("source") == host) & (pl.col("status") == "200"))
        return sum(
            1 for html in mine["html"] if LexborHTMLParser(html).css_first(selector) is not None
        )

    assert count(source) > 5
    assert [host for host in pages["source"].unique() if count(host)] == [source]


def test_the_courier_is_redesigned_from_one_night_on(pages: pl.DataFrame) -> None:
    courier = pages.filter(pl.col("source") == "northgatecourier.example").with_columns(
        new=pl.col("html").str.contains('data-testid="just-in"', literal=True),
        night=pl.col("captured_at").dt.date(),
    )
    assert courier.filter("new")["night"].min() == night_of(36)
    assert courier.filter(~pl.col("new"))["night"].max() == night_of(35)


def test_the_wire_names_its_charset_only_in_the_page(pages: pl.DataFrame) -> None:
    wire = pages.filter(pl.col("source") == "meridianwire.example")
    assert wire["content_type"].unique().to_list() == ["text/html"]
    assert wire["html"].str.contains("charset=windows-1252", literal=True).all()
    assert wire["html"].str.contains("’").any()


def test_headlines_are_many_and_each_belongs_to_one_place(world: World) -> None:
    headlines = world.truth.headlines
    assert headlines["title"].n_unique() >= 1000
    assert headlines["url"].n_unique() == headlines.height
    assert set(headlines["language"]) == {"en", "de", "es", "el"}
    assert headlines.filter(pl.col("wordings").list.len() > 1).height >= 30
    assert (headlines["first_night"] <= headlines["last_night"]).all()
    assert set(headlines["topic"].drop_nulls()) == set(world.truth.topics["topic"])


def test_a_title_never_names_another_outlet_or_stands_in_two(world: World) -> None:
    per_title = world.truth.headlines.explode("wordings", empty_as_null=False).group_by("wordings")
    assert per_title.agg(pl.col("url").n_unique())["url"].max() == 1


def test_attention_is_the_mean_over_sources_of_their_shares(world: World) -> None:
    night, lists = night_of(17), world.truth.lists
    slots = lists.filter(
        (pl.col("night") == night) & pl.col("list_kind").is_in(tables.CHANNELS["editorial"])
    )
    shares = [
        sum("Korea" in themes for themes in frame["themes"]) / frame.height
        for _, frame in slots.group_by("source")
    ]
    told = world.truth.attention.row(
        by_predicate=(pl.col("subject") == "Korea")
        & (pl.col("night") == night)
        & (pl.col("channel") == "editorial"),
        named=True,
    )
    assert told["share"] == pytest.approx(sum(shares) / len(shares))
    assert told["observed_sources"] == len(shares) == 6
    assert told["observed_slots"] == slots.height


def test_a_missing_night_is_null_and_an_absent_theme_is_zero(world: World) -> None:
    honduras = world.truth.attention.filter(
        (pl.col("subject") == "Honduras") & (pl.col("channel") == "editorial")
    )
    assert honduras.filter(pl.col("share").is_null())["night"].to_list() == [night_of(27)]
    shown = honduras.filter(pl.col("share") > 0)["night"].to_list()
    assert set(shown) == {night_of(n) for n in (12, 13, 14, 15, 16, 46, 47, 48, 49)} & set(shown)
    assert night_of(12) in shown
    assert night_of(47) in shown


def editorial_shares(world: World) -> dict[str, list[float | None]]:
    editorial = world.truth.attention.filter(pl.col("channel") == "editorial").sort("night")
    return {
        subject: frame["share"].to_list()
        for (subject,), frame in editorial.group_by("subject", maintain_order=True)
    }


def mean(shares: list[float | None], first: int, last: int) -> float:
    known = [share for share in shares[first - 1 : last] if share is not None]
    return sum(known) / len(known)


def test_every_finding_is_in_the_attention_at_another_seed(tmp_path: Path) -> None:
    told = write_world(tmp_path, seed=1)
    shares = editorial_shares(told)
    for finding in told.truth.findings.iter_rows(named=True):
        if finding["kind"] == "merged":
            continue
        begins = 60 - (LAST - finding["night"]).days
        ends = 60 - (LAST - finding["to"]).days
        before = mean(shares[finding["subject"]], max(1, begins - 4), begins - 1)
        after = mean(shares[finding["subject"]], ends, min(60, ends + 3))
        if finding["kind"] == "fade":
            assert after < before / 2, finding
        else:
            assert after > 2 * before, finding


def test_no_large_change_of_a_topic_is_left_out_of_the_findings(world: World) -> None:
    findings = world.truth.findings.filter(pl.col("level") == "topic")
    shares = editorial_shares(world)
    for topic in world.truth.topics["topic"]:
        for begins in range(5, 58):
            before = mean(shares[topic], begins - 4, begins - 1)
            after = mean(shares[topic], begins, begins + 3)
            small, large = sorted((before, after))
            if large - small < 0.08 or large < 2 * small:
                continue
            lost = ["fade", "merged"]
            told = findings.filter(
                (pl.col("subject") == topic)
                & (pl.col("kind").is_in(lost) == (after < before))
                & (pl.col("night") - timedelta(days=5) <= night_of(begins))
                & (pl.col("to") + timedelta(days=5) >= night_of(begins))
            )
            assert told.height, f"{topic} goes from {before:.2f} to {after:.2f} on night {begins}"


def test_steady_topics_have_no_finding_and_stay_small(world: World) -> None:
    steady = {"birdflu", "rates", "copyright"}
    assert not steady & set(world.truth.findings["subject"])
    shares = editorial_shares(world)
    for topic in steady:
        early, late = mean(shares[topic], 1, 30), mean(shares[topic], 31, 60)
        assert 0.6 < late / early < 1.6
        assert early < 0.1


def test_readers_want_the_comet_more_than_editors_do(world: World) -> None:
    comet = world.truth.attention.filter(
        (pl.col("subject") == "comet") & (pl.col("level") == "topic")
    )
    by_channel = dict(comet.group_by("channel").agg(pl.col("share").mean()).iter_rows())
    assert by_channel["audience"] > 1.2 * by_channel["editorial"]


def test_the_public_face_is_sorted_and_documented() -> None:
    assert list(simulate.__all__) == sorted(simulate.__all__)
    assert all(inspect.getdoc(getattr(simulate, name)) for name in simulate.__all__)
