import gzip
import json
import resource
import time

import pytest

from tracker.collector.feeds import MAX_ITEMS, find_feeds, read_feed, sniff_feed
from tracker.collector.sitemaps import find_sitemaps, read_sitemap

URL = "https://press.example/feed"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Courier &amp; Post</title><language>de-DE</language>
<item><title><![CDATA[Fähre fährt <b>wieder</b> &amp; pünktlich]]></title>
<link>/news/101-x?utm_source=rss</link></item>
<item><title>AT&amp;T: 5 &lt; 6</title><link>https://press.example/news/102-x</link></item>
<item><title></title><link>https://press.example/news/103-x</link></item>
</channel></rss>""".encode()
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Courrier</title>
<entry><title type="html">Le &lt;i&gt;mus\xc3\xa9e&lt;/i&gt; ouvre</title>
<link rel="enclosure" href="https://press.example/a.mp3"/>
<link rel="alternate" href="https://press.example/a/104-x"/></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Courier",
        "language": "en-GB",
        "items": [
            {"id": "1", "title": "Late frost ruins harvest", "url": "https://press.example/105-x"},
            {"id": "2", "content_text": "no title"},
            {"id": "3", "title": "half a \ud800 letter", "url": "https://press.example/\ud800"},
            "rubbish",
        ],
    }
).encode()
NEWS = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://press.example/106-x</loc><news:news><news:publication><news:name>Courier
</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-03-01T20:00Z</news:publication_date>
<news:title>Older &amp; calmer</news:title></news:news></url>
<url><loc>https://press.example/107-x</loc><news:news>
<news:publication_date>2026-03-01T21:00Z</news:publication_date>
<news:title>Newest of all</news:title></news:news></url>
<url><loc>https://press.example/about</loc></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://press.example/2019.xml</loc><lastmod>2019-01-01</lastmod></sitemap>
<sitemap><loc>https://press.example/2026.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
<sitemap><loc>/news-tonight.xml</loc></sitemap></sitemapindex>"""


def titles(page) -> list[str]:
    (box,) = page.lists
    assert box.kind == "latest"
    assert [item.rank for item in box.items] == list(range(1, len(box.items) + 1))
    return [item.title for item in box.items]


@pytest.mark.parametrize(
    ("body", "language", "wanted"),
    [
        (RSS, "de", ["Fähre fährt wieder & pünktlich", "AT&T: 5 < 6"]),
        (ATOM, "fr", ["Le musée ouvre"]),
        (JSON, "en", ["Late frost ruins harvest", "half a letter"]),
    ],
)
def test_every_kind_of_feed_is_a_list_of_its_latest(body: bytes, language: str, wanted: list[str]):
    assert sniff_feed(body) == "feed"
    page = read_feed(body, url=URL)
    assert titles(page) == wanted
    assert (page.language, page.title) == (language, None)


def test_titles_and_names_are_kept_without_what_drives_a_terminal_or_turns_text_around():
    evil = "Bank \\u001b[31mrobs\\u0007 \\u202eitself\\u0085in a\\u00ad hurry"
    body = JSON.replace(b"Late frost ruins harvest", evil.encode())
    assert titles(read_feed(body, url=URL))[0] == "Bank [31mrobs itself in a hurry"
    cdata = RSS.replace(b"AT&amp;T", "AT\u202e&amp;\u2066T".encode())
    assert cdata != RSS
    assert titles(read_feed(cdata, url=URL))[1] == "AT&T: 5 < 6"


def test_addresses_are_absolute_and_without_tracking():
    (box,) = read_feed(RSS, url=URL).lists
    assert box.items[0].url == "https://press.example/news/101-x"
    (box,) = read_feed(ATOM, url=URL).lists
    assert box.items[0].url == "https://press.example/a/104-x"


def test_what_is_too_long_for_a_headline_is_left_out_of_a_feed_and_counted():
    page = read_feed(RSS.replace(b"wieder", b"w" * 500), url=URL)
    assert titles(page) == ["AT&T: 5 < 6"]
    assert page.note == "left out 1 item with a title of over 400 characters"
    assert read_feed(RSS, url=URL).note is None


def test_an_address_that_is_too_long_is_left_out_and_counted_but_not_its_headline():
    said = "left out 1 address of over 2,000 characters; the headlines are kept"
    page = read_feed(RSS.replace(b"/101-x", b"/101-x?y=" + b"y" * 2000), url=URL)
    assert page.note == said
    assert titles(page) == titles(read_feed(RSS, url=URL))
    assert page.lists[0].items[0].url is None
    page = read_sitemap(NEWS.replace(b"<loc>", b"<loc>https://a.example/" + b"a" * 2000, 1))
    assert page.note == said
    assert len(page.lists[0].items) == 2


def test_a_feed_keeps_its_name_whatever_it_holds_and_two_feeds_differ():
    (tonight,), (tomorrow,) = (read_feed(body, url=URL).lists for body in (RSS, ATOM))
    (other,) = read_feed(RSS, url="https://press.example/sport/feed").lists
    assert tonight.list_id == tomorrow.list_id != other.list_id


