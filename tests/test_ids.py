"""Ids are for ever: tables of years hold them, so that a change here loses every one."""

from tracker.collector.documents import Document
from tracker.collector.harvest.identity import name_all
from tracker.ids import hash_bytes, hash_text, make_id, name_id


def test_ids_stay_what_they_always_were():
    assert make_id("post.example", "url", "post.example/a-1234") == "jj6dr64aorlsswrp"
    assert make_id("ab", "c") != make_id("a", "bc")
    assert name_id("t", "e0 2026-01-05") == "t673e39c09bdaacbe"
    assert (
        hash_bytes(b"<html>")
        == Document("a", b"<html>", "html").body_hash
        == "idnmfrvkwsfo7cmy47s2wguzsmf5byt4"
    )
    assert name_all(["heading|most read"] * 2) == ["ea66d2d55981", "7b32828913b1"]
    assert hash_text("Ελλάδα", 4) == "ade95ab4"
