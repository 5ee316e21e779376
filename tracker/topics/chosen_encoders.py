"""Encoders of the user's choice: any ONNX sentence model, any of sentence-transformers."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from tracker.errors import EncoderError
from tracker.topics.onnx_encoders import POOLINGS, OnnxEncoder
from tracker.topics.similarity import Rows, unit
from tracker.topics.spaces import Space

_POOLING_FLAGS: Final = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "lasttoken",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}
"""What the file that models are published with says of their pooling, unless it is named."""


_LEVEL: Final = "-level-1"
_PACKAGE: Final = "sentence-transformers:"


def is_of_folder(name: str) -> bool:
    """Return whether an encoder of that name was loaded from a folder."""
    return name.endswith(_LEVEL) and not name.startswith(_PACKAGE)


class LevelEncoder:
    """A model of the user's choice, its vectors made level (`Space`).

    The similarities at which headlines are one event then mean the same as with the bundled one.
    """

    def __init__(self, name: str, dimension: int, encode: Callable[[Sequence[str]], Rows]) -> None:
        self._encode = encode
        self.name = f"{name}{_LEVEL}"
        self.dimension = dimension

    @property
    def reads(self) -> frozenset[str] | None:
        """Return the languages it was found to understand; None for all."""
        return self._space.reads

    @cached_property
    def _space(self) -> Space:
        try:
            return Space.measure(self._encode)
        except EncoderError as error:
            raise EncoderError(f"encoder {self.name}: {error}") from error

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._space.level(self._encode(texts))


def load_folder(folder: Path) -> LevelEncoder:
    """Return the model of a folder with model.onnx (or onnx/model.onnx) and tokenizer.json.

    Raises:
        EncoderError: If either is missing or cannot be read, or its pooling is not known.
    """
    inner = folder / "onnx" / "model.onnx"
    model = inner if inner.is_file() else folder / "model.onnx"
    words = folder / "tokenizer.json"
    missing = [path.name for path in (model, words) if not path.is_file()]
    if missing:
        raise EncoderError(f"encoder {folder}: no {' and no '.join(missing)} in that folder")
    from tokenizers import Tokenizer  # noqa: PLC0415 - only where it is used

    weights = [model, *sorted(model.parent.glob("model.onnx[._]*"))]  # of large models beside it
    digest = hashlib.sha256()
    for path in (*weights, words):
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    pooling = _read_pooling(folder / "1_Pooling" / "config.json")
    name = "-".join(
        [folder.name, digest.hexdigest()[:8], *([] if pooling == "mean" else [pooling])]
    )
    try:
        own = OnnxEncoder(name, model, Tokenizer.from_file(str(words)), pooling)
    except Exception as error:  # both libraries raise bare exceptions of their own
        raise EncoderError(f"encoder {folder}: {error}") from error
    return LevelEncoder(own.name, own.dimension, own.encode)


def load_sentence_transformer(name: str) -> LevelEncoder:
    """Return a model of the sentence-transformers package.

    Raises:
        EncoderError: If the package is not installed, or knows no such model.
    """
    if find_spec("sentence_transformers") is None:
        raise EncoderError(
            f"encoder {name!r}: no such folder, and sentence-transformers is not installed; "
            "wanted auto, lexical, multilingual, a folder with model.onnx and "
            "tokenizer.json, or a model name with `pip install sentence-transformers`"
        )
    from sentence_transformers import (  # type: ignore[import-not-found]  # noqa: PLC0415
        SentenceTransformer,
    )

    try:
        model = SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise EncoderError(f"encoder {name!r}: {error}") from error

    def encode(texts: Sequence[str]) -> Rows:
        return unit(np.asarray(model.encode(list(texts)), np.float32))

    dimension = int(model.get_sentence_embedding_dimension())
    return LevelEncoder(f"{_PACKAGE}{name}", dimension, encode)


def _read_pooling(path: Path) -> str:
    """Return the name of a model's pooling; the mean where none is told.

    Raises:
        EncoderError: If what is told cannot be read, or is not one of `POOLINGS`.
    """
    if not path.is_file():
        return "mean"
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise EncoderError(f"{path}: cannot be read: {error}") from error
    if not isinstance(told, dict):
        raise EncoderError(f"{path}: found {told!r}; wanted an object that tells the pooling")
    named = told.get("pooling_mode")
    found = named if isinstance(named, list) else [named] if named else _list_flags(told)
    if not found:
        return "mean"
    if len(found) > 1 or found[0] not in POOLINGS:
        raise EncoderError(
            f"{path}: found pooling by {' and '.join(map(str, found))}; "
            f"wanted one of {', '.join(POOLINGS)}"
        )
    return str(found[0])


def _list_flags(told: dict[str, Any]) -> list[str]:
    """Return the poolings that are switched on, known or not."""
    on = [key for key, value in told.items() if key.startswith("pooling_mode_") and value]
    return [_POOLING_FLAGS.get(key, key) for key in on]
