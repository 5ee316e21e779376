"""Where a WARC file is broken or cut, and where reading can go on."""

import gzip
import zlib
from typing import IO


def find_next(file: IO[bytes], marker: bytes, start: int) -> int | None:
    """Return where the next record may begin, reading the file in pieces."""
    piece, overlap = 1 << 20, len(marker) - 1
    while True:
        file.seek(start)
        data = file.read(piece)
        place = data.find(marker)
        if place >= 0:
            return start + place
        if len(data) < piece:
            return None
        start += len(data) - overlap


def ends_whole(file: IO[bytes]) -> bool:
    """Return whether a file that is not packed ends as a record does, with empty lines."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 2))
    return file.read(2) in (b"", b"\r\n", b"\n\n")


def is_cut(file: IO[bytes], last: int) -> bool:
    """Return whether a gzip file ends inside a member, which its readers pass over in silence.

    Only what begins at `last`, the last record seen, is unpacked again, and at most 64 MB of it.
    """
    file.seek(last)
    try:
        with gzip.GzipFile(fileobj=file) as members:
            for _ in range(64):
                if not members.read(1 << 20):
                    break
    except EOFError:
        return True
    except (OSError, zlib.error):
        return False
    return False
