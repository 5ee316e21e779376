"""How a folder with a sentence model says that its token vectors become a text's vector."""

import json
from pathlib import Path
from typing import Any, Final

from tracker.errors import EncoderError
from tracker.topics.onnx_encoders import POOLINGS

_FLAGS: Final = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "lasttoken",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}
"""What the file that models are published with says of their pooling, unless it is named."""
_MEANS: Final = ("mean", "mean_sqrt_len_tokens")  # the same at unit length
_PLACES: Final = ("cls", "lasttoken")
_STEPS: Final = ["Transformer", "Pooling", "Normalize"]
"""Modules of sentence-transformers that are done here, in their order; vectors are of unit length
with the last or without."""


def read_pooling(folder: Path) -> tuple[str, str]:
    """Return the name of a model's pooling, the mean where none is told, and its mark.

    The name of the encoder ends in the mark. It is empty for what vectors may be stored of by the
    name without one: means, and the first or the last token where a flag tells so.

    Raises:
        EncoderError: If what is told cannot be read, is not one of `POOLINGS`, or names layers
            that would be left out.
    """
    path = _find_pooling(folder)
    if not path.is_file():
        return "mean", ""
    told = _read_json(path)
    if not isinstance(told, dict):
        raise EncoderError(f"{path}: found {told!r}; wanted an object that tells the pooling")
    named = told.get("pooling_mode")
    flags = {key: value for key, value in told.items() if key.startswith("pooling_mode_")}
    if named is None and not flags:
        return "mean", ""
    by_flag = [_FLAGS.get(key, key) for key, value in flags.items() if value]
    found = by_flag if named is None else named if isinstance(named, list) else [named]
    pooling = found[0] if len(found) == 1 else None
    if not isinstance(pooling, str) or pooling not in POOLINGS:
        raise EncoderError(
            f"{path}: found pooling by {' and '.join(map(str, found)) or 'nothing'}; "
            f"wanted one of {', '.join(POOLINGS)}"
        )
    plain = pooling in _MEANS or (named is None and pooling in _PLACES)
    return pooling, "" if plain else f"-{pooling}"


def _find_pooling(folder: Path) -> Path:
    """Return where the folder tells of its pooling; the file need not be there.

    Raises:
        EncoderError: If its `modules.json` names other steps than are done here.
    """
    path = folder / "modules.json"
    if not path.is_file():
        return folder / "1_Pooling" / "config.json"
    told = _read_json(path)
    if not isinstance(told, list) or not all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in told
    ):
        raise EncoderError(f"{path}: found {told!r}; wanted a list of modules with their types")
    types = [one["type"] for one in told]
    own = [name.rpartition(".")[2] for name in types if name.startswith("sentence_transformers.")]
    if len(own) < len(types) or own not in (_STEPS[:2], _STEPS):
        raise EncoderError(
            f"{path}: found the modules {', '.join(types)}; wanted {' and '.join(_STEPS[:2])} "
            f"of sentence_transformers, and at most {_STEPS[2]} after them"
        )
    config = folder / str(told[1].get("path", "1_Pooling")) / "config.json"
    if not config.is_file():
        raise EncoderError(f"{config}: found no such file; wanted it, as {path.name} names it")
    return config


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EncoderError(f"{path}: cannot be read: {error}") from error
