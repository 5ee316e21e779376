"""The report as a reader meets it: opened from a folder, in a real browser, without a network."""

import itertools
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plotter.worlds import GAP, HOSTILE, LAST, build_world
from tracker.plotter.chart_pages import build_chart_page
from tracker.plotter.drawn_points import weekly
from tracker.plotter.figures import build_chart
from tracker.plotter.findings import QUIET, tell_quiet
from tracker.plotter.prepared import prepare
from tracker.plotter.report import build_report
from tracker.plotter.stays import chart_stays

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
SHARE_AT = """([id, subject, place]) => {
  const plot = document.getElementById(id);
  const line = plot.data.find((t) => t.meta?.subject === subject && t.meta.role === "line" && t.visible !== false);
  const { xaxis, yaxis } = plot._fullLayout;
  const box = plot.getBoundingClientRect();
  const x = Date.parse(line.x0) + place * line.dx;
  return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(line.y[place] ?? 0), line.y[place]];
}"""  # noqa: E501


class Reader:
    """A page with everything it complained about and asked the network for."""

    def __init__(self, page: Any, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: str, fragment: str = "") -> "Reader":
        self.page.goto("about:blank")
        self.page.goto((self.folder / path).as_uri() + fragment)
        return self

    def draw(self, chart: str) -> "Reader":
        self.page.locator(f"#{chart}").scroll_into_view_if_needed()
        self.page.wait_for_selector(f"#{chart}[data-drawn=true]")
        return self

    def draw_all(self) -> "Reader":
        for chart in self.page.evaluate("T.page.charts"):
            self.draw(chart)
        return self

    def click_point(self, chart: str, subject: str, place: int) -> None:
        self.draw(chart)
        x, y, _ = self.page.evaluate(SHARE_AT, [chart, subject, place])
        self.page.mouse.move(x - 2, y)
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y)
        self.page.wait_for_selector("#panel:not([hidden])")
        self.until("document.getElementById('panel-note').textContent !== 'Reading …'")

    def until(self, expression: str) -> None:
        """Wait for an expression to hold; the page's policy forbids the browser's own way."""
        deadline = time.monotonic() + 40
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.05)

    def panel(self) -> str:
        return str(self.page.locator("#panel").inner_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "output"
    for file in build_report(build_world()):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    (single,) = build_report(build_world(), single_file=True)
    (folder / "single.html").write_text(single.text, encoding="utf-8")
    prepared = prepare(build_world())
    for name, subjects in (("themes", []), ("life", ["t4"])):
        page = build_chart_page(prepared, build_chart(prepared, name, subjects), theme="dark")
        (folder / f"chart-{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=flags) as browser:
            yield browser


@pytest.fixture
def reader(browser: Any, folder: Path) -> Iterator[Reader]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(40_000)
    yield Reader(page, folder)
    page.close()


def test_every_page_loads_quietly_and_offline(reader):
    for path in ("index.html", "single.html", "topics/t1.html", "themes/atlantis.html",
                 "chart-themes.html", "chart-life.html"):  # fmt: skip
        reader.open(path).draw_all()
    assert reader.complaints == []
    assert [url for url in reader.requests if not url.startswith("file:")] == []


def test_a_click_on_a_point_opens_its_headlines(reader):
    reader.open("index.html").click_point("themes", "Ukraine", 30)
    assert "Ukraine on 31 January 2024" in reader.panel()
    assert "30% of editors’ headline slots" in reader.panel()
    assert "Ukraine: report 15.0 from the front" in reader.panel()
    assert "daily.example" in reader.panel()
    assert "rank 1" in reader.panel()
    copy = "https://archive.example/web/20240131/https://daily.example/"
    assert reader.page.locator(f"#panel-list a[href='{copy}']").count() > 0
    link = reader.page.locator("#panel-list a").first
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    reader.page.keyboard.press("Escape")
    assert reader.page.locator("#panel").is_hidden()


def test_a_click_at_zero_says_looked_for_and_not_seen(reader):
    reader.open("index.html", "#line=Atlantis").click_point("themes", "Atlantis", 30)
    assert "Looked for and not seen" in reader.panel()


def test_a_night_not_observed_is_a_gap_and_says_so(reader):
    reader.open("index.html", f"#night={GAP}&subject=Ukraine").draw("themes")
    _, _, share = reader.page.evaluate(SHARE_AT, ["themes", "Ukraine", 20])
    assert share is None
    reader.until("document.getElementById('panel-note').textContent.startsWith('Nothing was')")


def test_a_click_in_the_heat_strip_opens_that_topic(reader):
    reader.open("index.html").draw("heat")
    x, y = reader.page.evaluate("""() => {
      const plot = document.getElementById("heat"), { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
      const row = plot.data[0].meta.subjects.indexOf("t2");
      return [box.left + xaxis._offset + xaxis.d2p("2024-01-05"), box.top + yaxis._offset + yaxis.l2p(row)];
    }""")  # noqa: E501
    reader.page.mouse.move(x - 1, y)
    reader.page.mouse.click(x, y)
    reader.page.wait_for_selector("#panel-list li")
    assert "Rail strike on 5 January 2024" in reader.panel()
    assert "Rail strike enters day" in reader.panel()


def test_the_table_is_searched_and_sorted(reader):
    reader.open("index.html")
    names = "[...document.querySelectorAll('#subjects tbody tr:not([hidden]) th')].map((cell) => cell.querySelector('bdi').textContent)"  # noqa: E501
    reader.page.fill("#search", "strike")
    assert reader.page.evaluate(names) == ["Rail strike"]
    reader.page.fill("#search", "")
    reader.page.click("#subjects thead button:text-is('Name')")
    found = reader.page.evaluate(names)
    assert found == sorted(found, key=str.casefold)
    reader.page.click("#subjects thead button:text-is('Peak')")
    assert reader.page.evaluate(names)[0] in ("Ukraine", "Ukraine front")
    reader.page.select_option("#kind", "topic")
    assert "Atlantis" not in reader.page.evaluate(names)


def test_the_address_keeps_the_view(reader):
    reader.open("index.html").draw("themes")
    reader.page.click("button[data-range='30']")
    reader.page.click("button[data-channel='audience']")
    reader.page.click("button.chip:has-text('Atlantis')")
    reader.page.fill("#search", "ukraine")
    address = reader.page.evaluate("location.hash")
    reader.open("index.html", address).draw("themes")
    pressed = reader.page.locator("[aria-pressed=true]").all_inner_texts()
    assert "30 nights" in pressed
    assert "Most read" in pressed
    assert "Atlantis" not in pressed
    assert reader.page.input_value("#search") == "ukraine"
    start = reader.page.evaluate("document.getElementById('themes').layout.xaxis.range[0]")
    assert start.startswith("2024-01-10")


SHOWN = """() => ({
  titles: [...document.querySelectorAll("figure.chart h2")].map((title) => title.textContent),
  glance: document.getElementById("glance-cards").innerText,
  rows: [...document.querySelectorAll("#subjects tbody tr:not([hidden])")].map((row) => row.innerText),
  lines: document.getElementById("themes").data.filter((t) => t.meta.role === "line").map((t) => t.y),
  ranks: document.getElementById("ranks").data.map((t) => [t.meta.subject, t.y]),
  heat: document.getElementById("heat").data.map((t) => [t.meta.subjects, t.z]),
  sources: document.getElementById("sources").data.map((t) => [t.meta.sources, t.meta.night]),
  channels: document.getElementById("channels").data.map((t) => t.x),
  coverage: document.getElementById("coverage").data.map((t) => t.meta.sources),
})"""  # noqa: E501


def test_time_and_sources_hold_for_the_whole_page_and_for_a_link_to_it(reader):
    reader.open("index.html").draw_all()
    before = reader.page.evaluate(SHOWN)
    reader.page.click("#sources-summary")
    reader.page.uncheck("input[name=source][value='daily.example']")
    reader.page.fill("#from", "2024-01-05")
    reader.page.fill("#to", "2024-01-12")
    reader.page.locator("#to").blur()
    reader.until("document.getElementById('chosen-words').textContent.includes('12 January 2024')")
    reader.until("document.getElementById('glance-cards').innerText.includes('Rail strike')")
    quiet = "Nothing rose or faded in this time beyond what chance would bring"
    assert quiet in reader.page.inner_text("#glance-cards")
    reader.until("document.getElementById('sources').data[0].meta.sources.length === 1")
    shown = reader.page.evaluate(SHOWN)
    assert shown["coverage"] == [["herald.example"]]
    assert shown["sources"] == [[["herald.example"], "2024-01-05"]]
    assert "Rail strike took the most room: 20%" in shown["titles"][0]
    assert "Rail strike led the last of these 2 weeks" in shown["titles"]
    assert any(row.startswith("Rail strike") and "12 Jan 2024" in row for row in shown["rows"])
    assert "Atlantis" in "".join(shown["rows"])  # watched, and not there
    for part in ("lines", "ranks", "heat", "channels", "rows", "glance"):
        assert shown[part] != before[part], part
    reader.open("index.html", reader.page.evaluate("location.hash")).draw_all()
    reader.until("document.getElementById('glance-cards').querySelector('.heads li')")
    assert reader.page.evaluate(SHOWN) == shown
    reader.page.click("#chosen-none")
    reader.until("document.getElementById('sources').data[0].meta.sources.length === 2")
    reader.until("document.getElementById('chosen-note').hidden")
    assert reader.page.evaluate(SHOWN) == before
    assert reader.page.evaluate("location.hash") == ""
    assert reader.complaints == []


def test_means_of_a_chosen_time_are_those_that_charts_are_made_with(reader):
    prepared = prepare(build_world())
    curve = prepared.curves.by_subject["t3", "editorial"]  # it begins on a Tuesday
    reader.open("index.html")
    means, weeks = reader.page.evaluate(
        """async () => {
          const cells = await T.loadData("cells");
          T.view.to = "2024-01-12";
          const topic = T.rankTopics(cells, T.periods()).find(({ key }) => key === "t3");
          return [topic.shares, T.byWeek(cells, "t3")];
        }"""
    )
    assert means == pytest.approx([0, curve.mean_between(7, 12)], abs=1e-6)
    expected = weekly(prepared.curves.nights, curve)
    assert weeks[0] is expected[0] is None
    assert weeks[1:] == pytest.approx(expected[1:], abs=1e-6)


def test_a_chart_is_there_before_and_without_its_library(reader):
    reader.page.route("**/plotly.min.js", lambda route: route.abort())
    reader.open("index.html", "")
    still = reader.page.locator("#themes .still")
    assert "Ukraine 30%" in still.inner_text()
    assert still.locator("path.line").count() > 3
    assert reader.page.locator("#themes .plot-container").count() == 0


def test_a_failed_visit_says_why(reader):
    reader.open("index.html").draw("coverage")
    reader.page.focus("#coverage")
    reader.page.keyboard.press("End")
    reader.page.keyboard.press("ArrowDown")
    assert "no page came: http error" in reader.page.locator("#said").inner_text()
    reader.page.keyboard.press("Enter")
    reader.until("document.getElementById('panel-note').textContent.includes('http error')")


def test_the_channel_button_changes_the_lines(reader):
    reader.open("index.html").draw("themes")
    shown = "document.getElementById('themes').data.filter((t) => t.visible !== false && t.meta.role === 'line').map((t) => t.meta.channel)"  # noqa: E501
    assert set(reader.page.evaluate(shown)) == {"editorial"}
    reader.page.click("button[data-channel='audience']")
    reader.until(f"new Set({shown}).has('audience')")
    assert set(reader.page.evaluate(shown)) == {"audience"}


def test_every_chart_has_its_numbers_as_a_table(reader):
    reader.open("index.html").draw_all()
    for details in reader.page.locator("details.numbers").all():
        details.locator("summary").click()
        details.locator("tbody tr").first.wait_for()
    rows = reader.page.locator("details[data-chart=themes] tbody tr").all_inner_texts()
    assert rows[0].startswith(str(LAST))
    assert "so far" in rows[0]
    (gap,) = [row for row in rows if row.startswith(str(GAP))]
    assert gap.count("not observed") == reader.page.locator(".chip[aria-pressed=true]").count()
    assert reader.complaints == []


def test_what_was_not_found_is_told_in_the_words_of_the_report(reader):
    reader.open("index.html").draw_all()
    asked = [
        (kinds, slight)
        for n in range(len(QUIET) + 1)
        for kinds in itertools.combinations(QUIET, n)
        for slight in (0, 1, 2, 1200)
    ]
    told = reader.page.evaluate(
        """async (asked) => {
          const findings = await T.loadData("findings");
          return asked.map(([kinds, slight]) => T.tellQuiet(findings, new Set(kinds), slight));
        }""",
        asked,
    )
    assert told == [tell_quiet(kinds, " in this time", slight) for kinds, slight in asked]


def test_the_numbers_of_headlines_name_each_night_by_its_wording(reader):
    reader.open("topics/t3.html").draw_all()
    chart = {
        "traces": [
            {},
            {"x": ["2024-01-01", "2024-01-02"], "customdata": ["here", "there"],
             "meta": {"titles": ["Then", "Before", "Now"], "worded": [1, 2]}},
        ]
    }  # fmt: skip
    table = reader.page.evaluate("(chart) => T.tableOfStays(chart)", chart)
    assert table["rows"] == [["2024-01-01", "Before", "here"], ["2024-01-02", "Now", "there"]]
    details = reader.page.locator("details[data-chart=stays]")
    details.locator("summary").click()
    titles = details.locator("tbody td:nth-child(2)")
    titles.first.wait_for()
    shown = titles.all_inner_texts()
    prepared = prepare(build_world())
    stays = chart_stays(prepared, prepared.subjects["t3"])
    assert stays is not None
    assert shown == stays.info.frame()["title"].to_list()


def test_nothing_harvested_runs_or_becomes_a_link(reader):
    for path in ("single.html", "topics/t4.html"):
        reader.open(path).draw_all()
        for night in range(1, 8):
            reader.page.evaluate(f"T.open({{ night: '2024-01-0{night}', subject: 't4' }})")
            reader.page.wait_for_selector("#panel-list li")
        if path == "topics/t4.html":
            reader.page.locator("#stays").hover()
        assert reader.page.evaluate("window.hacked") is None
        links = reader.page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(links) <= {"https:", "http:", "file:"}
        svg = reader.page.evaluate(
            "[...document.querySelectorAll('svg a, svg script, svg foreignObject, iframe')].length"
        )
        assert svg == 0
    assert reader.complaints == []


def test_hostile_headlines_are_read_as_they_were_written(reader):
    reader.open("topics/t4.html")
    text = reader.page.locator("section[aria-labelledby=heads] table").inner_text()
    assert HOSTILE["script"] in text
    assert HOSTILE["image"] in text
    assert HOSTILE["quotes"] in text
    assert HOSTILE["emoji"] in text
    assert "حكومة جديدة في بيروت" in text
    assert "Endless Endless" in text
    assert "…" in text


LAST_ROWS = """() => {
  const list = document.querySelector("#glance-cards .cards");
  const card = list.children[0];
  const rows = [];
  for (let n = 1; n <= 12; n += 1) {
    list.replaceChildren(...Array.from({ length: n }, () => card.cloneNode(true)));
    const tops = [...list.children].map((one) => one.offsetTop);
    rows.push([tops.filter((top) => top === tops.at(-1)).length, new Set(tops).size]);
  }
  return rows;
}"""


@pytest.mark.parametrize("width", [1280, 800])
def test_no_card_stands_alone_in_the_last_row(reader, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    rows = reader.open("index.html").page.evaluate(LAST_ROWS)
    assert [n for n, (last, n_rows) in enumerate(rows, 1) if last == 1 and n_rows > 1] == []


WORDS_OF = """(id) => [...document.querySelectorAll(`#${id} .annotation`)].map((one) => {
  const box = one.querySelector(".annotation-text").getBoundingClientRect();
  return [one.textContent, box.left, box.right, box.top, box.bottom];
})"""


@pytest.mark.parametrize("width", [400, 800, 1400])
def test_words_in_charts_lie_over_no_others_and_are_not_cut_off(reader, width):
    reader.page.set_viewport_size({"width": 1000, "height": 900})
    reader.open("index.html").draw("themes").draw("ranks").draw("sources")
    reader.page.set_viewport_size({"width": width, "height": 900})
    reader.until("document.querySelector('#themes svg').clientWidth < innerWidth")
    reader.page.wait_for_timeout(600)
    for chart in ("themes", "ranks"):
        words = reader.page.evaluate(WORDS_OF, chart)
        assert words
        assert [word for word in words if word[1] < 0 or word[2] > width] == []
        for one, other in itertools.combinations(words, 2):
            beside = one[1] >= other[2] - 1 or other[1] >= one[2] - 1
            above = one[3] >= other[4] - 3 or other[3] >= one[4] - 3
            assert beside or above, (one, other)
    names = "[...document.querySelectorAll('#sources .yaxislayer-above text')]"
    lefts = reader.page.evaluate(f"{names}.map((name) => name.getBoundingClientRect().left)")
    assert lefts
    assert min(lefts) >= 0


def test_a_phone_needs_no_sideways_scrolling(browser, folder):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    for path in ("index.html", "topics/t4.html", "themes/ukraine.html"):
        Reader(page, folder).open(path).draw_all()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_dark_readers_get_dark_charts(browser, folder):
    page = browser.new_page(color_scheme="dark")
    Reader(page, folder).open("index.html").draw("themes")
    paper = page.evaluate("document.getElementById('themes').layout.paper_bgcolor")
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "#16171a"
    assert body == "rgb(22, 23, 26)"
    page.close()


def test_chosen_sources_alone_make_the_lines(reader):
    reader.open("index.html").draw("themes")
    band = "document.getElementById('themes').data.some((t) => t.meta.role === 'band')"
    assert reader.page.evaluate(band)
    reader.page.click("#sources-summary")
    reader.page.uncheck("input[name=source][value='daily.example']")
    reader.until(f"!({band})")
    _, _, honduras = reader.page.evaluate(SHARE_AT, ["themes", "Honduras", 8])
    assert honduras == 0  # on that night only the other source had it
    _, _, tonight = reader.page.evaluate(SHARE_AT, ["themes", "Ukraine", 39])
    assert tonight is None  # the chosen source failed tonight
    reader.page.evaluate("T.open({ night: '2024-01-05', subject: 'Ukraine' })")
    reader.page.wait_for_selector("#panel-list li")
    assert "herald.example" in reader.panel()
    assert "daily.example" not in reader.page.locator("#panel-list").inner_text()
    assert "source-of=herald.example" in reader.page.evaluate("location.hash")
    # What is said of all sources is not said of the chosen one, and not seen is not absent.
    assert reader.page.locator("#panel-facts").inner_text() == ""
    reader.page.evaluate(f"T.open({{ night: '{LAST}', subject: 'Honduras' }})")
    reader.until("document.getElementById('panel-note').textContent.startsWith('Nothing was')")
    reader.page.evaluate("T.open({ night: '2024-01-05', subject: 'Honduras' })")
    reader.until("document.getElementById('panel-note').textContent.startsWith('Looked for')")


def test_a_chart_is_read_by_keyboard(reader):
    reader.open("index.html").draw("heat")
    reader.page.focus("#heat")
    reader.page.keyboard.press("Home")
    said = reader.page.locator("#said")
    assert "1 January 2024" in said.inner_text()
    reader.page.keyboard.press("ArrowRight")
    assert "2 January 2024" in said.inner_text()
    name = said.inner_text().split(",")[0]
    reader.page.keyboard.press("ArrowDown")
    assert not said.inner_text().startswith(name)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("#panel:not([hidden])")
    assert "on 2 January 2024" in reader.panel()


def test_a_chart_alone_is_drawn_whatever_its_address_asks_for(reader):
    reader.open("chart-themes.html", "#from=2024-01-05&to=2024-01-12").draw("themes")
    assert reader.complaints == []


def test_a_chart_alone_keeps_its_headlines_its_table_and_its_colours(reader):
    reader.open("chart-themes.html").click_point("themes", "Ukraine", 30)
    assert "Ukraine: report 15.0 from the front" in reader.panel()
    reader.page.evaluate(f"T.open({{ night: '{GAP}', subject: 'Ukraine' }})")
    reader.until("document.getElementById('panel-note').textContent.startsWith('Nothing was')")
    reader.page.evaluate("T.open({ night: '2024-01-05', subject: 'Honduras' })")
    reader.until("document.getElementById('panel-note').textContent.startsWith('Looked for')")
    reader.page.click("#panel-close")
    reader.page.click("button.chip[data-subject=Honduras]")
    reader.page.click(".numbers summary")
    reader.until("!document.querySelector('.numbers thead')?.textContent.includes('Honduras')")
    reader.page.locator(".numbers th[scope=col]").first.wait_for()
    head = reader.page.locator(".numbers th[scope=col]").all_inner_texts()
    assert head[:3] == ["Night", "Ukraine", "Atlantis"]
    assert "Honduras" not in head
    assert "77 captures on 39 of 40 nights" in reader.page.locator("footer").inner_text()
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(22, 23, 26)"
    )


@pytest.mark.parametrize("page", ["index.html", "single.html", "chart-life.html"])
def test_a_script_that_got_in_anyway_does_not_run(reader, page):
    text = (reader.folder / page).read_text(encoding="utf-8")
    planted = "<script>window.hacked = 9</script><img src='data:,' onerror='window.hacked = 10'>"
    assert "</main>" in text
    (reader.folder / "tampered.html").write_text(
        text.replace("</main>", f"{planted}</main>"), encoding="utf-8"
    )
    reader.open("tampered.html").draw_all()
    assert reader.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in complaint for complaint in reader.complaints)
