"""What came back, in one word of `tables.CAPTURE_OUTCOMES` and a sentence."""

import re
import zlib
from typing import Final

from tracker.collector.crawls.tracks import Answer
from tracker.collector.crawls.visits import PAGES, VisitRequest
from tracker.collector.crawls.walls import find_wall
from tracker.tables import Outcome

_WALLED: Final = (200, 401, 402, 403, 405, 429, 451, 503)
"""The statuses that walls come with."""
_HTML: Final = ("text/html", "application/xhtml+xml")
# Comments are atomic: each could else end at the end of any later one, in all combinations.
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|(?><!--.{0,2000}?-->))*<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_END: Final = re.compile(rb"</html\s*>(?:\s|(?><!--.{0,500}?-->))*$", re.IGNORECASE | re.DOTALL)

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
    causes = _causes(error)
    names = {type(cause).__name__ for cause in causes}
    if "VerificationError" in names:
        return "unreachable", "TLS failed (the certificate is for another host)"
    if names & {"Error", "SSLError"}:
        said = re.search(r"'([a-z][a-z0-9 ]{5,80})'\)", " ".join(map(str, causes)))
        return "unreachable", f"TLS failed ({said[1] if said else 'no reason given'})"
    if "ParseError" in names:
        return "unreachable", "the connection gave an answer that is not HTTP"
    if names & {"ConnectionDone", "ConnectionLost", "ResponseNeverReceived"}:
        return "unreachable", "the connection was closed without an answer"
    words = re.sub(r"[^ -~]+", " ", str(error)) or type(error).__name__
    return "unreachable", f"the connection failed ({words[:160]})"


def name_failure(answer: Answer) -> tuple[Outcome, str]:
    """Return the outcome and the words for an answer that came but could not be used."""
    if 300 <= answer.status < 400:
        place = _plain(_header(answer, "location") or "nowhere")
        return "http_error", f"{answer.status} leads to {place}; wanted http or https"
    coding = _plain(_header(answer, "content-encoding") or "no coding")
    return "http_error", f"the body cannot be unpacked (said to be {coding})"


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error with everything that it says led to it."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < 50:
        one = waiting.pop()
        one = getattr(one, "value", one)
        if isinstance(one, BaseException):
            found.append(one)
            waiting += [*getattr(one, "reasons", ()), *([one.__cause__] if one.__cause__ else ())]
    return found


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
    wall = find_wall(body) if body and request.role in PAGES and status in _WALLED else None
    if wall:
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
        cut = not _ends_whole(answer.raw)
    if not cut:
        return "ok", ""
    if _END.search(body[-4000:]):
        return "ok", "the server named a wrong length, but the page is whole"
    return "http_error", f"the page was cut off after {len(body):,} bytes; wanted all of it"


def _ends_whole(packed: bytes) -> bool:
    """Return whether gzip data ends where a member ends."""
    start = 0
    while packed.startswith(b"\x1f\x8b", start):
        member = zlib.decompressobj(31)
        while not member.eof:
            # In small pieces, as what a member leaves is copied, and there may be a million.
            piece = packed[start : start + 4096]
            if not piece:
                return False
            try:
                member.decompress(piece)
            except zlib.error:
                return False
            start += len(piece) - len(member.unused_data)
    return True


def _header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def _plain(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//", re.sub(r"[^ -~]", "?", text))[:200]
