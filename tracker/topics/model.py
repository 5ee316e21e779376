"""BERTopic: it clusters the events of the window and finds their words.

This is the only module that imports bertopic. Identity is not its business: see lineage.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.topics.events import average_link
from tracker.topics.similarity import Blend
from tracker.topics.words import split_words, stop_words

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of what it does not find, and changes filters
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.dimensionality import BaseDimensionalityReduction
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

_N_TERMS = 10


class EventClusters:
    """Average-link clusters of events, in the form BERTopic asks of a clusterer.

    BERTopic hands over one vector a headline; events are what is clustered, so every headline
    of an event gets its event's cluster.
    """

    def __init__(self, rows: Blend, events: NDArray[np.intp], threshold: float) -> None:
        self._rows, self._events, self._threshold = rows, events, threshold
        self.labels_: NDArray[np.intp] = np.empty(0, np.intp)

    def fit(self, vectors: NDArray[np.float32], y: object = None) -> "EventClusters":
        """Cluster the events whose headlines have these vectors."""
        n_events = int(self._events.max()) + 1
        rows = Blend(vectors, self._rows.wording, self._rows.weight)
        means = rows.means(self._events, n_events)
        clusters = average_link(means.similarity(means), self._threshold)
        self.labels_ = clusters[self._events]
        return self


@dataclass(frozen=True)
class Proposal:
    """What BERTopic makes of the window.

    Attributes:
        clusters: Cluster of each event, (n_events,).
        terms: Words of each cluster by c-TF-IDF, best first.
    """

    clusters: NDArray[np.intp]
    terms: tuple[tuple[str, ...], ...]


def propose_topics(
    texts: Sequence[str], rows: Blend, events: NDArray[np.intp], threshold: float
) -> Proposal:
    """Return clusters of events and their words.

    Args:
        texts: Headlines of the window.
        rows: Their vectors and wordings.
        events: The event of each headline, numbered from 0.
        threshold: Mean similarity at which events are one topic.
    """
    clusterer = EventClusters(rows, events, threshold)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BERTopic(
            embedding_model=BaseEmbedder(),
            umap_model=BaseDimensionalityReduction(),
            hdbscan_model=clusterer,
            vectorizer_model=CountVectorizer(
                analyzer=lambda text: [w for w in split_words(text) if w not in stop_words()]
            ),
            ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
            top_n_words=_N_TERMS,
        )
        found, _ = model.fit_transform(list(texts), embeddings=rows.meaning)
    n_events = int(events.max()) + 1
    clusters = np.zeros(n_events, np.intp)
    clusters[events] = np.asarray(found, np.intp)
    terms = tuple(
        tuple(word for word, weight in model.get_topic(number) or () if word and weight > 0)
        for number in range(int(clusters.max()) + 1)
    )
    return Proposal(clusters, terms)
