"""What is remembered of hosts."""

from pathlib import Path

from tracker.collector.crawls.hosts import MAX_HOLD, HostBook


def test_the_longest_wait_counts_but_none_is_for_ever(tmp_path: Path):
    book, other = HostBook(tmp_path / "hosts.sqlite"), HostBook(tmp_path / "hosts.sqlite")
    book.hold("post.example", 600.0)
    other.hold("post.example", 60.0)
    assert 599 < book.take_turn("post.example", 1.0).wait <= 600
    book.hold("post.example", 1e9)
    assert MAX_HOLD - 1 < other.take_turn("post.example", 1.0).wait <= MAX_HOLD
    book.close()
    other.close()
