"""Broken pages: real ones mutated, and bombs made by hand; shared by tests and benchmarks."""

import random
import re
from collections.abc import Callable, Sequence

TAG = re.compile(rb"<[^<>]{1,200}>")
NUMBERS = (b"0", b"38", b"60", b"769", b"8232", b"55296", b"99999999", b"xD800", b"x1F600")
ENTITIES = (b"&amp;lt;", b"&nbsp;", b"&shy;", b"&ZeroWidthSpace;", b"&zwnj;", b"&NotAnEntity;",
            *(b"&#" + number + b";" for number in NUMBERS))  # fmt: skip
CODECS = ("utf-16-le", "utf-16-be", "cp1251", "shift_jis", "gb18030", "utf-7", "cp1252", "koi8-r")
BITS = (b"<", b">", b"</div>", b"<ul>", b'"', b"\0\xff", b"<!--", b"]]>", b"<table>", b"<a href=x>",
        b"</a>", b"<script>", b"<plaintext>", b"<svg>", b"<h2>", b"\xe2\x80\xae", b"\xcc\x81" * 30,
        b"<template>", b"<select>", b"<frameset>", b"\r", b"\xef\xbb\xbf")  # fmt: skip
MOST = 1_500_000


def mutate(bodies: Sequence[bytes], dice: random.Random) -> bytes:
    """Return one of the pages, broken in one to four ways."""
    body = dice.choice(bodies)
    for _ in range(dice.randint(1, 4)):
        body = dice.choice(WAYS)(body or b" ", dice, bodies)[:MOST]
    return body


