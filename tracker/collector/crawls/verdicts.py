"""What came back, in one word of `tables.CAPTURE_OUTCOMES` and a sentence."""

import re
from typing import Final

from tracker.collector.crawls.tracks import Answer
from tracker.collector.crawls.visits import PAGES, Outcome, VisitRequest
from tracker.collector.crawls.walls import find_wall

_HTML: Final = ("text/html", "application/xhtml+xml")
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_END: Final = re.compile(rb"</html\s*>\s*(?:<!--.{0,500}?-->\s*)*$", re.IGNORECASE | re.DOTALL)

_ERRORS: Final[dict[str, tuple[Outcome, str]]] = {
    "DownloadTimeoutError": ("timeout", "no whole answer in time"),
    "CannotResolveHostError": ("unreachable", "no address found for the host"),
    "DownloadConnectionRefusedError": ("unreachable", "the host refused the connection"),
    "DownloadCancelledError": ("too_large", "larger than the limit; not read to its end"),
    "ResponseDataLossError": ("unreachable", "the connection broke off"),
    "UnsupportedURLSchemeError": ("http_error", "led to an address that is not http or https"),
}


def name_error(error: BaseException) -> tuple[Outcome, str]:
    """Return the outcome and the words for what the crawler raised."""
    if found := _ERRORS.get(type(error).__name__):
        return found
    causes = [error, *getattr(error, "reasons", ())]
    while error.__cause__ is not None:
        error = error.__cause__
        causes += [error, *getattr(error, "reasons", ())]
    text = " ".join(str(getattr(cause, "value", cause)) for cause in causes)
    if "SSL" in text or "certificate" in text.lower() or "TLS" in text:
        said = re.search(r"'([a-z][a-z0-9 ]{5,80})'\)", text)
        return "unreachable", f"TLS failed ({said[1] if said else 'no trust in the server'})"
    words = re.sub(r"[^ -~]+", " ", str(causes[0]) or type(causes[0]).__name__)
    return "unreachable", f"the connection failed ({words[:160]})"


def judge(request: VisitRequest, answer: Answer, body: bytes) -> tuple[Outcome, str]:
    """Return what one answer is, and why in words; no words if all is well.

    Args:
        request: What was asked for.
        answer: The last answer.
        body: Its body, unpacked.
    """
    status = answer.status
    if status == 304 and (request.etag or request.last_modified):
        return "unchanged", ""
    wall = find_wall(body, status) if request.role in PAGES and status < 500 else None
    if wall and status in (200, 401, 402, 403, 405, 429, 451):
        return "blocked", f"{status}, {wall}" if status != 200 else wall
    if 300 <= status < 400 and (place := _header(answer, "location")) is not None:
        return "http_error", f"{status} leads to {_plain(place)}; wanted http or https"
    if status != 200:
        return "http_error", f"the server answered {status}; wanted 200"
    if not body.strip():
        return "not_html", "the answer was empty"
    media = (_header(answer, "content-type") or "").split(";")[0].strip().lower()
    if request.role in PAGES and media not in _HTML and not _MARKUP.match(body[:4000]):
        return "not_html", f"found {_plain(media) or 'no HTML'}; wanted an HTML page"
    return _judge_length(answer, body)


def _judge_length(answer: Answer, body: bytes) -> tuple[Outcome, str]:
    """A page that was cut off holds fewer headlines than were shown: it counts only if whole."""
    packed = (_header(answer, "content-encoding") or "").lower()
    cut = "dataloss" in answer.flags
    if packed in ("gzip", "x-gzip") and not cut:
        cut = int.from_bytes(answer.raw[-4:], "little") != len(body) % (1 << 32)
    if not cut:
        return "ok", ""
    if _END.search(body[-4000:]):
        return "ok", "the server named a wrong length, but the page is whole"
    return "http_error", f"the page was cut off after {len(body):,} bytes; wanted all of it"


def _header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def _plain(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//", re.sub(r"[^ -~]", "?", text))[:200]
