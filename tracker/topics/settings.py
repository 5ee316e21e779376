"""How alike things must be to be one event or one topic, and for how long they stay awake."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.errors import ConfigError

_ENDPOINT: Final = re.compile(r"https?://[^\s?#@<>/]+[^\s?#@<>]*")
_VARIABLE: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)

METHOD: Final = 7
"""Number of the method: raise it with every change that may place a headline otherwise."""


@dataclass(frozen=True, kw_only=True)
class TopicSettings:
    """What a study may set about events and topics.

    Similarities lie in [0, 1]. The same values served every set of headlines they were measured
    on, in several languages and from twenty headlines a night to six thousand: change them for a
    purpose, not for a corpus.

    Attributes:
        meaning: Share of the encoder in the similarity of headlines of one event; the rest is
            wording. Languages that the encoder does not read are compared by wording alone.
        topic_meaning: The same between events and topics, which share a subject but few words.
        event_similarity: At which headlines are one event.
        topic_similarity: At which an event belongs to a topic.
        birth_similarity: At which events without a topic found one together.
        merge_similarity: At which two topics become one.
        split_similarity: Below which the parts of a topic become two.
        revival_similarity: Cosine at which events are a topic that had gone to sleep.
        event_nights: Nights without a new headline after which an event takes no more.
        window_nights: Nights of headlines that topics are proposed from; a topic without a new
            headline for as long goes to sleep.
        retire_nights: Nights without a new headline after which a topic is retired.
        least_headlines: Headlines that make a topic.
    """

    meaning: float = 0.6
    topic_meaning: float = 0.75
    event_similarity: float = 0.42
    topic_similarity: float = 0.38
    birth_similarity: float = 0.48
    merge_similarity: float = 0.55
    split_similarity: float = 0.34
    revival_similarity: float = 0.6
    event_nights: int = 21
    window_nights: int = 60
    retire_nights: int = 365
    least_headlines: int = 2

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, float) and not 0 <= value <= 1:
                raise ConfigError(f"topics.{name}: got {value}; wanted a number from 0 to 1")
            if name.endswith("meaning") and not value:
                raise ConfigError(f"topics.{name}: got 0; wanted more: an encoder is asked for")
            if name.endswith(("nights", "headlines")) and value < 1:
                raise ConfigError(f"topics.{name}: got {value}; wanted 1 or more")
        if not self.split_similarity <= self.topic_similarity <= self.merge_similarity:
            raise ConfigError(
                f"topics: got split_similarity {self.split_similarity}, topic_similarity "
                f"{self.topic_similarity}, merge_similarity {self.merge_similarity}; "
                "wanted them in this order, rising: what joins a topic is not to be split off again"
            )


@dataclass(frozen=True, kw_only=True)
class LabelSettings:
    """Who words the labels of topics.

    Attributes:
        url: Address of an OpenAI-compatible endpoint up to /chat/completions, such as
            http://localhost:11434/v1; it is sent headlines. Empty: the tracker words labels itself.
        model: Name of the model there.
        key: NAME of the environment variable that holds the key; empty if none is needed.
        topics: How many topics it is asked about in one update at most, the largest first.
        timeout: Longest time for one answer, seconds.
    """

    url: str = ""
    model: str = ""
    key: str = ""
    topics: int = 50
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if self.url and not _ENDPOINT.fullmatch(self.url):
            raise ConfigError(
                f"labels.url: found {self.url!r}; wanted an http(s) address without user, "
                "password, ? and #"
            )
        if self.url and not self.model.strip():
            raise ConfigError("labels.model: found none; wanted the name of a model")
        if self.key and not _VARIABLE.fullmatch(self.key):
            # What is found is not shown: it may be the key itself.
            raise ConfigError("labels.key: wanted the name of an environment variable")
        if self.topics < 1:
            raise ConfigError(f"labels.topics: found {self.topics}; wanted 1 or more")
        if not 0 < self.timeout <= 600:
            raise ConfigError(
                f"labels.timeout: found {self.timeout}; wanted more than 0 and at most 600"
            )
