import subprocess
import sys

import numpy as np

from tracker.topics.encoder import load_encoder
from tracker.topics.model import EventClusters, propose_topics
from tracker.topics.similarity import Halves, hash_ngrams
from tracker.topics.words import content_words

TITLES = [
    "Honduras votes for a new president",
    "Hondurans elect their president",
    "Storm floods villages on the coast",
    "Villages on the coast flooded by storm",
    "Zoo shows its first penguin chicks",
]
WORDS = [" ".join(content_words(title, "en", "x.example")) for title in TITLES]
ROWS = Halves.of(
    load_encoder("auto").encode(TITLES),
    hash_ngrams(WORDS),
    np.zeros(len(TITLES), np.intp),
    np.ones(len(TITLES), bool),
).blend(0.6)


def clusterer(items: list[int], n_topics: int, news: list[int]) -> EventClusters:
    everything = np.unique(items)
    return EventClusters(np.asarray(items), n_topics, everything, np.asarray(news), 0.38, 0.42, 2)


def test_events_are_clustered_and_worded() -> None:
    proposal = propose_topics(WORDS, ROWS, clusterer([0, 1, 2, 3, 4], 0, [0, 1, 2, 3, 4]))
    assert proposal.clusters.tolist() == [0, 0, 1, 1, -1]
    assert proposal.terms[0][0] == "president"
    assert {"storm", "villages", "coast"} <= set(proposal.terms[1])


def test_topics_keep_their_numbers_and_are_never_joined() -> None:
    proposal = propose_topics(WORDS, ROWS, clusterer([0, 1, 2, 2, 3], 2, [0, 1, 2]))
    assert proposal.clusters[:2].tolist() == [0, 1]


def test_only_clusters_with_news_are_worded() -> None:
    proposal = propose_topics(WORDS, ROWS, clusterer([0, 0, 1, 2, 3], 1, [2]))
    assert proposal.terms[0] == ()
    assert proposal.terms[1]


def test_importing_bertopic_leaves_the_warning_filters_alone() -> None:
    code = (
        "import warnings, sklearn.feature_extraction.text; before = list(warnings.filters); "
        "import tracker.topics.model; assert warnings.filters == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
