"""Encoders of the user's choice: any ONNX sentence model, any of sentence-transformers."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from tracker.errors import EncoderError
from tracker.topics.onnx_encoders import OnnxEncoder, Pooling
from tracker.topics.similarity import Rows, unit
from tracker.topics.spaces import Space

_POOLINGS: Final[dict[str, Pooling]] = {
    "pooling_mode_cls_token": "first",
    "pooling_mode_lasttoken": "last",
}
"""What models are published with says where their meaning stands, unless it is the mean."""


class LevelEncoder:
    """A model of the user's choice, its vectors made level (`Space`).

    The similarities at which headlines are one event then mean the same as with the bundled one.
    """

    def __init__(self, name: str, dimension: int, encode: Callable[[Sequence[str]], Rows]) -> None:
        self._encode = encode
        self.name = f"{name}-level-1"
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
        EncoderError: If either is missing or cannot be read.
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
    try:
        own = OnnxEncoder(
            f"{folder.name}-{digest.hexdigest()[:8]}",
            model,
            Tokenizer.from_file(str(words)),
            _read_pooling(folder / "1_Pooling" / "config.json"),
        )
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
    return LevelEncoder(f"sentence-transformers:{name}", dimension, encode)


def _read_pooling(path: Path) -> Pooling:
    if not path.is_file():
        return "mean"
    told = json.loads(path.read_text("utf-8"))
    return next((pooling for key, pooling in _POOLINGS.items() if told.get(key)), "mean")
