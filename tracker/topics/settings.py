"""How alike things must be to be one event or one topic, and for how long they stay awake."""

from dataclasses import dataclass

from tracker.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class TopicSettings:
    """What a study may set about events and topics.

    Similarities are blends in [0, 1]: `meaning` parts cosine of the encoder's vectors, the rest
    cosine of hashed character n-grams.

    Attributes:
        meaning: Share of the encoder in the blend; the rest is wording.
        event_similarity: Mean similarity at which headlines are one event.
        topic_similarity: Mean similarity at which events are one topic.
        event_nights: Nights without a new headline after which an event takes no more.
        window_nights: Nights of headlines that topics are proposed from.
        retire_nights: Nights without a new headline after which a topic is retired; a retired
            topic that returns is revived with its id.
        least_headlines: Headlines a topic needs to be born.
    """

    meaning: float = 0.5
    event_similarity: float = 0.16
    topic_similarity: float = 0.1
    event_nights: int = 14
    window_nights: int = 60
    retire_nights: int = 365
    least_headlines: int = 2

    def __post_init__(self) -> None:
        for name in ("meaning", "event_similarity", "topic_similarity"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ConfigError(f"topics.{name}: got {value}; wanted a number from 0 to 1")
        for name in ("event_nights", "window_nights", "retire_nights", "least_headlines"):
            value = getattr(self, name)
            if value < 1:
                raise ConfigError(f"topics.{name}: got {value}; wanted 1 or more")