def _flip(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    out = bytearray(body)
    for _ in range(dice.choice((1, 10, 200))):
        out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def _cut(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] if dice.random() < 0.7 else body[at:]


def _insert(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    for _ in range(dice.choice((1, 5, 50))):
        at = dice.randrange(len(body) + 1)
        body = body[:at] + dice.choice(BITS) * dice.choice((1, 1, 3)) + body[at:]
    return body


def _spoil_tags(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Drop, double or swap one tag in so many."""
    share, way = dice.choice((0.002, 0.02, 0.2)), dice.randrange(3)
    before = b"<div>"

    def spoil(match: re.Match[bytes]) -> bytes:
        nonlocal before
        before, last = match[0], before
        if dice.random() > share:
            return match[0]
        return (b"", match[0] * 2, last)[way]

    return TAG.sub(spoil, body)


def _nest(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tags = TAG.findall(body) or [b"<div>"]
    n = dice.choice((10, 300, 20_000))
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(tags) * n + body[at:]


def _repeat(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start = dice.randrange(len(body))
    stretch = body[start : start + dice.choice((50, 2000, 20_000))]
    return body[:start] + stretch * dice.choice((2, 20, 200)) + body[start:]


def _lie(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Encode the page one way, or say that it is encoded in another."""
    if dice.random() < 0.5:
        return body.decode("utf-8", "replace").encode(dice.choice(CODECS), "replace")
    said = dice.choice(CODECS).encode()
    return b"<meta charset=" + said + b">" + re.sub(rb"charset=[\"']?[\w-]+", b"", body)


def _double(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return body.decode("cp1252", "replace").encode() if dice.random() < 0.5 else body * 2


def _soup(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    share = dice.choice((0.001, 0.02, 0.2))
    return re.sub(
        rb" ", lambda m: dice.choice(ENTITIES) if dice.random() < share else m[0], body
    )  # fmt: skip


def _nul(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + b"\0" * dice.choice((1, 1000)) + body[at:]


def _splice(body: bytes, dice: random.Random, bodies: Sequence[bytes]) -> bytes:
    other = dice.choice(bodies)
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other) + 1) :]


WAYS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _flip, _cut, _insert, _spoil_tags, _nest, _repeat, _lie, _double, _soup, _nul, _splice,
)  # fmt: skip

ITEMS = b"".join(
    b'<li><a href="/2024/01/%02d/story-number-%d/">Story number %d about many things</a></li>'
    % (i, i, i)
    for i in range(1, 20)
)
BOMBS: dict[str, Callable[[], bytes]] = {
    "10 MB of open divs": lambda: b"<div>" * 2_000_000 + ITEMS,
    "10 MB of nested divs": lambda: b"<div>" * 900_000 + ITEMS + b"</div>" * 900_000,
    "a million links": lambda: b"".join(
        b'<a href="/n/%d.html">A headline of several words %d</a>' % (i, i)
        for i in range(1_000_000)
    ),
    "a million list items": lambda: b"<ul>" + b'<li><a href="/n/x-1">A headline here</a>' * 700_000,
    "open formatting": lambda: b"".join(b"<font color=%d>" % i for i in range(50_000)) + ITEMS,
    "open formatting, paragraphs": lambda: b"<b><i><u><a href=/x>" * 3000 + b"<p>word " * 3000,
    "nested tables": lambda: b"<table><tr><td>" * 100_000 + ITEMS,
    "nested lists": lambda: b"<ul><li>" * 100_000 + ITEMS,
    "nested headings": lambda: b"<h2 class=x><img>" * 20_000 + ITEMS,
    "links in deep elements": lambda: b"<div>" * 3_500 + ITEMS * 300,
    "attributes": lambda: b"<div " + b" ".join(b"a%d=1" % i for i in range(500_000)) + b">" + ITEMS,
    "a tag without end": lambda: ITEMS + b"<div " + b" ".join(b"a%d=1" % i for i in range(900_000)),
    "attributes of links": lambda: (b"<a href=/n/1 " + b"class=x " * 500 + b">A word</a>") * 2000,
    "a class of 10 MB": lambda: b'<ul class="' + b"top stories " * 900_000 + b'">' + ITEMS,
    "one link of 10 MB": lambda: b"<a href=/x/y>" + b"word " * 2_000_000 + b"</a>" + ITEMS,
    "one address of 10 MB": lambda: b'<a href="/' + b"x" * 10_000_000 + b'">Words and so on</a>',
    "10 MB of NULs": lambda: b"\0" * 10_000_000 + ITEMS,
    "10 MB of angles": lambda: b"<" * 10_000_000,
    "10 MB of ampersands": lambda: b"<p>" + b"&" * 10_000_000 + ITEMS,
    "10 MB of entities": lambda: b"<h2>" + b"&amp;amp;lt;" * 900_000 + b"</h2>" + ITEMS,
    "comments left open": lambda: b"<!--" * 2_500_000 + ITEMS,
    "scripts left open": lambda: b"<script>" * 1_000_000 + ITEMS,
    "nested JSON-LD": lambda: b'<script type="application/ld+json">' + b"[" * 3_000_000,
    "JSON of deep objects": lambda: (
        b'<script id="__NEXT_DATA__" type="application/json">'
        + b'{"a":' * 900 + b"1" + b"}" * 900 + b"</script>"
    ),
    "combining marks": lambda: (b"<a href=/n/1>A word " + b"\xcc\x81" * 500_000 + b"</a>") * 3,
    "UTF-16 without a mark": lambda: ITEMS.decode().encode("utf-16-le") * 500,
    "UTF-16 that breaks off": lambda: b"\xff\xfe" + (ITEMS * 500).decode().encode("utf-16-le")[:-1],
    "all bytes": lambda: bytes(range(256)) * 40_000,
    "no bytes": lambda: b"",
}  # fmt: skip


def _names(n: int, between: bytes = b" ") -> bytes:
    return between.join(b"%x" % i for i in range(n))


def _tags(inner: bytes) -> bytes:
    tag = b"<div " + inner + b"></div>"
    return ITEMS + tag * (6_000_000 // len(tag))


BETWEEN = (
    b"/",
    b"\t",
    b"\f",
    b'=""',
    b'="<>"',
    b"='>'",
    b"=< ",
    b'="<b y"',
    b"<b ",
    b"='<b c=\"' ",
)
BEFORE = (
    b'<div x=">"', b"<div x='<>'", b"<div a<b", b"<div x=\">'\"", b"<!--><div",
    b'<!--x="--><div y=">"', b"<textarea><script></textarea><div", b"<svg><script><div",
    b'<svg><![CDATA[<b x="]]><a y=">"', b'<script>a<b x="</script><div y=">"',
    b"<script>a<b " + b"c " * 300 + b'x="</script><div y=">"',
    b"<div x=" + b"z" * 3000 + b'="> y="', b"<div " + b"z" * 3000, b"<" + b"z" * 3000,
)  # fmt: skip
BOMBS |= {
    f"attributes between {it!r}": lambda it=it: b"<div " + _names(600_000, it) + b">" + ITEMS
    for it in BETWEEN
}
BOMBS |= {
    f"attributes after {it[:40]!r}": lambda it=it: it + b" " + _names(600_000) + b">" + ITEMS
    for it in BEFORE
}
BOMBS |= {
    f"tags of {n} attributes between {it!r}": lambda n=n, it=it: _tags(_names(n, it))
    for n in (128, 129, 4000)
    for it in (b" ", b'="<>"')
}
BOMBS |= {
    "bodies of an attribute": lambda: b"".join(b"<body %x>" % i for i in range(600_000)) + ITEMS,
    "roots of many attributes": lambda: b"".join(
        b"<HTML\f" + b" ".join(b"%x" % (i * 100 + j) for j in range(100)) + b">"
        for i in range(6_000)
    ),
    "names that do not end": lambda: b"<x" * 3_000_000,
    "values that do not end": lambda: b"<x/y=" * 1_200_000,
    "values that end late": lambda: b"<x/y=" * 2_000 + b"z" * 5_900_000,
    "tags in tags": lambda: (b"<x " * 120 + b">") * 16_000,
    "tags in values": lambda: (b"<x a='<x b=\"" * 60 + b">") * 8_000,
    "white space in tags": lambda: (b"<x a" + b" " * 5_000) * 1_200,
    "long values in tags": lambda: (b"<x " * 100 + b'y="' + b"z" * 100_000 + b'"') * 60,
    "just too small to check": lambda: (
        b"<div " + "/".join(chr(0x4E00 + i) for i in range(19_990)).encode() + b">"
    ),
}
