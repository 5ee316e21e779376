"""Label writers: anything that words a topic; here an OpenAI-compatible endpoint."""

import json
import os
import time
from typing import Final, Protocol
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry, Timeout

from tracker.errors import ConfigError
from tracker.topics.label_answers import Answer, TopicText, make_messages, read_answer
from tracker.topics.settings import LabelSettings

_MOST_BYTES: Final = 65_536  # of an answer
_LONGEST_PAUSE: Final = 10.0  # seconds, whatever the endpoint asks for
_SHOWN: Final = 120  # characters of what an endpoint says of an error


class LabelWriter(Protocol):
    """Anything that gives a topic a label."""

    @property
    def name(self) -> str:
        """Return the name labels are kept under."""
        ...

    def write(self, topic: TopicText) -> Answer:
        """Return a label for a topic, or why there is none; nothing is raised."""
        ...


class EndpointWriter:
    """Asks an OpenAI-compatible endpoint for labels.

    Redirects are not followed: the key and the headlines go to the address given, and nowhere else.

    Args:
        settings: Where it is.
        key: The key; none if empty.
        backoff: Seconds before a second try, doubled before the third.
    """

    def __init__(self, settings: LabelSettings, key: str = "", *, backoff: float = 1.0) -> None:
        self._settings, self._key = settings, key
        self._host = urlsplit(settings.url).netloc
        # What hung is not asked again: each topic would take as long as all tries.
        retry = _Retry(
            total=2, read=0, redirect=0, status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=None, backoff_factor=backoff, backoff_max=_LONGEST_PAUSE,
            raise_on_status=False,
        )  # fmt: skip
        self._pool = urllib3.PoolManager(retries=retry, timeout=Timeout(total=settings.timeout))

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return self._settings.model

    def write(self, topic: TopicText) -> Answer:
        """Return a label for a topic, or why there is none; nothing is raised."""
        # Neither a temperature nor a limit of tokens: some models refuse either. What is asked
        # once is kept, and an answer is cut off by its time and size.
        ask = {"model": self._settings.model, "messages": make_messages(topic)}
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            status, body = self._post(json.dumps(ask).encode(), headers)
        except (HTTPError, OSError) as error:
            why = error.reason if isinstance(error, MaxRetryError) and error.reason else error
            return Answer(None, f"{self._host}: no answer ({type(why).__name__})", came=False)
        if body is None:
            problem = f"{self._host}: the answer was too long, or too slow"
            return Answer(None, problem, came=False)
        if status != 200:
            said = self._quote(body)
            return Answer(None, f"{self._host}: status {status}{said}", came=False)
        return read_answer(body, topic)

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes | None]:
        """Return the status, and the answer unless it is too long or too slow."""
        ends = time.monotonic() + self._settings.timeout
        url = f"{self._settings.url.rstrip('/')}/chat/completions"
        answer = self._pool.request(
            "POST", url, body=body, headers=headers, preload_content=False, redirect=False
        )
        read = bytearray()
        try:
            # One read of the connection at a time, lest one that drips is waited for.
            while part := answer.read1(4096, decode_content=False):
                read += part
                if len(read) > _MOST_BYTES or time.monotonic() > ends:
                    answer.close()
                    return answer.status, None
        finally:
            answer.release_conn()
        return answer.status, bytes(read)

    def _quote(self, body: bytes) -> str:
        """Return what an endpoint says of an error, without the key, in a few words."""
        try:
            said = json.loads(body)["error"]
            text = said["message"] if isinstance(said, dict) else said
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        words = " ".join(str(text).split())
        plain = "".join(letter for letter in words if letter.isprintable())
        plain = plain.replace(self._key, "…") if self._key else plain
        return f" ({plain[:_SHOWN]})"


class _Retry(Retry):
    def get_retry_after(self, response: urllib3.BaseHTTPResponse) -> float | None:
        asked = super().get_retry_after(response)
        return asked if asked is None else min(asked, _LONGEST_PAUSE)


def open_writer(settings: LabelSettings) -> LabelWriter:
    """Return the writer that is configured.

    Raises:
        ConfigError: If its key is not there.
    """
    key = os.environ.get(settings.key, "").strip() if settings.key else ""
    if settings.key and not (key and key.isascii() and key.isprintable()):
        raise ConfigError(
            f"labels.key: found no key in the environment variable {settings.key}; wanted one"
        )
    return EndpointWriter(settings, key)
