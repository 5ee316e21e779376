"""Sentence models run by onnxruntime."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tracker.topics.similarity import Rows, unit

_LONGEST: Final = 128  # word pieces; headlines have about fifteen
_BATCH: Final = 32

POOLINGS: Final[Mapping[str, Callable[[Rows], Rows]]] = {
    "cls": lambda tokens: tokens[:, 0],
    "lasttoken": lambda tokens: tokens[:, -1],
    "max": lambda tokens: tokens.max(axis=1),
    "mean": lambda tokens: tokens.mean(axis=1),
    "mean_sqrt_len_tokens": lambda tokens: tokens.mean(axis=1),  # the same at unit length
    "weightedmean": lambda tokens: np.asarray(
        np.average(tokens, axis=1, weights=np.arange(1, tokens.shape[1] + 1)), np.float32
    ),
}
"""How a text's vector, (n_texts, dimension), is made of its token vectors, (n_texts, n_tokens,
dimension), by the names of sentence-transformers.

Source: Muennighoff, 2022 (later tokens weigh more, by their places).
"""


class OnnxEncoder:
    """A sentence model run by onnxruntime: its token vectors pooled, unit length.

    A text's vector does not depend on the texts beside it: each batch holds texts of one length
    in tokens, so that nothing is padded.
    """

    reads: Final[frozenset[str] | None] = None

    def __init__(
        self,
        name: str,
        weights: bytes | Path,
        tokenizer: Any,
        pooling: str = "mean",
        threads: int = 2,
    ) -> None:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - optional path

        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        source = str(weights) if isinstance(weights, Path) else weights
        self._session = InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer = tokenizer
        self._pool = POOLINGS[pooling]
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()
        self.name = name
        self.dimension = 0
        self.dimension = int(self.encode(["a"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one unit vector a text, (n_texts, dimension) float32."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        tokens = [np.asarray(e.ids, np.int64) for e in self._tokenizer.encode_batch(list(texts))]
        lengths = np.asarray([len(ids) for ids in tokens])
        rows: list[Rows] = [np.zeros(self.dimension, np.float32)] * len(texts)
        for length in np.unique(lengths[lengths > 0]):  # a text of marks may have no token
            alike = np.flatnonzero(lengths == length)
            for start in range(0, len(alike), _BATCH):
                batch = alike[start : start + _BATCH]
                for place, vector in zip(batch, self._run(batch, tokens), strict=True):
                    rows[place] = vector
        return np.vstack(rows)

    def count_pieces(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Return how many word pieces each text has; marks of punctuation are none."""
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return np.asarray(
            [sum(any(map(str.isalnum, piece)) for piece in e.tokens) for e in encoded], np.intp
        )

    def _run(self, batch: NDArray[np.intp], tokens: list[NDArray[np.int64]]) -> Rows:
        ids = np.vstack([tokens[i] for i in batch])
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        hidden = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        if hidden.ndim == 3:
            # Texts of a batch are of one length: none has padding.
            hidden = self._pool(hidden)
        return unit(hidden.astype(np.float32))
