"""Encoders of the user's choice: any ONNX sentence model, any of sentence-transformers."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from tracker.errors import EncoderError
from tracker.topics.onnx_encoders import OnnxEncoder
from tracker.topics.poolings import read_pooling
from tracker.topics.similarity import Rows, unit
from tracker.topics.spaces import Space

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
        EncoderError: If either is missing or cannot be read, its pooling is not known, or it has
            further layers.
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
    pooling, mark = read_pooling(folder)
    name = f"{folder.name}-{digest.hexdigest()[:8]}{mark}"
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
