import pytest

from tracker.collector.harvest.addresses import is_listing, looks_dated


@pytest.mark.parametrize(
    "href",
    [
        "https://heron.example/tag/ferries/",
        "https://heron.example/topics/rivers",
        "https://heron.example/?s=ferries",
        "/author/ann-heron-the-second",
    ],
)
def test_an_address_of_a_listing_is_no_storys(href: str) -> None:
    assert is_listing(href)
    assert not looks_dated(href)


@pytest.mark.parametrize(
    "href",
    [
        "/themen/ferries/2024-05-14/the-last-night-boat",
        "/topic/137517-why-the-ferry-is-late-again/",
        "/politics/2024_05_14_517082.shtml?s=list",
    ],
)
def test_below_a_topic_too_stand_stories(href: str) -> None:
    assert not is_listing(href)
    assert looks_dated(href)
