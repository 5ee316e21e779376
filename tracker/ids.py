"""Short, lasting ids: the same parts give the same id on every machine and in every version."""

from base64 import b32encode
from hashlib import blake2b
from typing import Final

ID_BYTES: Final = 10
"""80 bits: ten million ids collide with a chance of one in twenty billion."""

LIST_BYTES: Final = 6
"""48 bits of a list's name, which only has to differ from those of the same source."""


def make_id(*parts: str) -> str:
    """Return the 16-character id of `parts`, in which ("ab", "c") differs from ("a", "bc")."""
    digest = blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=ID_BYTES)
    return b32encode(digest.digest()).decode("ascii").lower()


def hash_text(text: str, n_bytes: int) -> str:
    """Return the digest of `text` in hexadecimal digits, two for each of `n_bytes` bytes."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=n_bytes).hexdigest()


def name_id(prefix: str, founder: str) -> str:
    """Return the id of what `founder` founded: `prefix` and 16 digits, always the same ones."""
    return prefix + hash_text(founder, 8)


def hash_bytes(body: bytes) -> str:
    """Return the content hash of `body`, 32 lower-case characters."""
    return b32encode(blake2b(body, digest_size=20).digest()).decode("ascii").lower()
