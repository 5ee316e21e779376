"""BERTopic: it clusters the events of the window and finds the words of each cluster.

This is the only module that imports bertopic. Its steps are replaced where they fail short
texts: no dimension reduction, events clustered beside the topics there are, words of any script.
Identity is not its business: see lineage.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.topics.clustering import join_items
from tracker.topics.salience import N_TERMS
from tracker.topics.similarity import Rows, mean_rows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of what it does not find, and changes filters
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.dimensionality import BaseDimensionalityReduction
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer


class EventClusters:
    """Clusters of topics and loose events, in the form BERTopic asks of a clusterer.

    BERTopic hands over one row a headline; what is clustered are items, each a topic with all
    its headlines or an event that has no topic yet. Topics are never put together here.

    Args:
        items: The item of each headline, topics first, numbered from 0 without holes.
        n_topics: How many of the items are topics.
        near: The items that may change; the others stay as they are.
        news: The items with news tonight: only their clusters are worded.
        joining: Similarity at which events join a topic.
        founding: Similarity at which events found one together.
        least: Headlines that make a cluster.

    Attributes:
        clusters: The cluster of each item, -1 for fewer headlines than `least`; a topic has its
            own number.
        labels_: The cluster of each headline; -1 where there is none or no news in it.
    """

    def __init__(
        self,
        items: NDArray[np.intp],
        n_topics: int,
        near: NDArray[np.intp],
        news: NDArray[np.intp],
        joining: float,
        founding: float,
        least: int,
    ) -> None:
        self._items, self._n_topics, self._near = items, n_topics, near
        self._news = news
        self._joining, self._founding, self._least = joining, founding, least
        self.clusters = np.arange(0)
        self.labels_ = np.arange(0)

    def fit(self, rows: Rows, y: object = None) -> "EventClusters":
        """Cluster the items of the headlines that have these rows."""
        n_items = int(self._items.max()) + 1
        sizes = np.bincount(self._items, minlength=n_items)
        clusters = np.arange(n_items)
        if len(self._near):
            means, near = mean_rows(rows, self._items, n_items), np.sort(self._near)
            fixed = int((near < self._n_topics).sum())
            clusters[near] = _join(means, sizes, near, self._joining, fixed)
            alone = near[clusters[near] >= self._n_topics]
            clusters[alone] = _join(means, sizes, alone, self._founding, 0)
        heads = np.bincount(clusters, weights=sizes, minlength=n_items)
        kept = (heads >= self._least) & (np.bincount(clusters, minlength=n_items) > 0)
        kept[: self._n_topics] = True
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        self.clusters = number[clusters]
        worded = np.isin(self.clusters, self.clusters[self._news])
        self.labels_ = np.where(worded, self.clusters, -1)[self._items]
        return self


def _join(
    means: Rows, sizes: NDArray[np.intp], items: NDArray[np.intp], threshold: float, n_fixed: int
) -> NDArray[np.intp]:
    """Return for each of `items` the first item of its cluster."""
    if not len(items):
        return items
    owners = np.where(np.arange(len(items)) < n_fixed, np.arange(len(items)), -1)
    joined = join_items(means[items], sizes[items], threshold, owners)
    return items[np.unique(joined, return_index=True)[1]][joined]


class _EventTopics(BERTopic):  # type: ignore[misc]
    """BERTopic without what is not asked of it, which took most of a night's time.

    Rows are not reduced and hold no NaN, mean embeddings and representative documents of topics
    are not used, and scores of words are read from a row of its matrix, not cell by cell.
    """

    def _reduce_dimensionality(
        self, embeddings: Rows, y: object = None, partial_fit: bool = False
    ) -> Rows:
        return embeddings

    def _create_topic_vectors(
        self, documents: object = None, embeddings: object = None, mappings: object = None
    ) -> None:
        self.topic_embeddings_ = None

    def _save_representative_docs(self, documents: object) -> None:
        self.representative_docs_: dict[int, list[str]] = {}

    @staticmethod
    def _top_n_values_sparse(matrix: Any, indices: NDArray[Any]) -> NDArray[np.float64]:
        scores = []
        for row, columns in enumerate(indices):
            inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
            held = dict(
                zip(matrix.indices[inside].tolist(), matrix.data[inside].tolist(), strict=True)
            )
            scores.append([held.get(column, 0) for column in columns])
        return np.array(scores)


@dataclass(frozen=True)
class Proposal:
    """What BERTopic makes of the window.

    Attributes:
        clusters: Cluster of each item, topics first and with their own numbers; -1 for none.
        terms: Words of each cluster by c-TF-IDF, best first.
    """

    clusters: NDArray[np.intp]
    terms: tuple[tuple[str, ...], ...]


def propose_topics(words: Sequence[str], rows: Rows, clusterer: EventClusters) -> Proposal:
    """Return the clusters of the window and their words.

    Args:
        words: Content words of the window's headlines, a space between them.
        rows: The headlines' rows, (n_headlines, d).
        clusterer: Tells topics from loose events.
    """
    only = _find_only_word(words)
    if only is not None:
        clusters = clusterer.fit(rows).clusters
        return Proposal(clusters, ((only,),) * (int(clusters.max(initial=-1)) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _EventTopics(
            embedding_model=BaseEmbedder(),
            umap_model=BaseDimensionalityReduction(),
            hdbscan_model=clusterer,
            vectorizer_model=CountVectorizer(analyzer=str.split),
            ctfidf_model=ClassTfidfTransformer(),
            top_n_words=N_TERMS,
        )
        found, _ = model.fit_transform(list(words), embeddings=rows)
    number = dict(zip(clusterer.labels_.tolist(), found, strict=True))
    terms = [
        tuple(word for word, weight in model.get_topic(number[label]) or () if word and weight > 0)
        if label in number
        else ()
        for label in range(int(clusterer.clusters.max(initial=-1)) + 1)
    ]
    return Proposal(clusterer.clusters, tuple(terms))


def _find_only_word(words: Sequence[str]) -> str | None:
    """Return the word of headlines that have but one, which BERTopic 0.17 cannot weigh."""
    known: set[str] = set()
    for text in words:
        known.update(text.split())
        if len(known) > 1:
            return None
    return next(iter(known), None)
