"""Figures as pictures, drawn by a browser of the system."""

import importlib
from typing import TYPE_CHECKING, Any, Final

from tracker.errors import InputError

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

IMAGES: Final = ("png", "svg", "pdf")
_EXTRA: Final = "uv sync --extra images (with pip: pip install 'tracker[images]')"


def render_image(figure: "Figure", form: str, *, scale: float = 2.0) -> bytes:
    """Return a figure as a picture.

    Args:
        figure: What to draw, in the width and height of its layout.
        form: One of `IMAGES`.
        scale: Pixels of a PNG for each pixel of the layout.

    Raises:
        InputError: If Kaleido or a browser is missing, or the browser failed; says what to do.
    """
    try:
        kaleido: Any = importlib.import_module("kaleido")
        errors: Any = importlib.import_module("choreographer.errors")
    except ImportError as error:
        raise InputError(f"{form}: pictures need Kaleido; wanted it installed: {_EXTRA}") from error
    options = {"format": form, "scale": scale if form == "png" else 1}
    try:
        # No MathJax: it would be fetched from the network, and no text of ours is mathematics.
        drawn = kaleido.calc_fig_sync(figure.to_dict(), opts=options, kopts={"mathjax": False})
    except errors.ChromeNotFoundError as error:
        raise InputError(
            f"{form}: pictures need Chromium or Chrome; found none; wanted it installed, "
            "such as by apt install chromium, or named in the variable BROWSER_PATH"
        ) from error
    except (
        errors.BrowserFailedError, errors.BrowserClosedError, errors.BrowserDepsError,
        RuntimeError, OSError, TimeoutError,
    ) as error:  # fmt: skip
        raise InputError(
            f"{form}: the browser that draws pictures failed ({type(error).__name__}); wanted a "
            "Chromium or Chrome that starts, perhaps named in the variable BROWSER_PATH"
        ) from error
    return bytes(drawn)