def test_a_feed_that_breaks_off_gives_what_stands_before():
    assert titles(read_feed(RSS[:-80], url=URL))[:1] == ["Fähre fährt wieder & pünktlich"]
    assert titles(read_feed(b"\xff\xfe\x00 not at all", url=URL)) == []
    assert titles(read_feed(b'{"items": 5', url=URL)) == []


def test_a_news_sitemap_is_a_list_newest_first_and_only_of_headlines():
    assert sniff_feed(NEWS) == "sitemap"
    for body in (NEWS, gzip.compress(NEWS)):
        assert titles(read_sitemap(body, url=URL)) == ["Newest of all", "Older & calmer"]
    assert find_sitemaps(NEWS) == []


def test_an_index_names_tonights_news_first():
    assert sniff_feed(INDEX) == "sitemap"
    assert find_sitemaps(INDEX, "https://press.example/sitemap.xml") == [
        "https://press.example/news-tonight.xml",
        "https://press.example/2026.xml",
    ]


def test_an_index_sends_nobody_to_other_sites():
    for host, wanted in (("static.press.example", 1), ("other.example", 0), ("10.0.0.1", 0)):
        index = f"<sitemapindex><sitemap><loc>https://{host}/a.xml</loc></sitemap></sitemapindex>"
        assert len(find_sitemaps(index.encode(), "https://www.press.example/s.xml")) == wanted


def test_pages_are_no_feeds():
    for body in (b"<!doctype html><html></html>", b"{}", b"", b"<svg/>", b'{"version": "2"}'):
        assert sniff_feed(body) is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize("padding", [b"<!-- -->", b" ", b"\n", b"<?xml ?>", b"<!DOCTYPE x>"])
def test_what_stands_before_the_first_element_takes_no_time(padding: bytes):
    start = padding * (8000 // len(padding) - 20)
    assert sniff_feed(start + b"<html>") is None
    assert sniff_feed(start + b"<rss>") == "feed"


def test_a_sitemap_that_unpacks_to_a_flood_of_elements_is_not_held_in_memory():
    flood = b"<a><b/></a>" * 40_000
    entry = NEWS.partition(b"<url>")[2].partition(b"</url>")[0]
    for bomb in (flood, b"<x>" + flood + b"</x>"):
        body = NEWS.replace(b"</urlset>", bomb + b"<url>" + entry + b"</url></urlset>")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert len(titles(read_sitemap(gzip.compress(body), url=URL))) == 2
        assert find_sitemaps(gzip.compress(body), URL) == []
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KiB


def test_pages_name_their_feeds_but_readers_comments_are_left_out():
    page = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/feed">
    <link rel="alternate" type="application/rss+xml" href="/comments/feed" title="x">
    <link rel="alternate" type="application/feed+json; charset=utf-8" href="//press.example/j">
    <link rel="alternate" type="application/atom+xml" href="javascript:alert(1)">
    <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/feed.css">
    </head></html>"""
    assert find_feeds(page, "https://press.example/") == [
        "https://press.example/feed",
        "https://press.example/j",
    ]


ENTITIES = b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
)
LOCAL = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE rss [" + ENTITIES + b"]><rss><channel><item><title>&a9;</title></item>",
        b"<rss version='2.0'><channel>" + b"<item>" * 300_000,
        b"<rss><channel><item><title>" + b"<" * 200_000,
        b"[" * 200_000,
        b'{"a":' * 200_000,
        LOCAL + b"<rss><channel><item><title>&x;</title></item></channel></rss>",
    ],
)
def test_bombs_cost_little_and_give_nothing(body: bytes):
    start = time.process_time()
    page = read_feed(body, url=URL)
    assert time.process_time() - start < 10
    assert all(len(item.title) < 20 for box in page.lists for item in box.items)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE urlset [" + ENTITIES + b"]><urlset><url><loc>https://press.example/1</loc>"
        b"<title>&a9;</title></url></urlset>",
        b"<urlset>" + b"<url>" * 300_000,
        gzip.compress(b"<urlset>" + b"<url></url>" * 3_000_000),
        LOCAL.replace(b"rss", b"urlset") + b"<urlset><url><loc>https://press.example/</loc>"
        b"<title>&x;</title></url></urlset>",
        b"\x1f\x8bnot gzip at all",
    ],
)
def test_sitemap_bombs_too(body: bytes):
    start = time.process_time()
    assert titles(read_sitemap(body, url=URL)) == []
    assert find_sitemaps(body) == []
    assert time.process_time() - start < 10


def test_no_more_is_taken_than_a_list_can_be():
    items = b"".join(b"<item><title>Story %d</title></item>" % n for n in range(MAX_ITEMS + 50))
    page = read_feed(b"<rss version='2.0'><channel>" + items + b"</channel></rss>", url=URL)
    assert len(titles(page)) == MAX_ITEMS
