"""What is remembered of hosts."""

from pathlib import Path

import pytest

from tracker.collector.crawls.hosts import MAX_HOLD, HostBook
from tracker.errors import StoreError


def test_the_longest_wait_counts_but_none_is_for_ever(tmp_path: Path):
    book, other = HostBook(tmp_path / "hosts.sqlite"), HostBook(tmp_path / "hosts.sqlite")
    book.hold("post.example", 600.0)
    other.hold("post.example", 60.0)
    assert 599 < book.take_turn("post.example", 1.0).wait <= 600
    book.hold("post.example", 1e9)
    assert MAX_HOLD - 1 < other.take_turn("post.example", 1.0).wait <= MAX_HOLD
    book.close()
    other.close()


def test_a_file_of_something_else_is_named_and_left_alone(tmp_path: Path):
    path = tmp_path / "hosts.sqlite"
    path.write_text("notes of mine")
    with pytest.raises(StoreError, match=r"hosts\.sqlite: cannot be used \(file is not a database"):
        HostBook(path)
    assert path.read_text() == "notes of mine"
