"""Pages and headline tables out of whatever files a person has."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal

from tracker.collector.documents import MAX_BYTES, Document, Problem, find_date
from tracker.collector.warcs import Payloads, Wants, read_arc, read_warc
from tracker.errors import InputError

Form = Literal["html", "text", "warc", "arc", "table"]

SUFFIXES: Final[dict[str, Form]] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
    ".txt": "text",
    ".warc": "warc",
    ".wet": "warc",
    ".wat": "warc",
    ".arc": "arc",
    ".csv": "table",
    ".tsv": "table",
    ".parquet": "table",
    ".jsonl": "table",
    ".ndjson": "table",
}
_WORKBOOKS: Final = (".xlsx", ".xls", ".ods")
WANTED: Final = (
    "a page (.html, .txt), an archive (.warc, .wet, .arc), either also with .gz, "
    "a headline table (.csv, .tsv, .parquet, .jsonl, .json), or a folder of these"
)


@dataclass(frozen=True, slots=True)
class File:
    """One file to take in.

    Attributes:
        path: Where it is.
        form: What it holds.
    """

    path: Path
    form: Form


def list_files(path: Path) -> list[File]:
    """Return the files to take in at `path`, sorted by name; of a folder, all it holds.

    In a folder, files of other kinds are passed over, and so are studies below it, with their
    tables and reports, and `page.txt` beside `page.html`: it is the same page.

    Raises:
        InputError: If there is nothing at `path`, or nothing that can be read.
    """
    if path.is_symlink() and not path.exists():
        raise InputError(f"{path}: a link to nothing: {path.readlink()} is not there")
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; wanted {WANTED}")
    if not path.is_dir() and not path.is_file():
        raise InputError(f"{path}: found neither a file nor a folder; wanted {WANTED}")
    if path.is_file():
        if path.suffix.lower() in _WORKBOOKS:
            raise InputError(f"{path}: found a workbook; wanted its sheet saved as CSV")
        form = _form_of(path) or _sniff(path)
        if form is None:
            raise InputError(f"{path}: found neither a page nor an archive in it; wanted {WANTED}")
        return [File(path, form)]
    files = [
        File(found, form)
        for found in _walk(path)
        if not found.name.startswith(".") and (form := _form_of(found))
    ]
    pages = {_stem(file.path) for file in files if file.form == "html"}
    files = [file for file in files if file.form != "text" or _stem(file.path) not in pages]
    if not files:
        raise InputError(f"{path}: found no page, archive or table in this folder; wanted {WANTED}")
    return files


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted, but not those of a study."""
    if (folder / "tables" / "runs" / "_delta_log").is_dir():
        return
    for found in sorted(folder.iterdir()):
        if found.is_dir() and not found.is_symlink():
            yield from _walk(found)
        elif found.is_file():
            yield found


def read_documents(
    file: File, payloads: Payloads | None = None, wants: Wants | None = None
) -> Iterator[Document | Problem]:
    """Yield the pages of one file in order, and a problem in place of each that cannot be read.

    A page without a date of its own gets the date written in its name or folder, else None.

    Args:
        file: The file.
        payloads: The pages of archives read before, which records of this one may refer to.
        wants: Chooses pages by their address, which files of one page do not say; all if None.
    """
    try:
        if file.form == "warc":
            yield from read_warc(file.path, payloads, wants)
        elif file.form == "arc":
            found = read_arc(file.path)
            yield from (
                d
                for d in found
                if wants is None or isinstance(d, Problem) or (d.url is not None and wants(d.url))
            )
        else:
            yield from _read_page_file(file)
    except OSError as error:
        yield Problem(str(file.path), f"cannot be read: {error.strerror or error}")


