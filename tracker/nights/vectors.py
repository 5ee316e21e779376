"""Vectors of texts: computed once, kept, and read back."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.batches import saving
from tracker.ids import make_id
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import VECTORS
from tracker.topics.encoder import Encoder

ENCODE_BATCH: Final = 512
FLUSH_BATCHES: Final = 8
"""Batches between two commits at most; slow ones are written sooner."""


def embed_texts(
    store: Store, texts: Sequence[str], encoder: Encoder, progress: Progress = be_silent
) -> None:
    """Compute and keep the vectors of those texts that have none yet under this encoder."""
    named = {identify_text(text): text for text in texts}
    known = store.scan(VECTORS).filter(
        pl.col("encoder") == encoder.name, pl.col("text_id").is_in(list(named))
    )
    for name in known.select("text_id").collect()["text_id"]:
        named.pop(name, None)
    missing = sorted(named.values())
    # By length: texts of one batch are padded to the longest.
    missing.sort(key=len)

    def write(rows: list[pl.DataFrame]) -> None:
        store.append(VECTORS, pl.concat(rows))

    with saving(write, FLUSH_BATCHES) as keep:
        for start in range(0, len(missing), ENCODE_BATCH):
            progress("reading meaning", start, len(missing))
            keep(_vector_rows(missing[start : start + ENCODE_BATCH], encoder))
    if missing:
        progress("reading meaning", len(missing), len(missing))


def read_vectors(store: Store, texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return the kept vectors of `texts`, (n_texts, dimension) float32, in their order."""
    if not texts:
        return np.zeros((0, encoder.dimension), np.float32)
    wanted = pl.DataFrame({"text_id": [identify_text(text) for text in texts]})
    held = pl.col("text_id").is_in(wanted["text_id"].implode())
    held &= pl.col("encoder") == encoder.name
    kept = store.pick(VECTORS, held, ["text_id", "vector"])
    rows = wanted.join(kept, on="text_id", how="left", maintain_order="left")["vector"]
    return rows.list.to_array(encoder.dimension).to_numpy().astype(np.float32)


def identify_text(text: str) -> str:
    """Return the id under which a text's vector is kept."""
    return make_id(text)


def _vector_rows(texts: Sequence[str], encoder: Encoder) -> pl.DataFrame:
    vectors = encoder.encode(texts)
    return pl.DataFrame(
        {
            "text_id": [identify_text(text) for text in texts],
            "encoder": encoder.name,
            "vector": pl.Series(
                vectors, dtype=pl.Array(pl.Float32, encoder.dimension)
            ).arr.to_list(),
        }
    )