def modified_at(path: Path) -> datetime:
    """Return when a file was last written, in aware UTC: the last resort for a capture's time."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _read_page_file(file: File) -> Iterator[Document | Problem]:
    body, trouble = _unpack(file.path)
    if trouble:
        yield Problem(str(file.path), trouble)
    if body.strip() and not _looks_like_page(body, file.form):
        yield Problem(str(file.path), f"found no {file.form} in it; wanted a page")
        return
    if not body.strip():
        if not trouble:
            yield Problem(str(file.path), "found nothing in it; wanted a page")
        return
    yield Document(
        origin=str(file.path),
        body=body,
        form="html" if file.form == "html" else "text",
        captured_at=find_date("/".join(file.path.parts[-2:])),
    )


_MARKUP: Final = re.compile(
    rb"<(?:!doctype|html|head|body|div|span|meta|link|script|title|table|ul>|ol>|li>)",
    re.IGNORECASE,
)


def _looks_like_page(body: bytes, form: str) -> bool:
    """Return whether bytes may be a page at all: markup for HTML, few controls for text."""
    start = body[:200_000]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if form == "html":
        return _MARKUP.search(start) is not None
    return not _is_binary(start)


_CONTROLS: Final = bytes({*range(32), 127} - {*b"\t\n\v\f\r"})
_MAGIC: Final = (b"PK\x03\x04", b"%PDF-", b"{\\rtf")


def _is_binary(start: bytes) -> bool:
    """Return whether one byte in twenty is a control, as in what is packed, or it is a document."""
    n_controls = len(start) - len(start.translate(None, _CONTROLS))
    return start.startswith(_MAGIC) or n_controls * 20 > len(start)


def _unpack(path: Path) -> tuple[bytes, str | None]:
    """Return what a file holds and what was wrong with it; a cut gzip file gives what is left."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
        if data[:2] != b"\x1f\x8b":
            if len(data) > MAX_BYTES:
                return b"", f"larger than {MAX_BYTES:,} bytes; not read"
            return data, None
        file.seek(0)
        return _unzip(file)


def _unzip(file: IO[bytes]) -> tuple[bytes, str | None]:
    """Unpack member by member, so that all before a break is kept."""
    parts: list[bytes] = []
    size, member, data = 0, zlib.decompressobj(31), file.read(1 << 16)
    try:
        while data:
            part = member.decompress(data, MAX_BYTES + 1 - size)
            size += len(part)
            parts.append(part)
            if size > MAX_BYTES:
                return b"", f"larger than {MAX_BYTES:,} bytes unpacked; not read"
            if member.eof:
                data = member.unused_data.lstrip(b"\0") or file.read(1 << 16)
                member = zlib.decompressobj(31) if data else member
            else:
                data = member.unconsumed_tail or file.read(1 << 16)
    except zlib.error as error:
        return b"".join(parts), f"broken gzip ({error}); read the {size:,} bytes before the break"
    if not member.eof:
        return b"".join(parts), f"cut gzip; read the {size:,} bytes before the cut"
    return b"".join(parts), None


def _suffixes(path: Path) -> list[str]:
    return [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]


def _stem(path: Path) -> Path:
    name = path.name
    while Path(name).suffix.lower() in SUFFIXES or Path(name).suffix.lower() == ".gz":
        name = Path(name).stem
    return path.with_name(name)


def _form_of(path: Path) -> Form | None:
    suffixes = _suffixes(path)
    if ".warc" in suffixes:  # also .warc.wet and .warc.wat
        return "warc"
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _sniff(path: Path) -> Form | None:
    """Return what a file with a strange name holds, by its first bytes."""
    try:
        with path.open("rb") as raw:
            start = raw.read(4096)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                start = packed.read(4096)
    except (OSError, EOFError, zlib.error):
        return None
    head = start.lstrip()[:512].lower()
    if start.startswith(b"WARC/"):
        return "warc"
    if start.startswith(b"filedesc://"):
        return "arc"
    # Of a folder no .json is taken: what lies beside saved pages is seldom a headline table.
    if start.startswith(b"PAR1") or (_suffixes(path)[-1:] == [".json"] and head[:1] in b"[{"):
        return "table"
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<html" in head:
        return "html"
    if head and b"\0" not in start and not _is_binary(start):
        return "text"
    return None
