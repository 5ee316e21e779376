"""Delta tables on this machine, whatever the folders they lie in are called."""

from typing import Any
from urllib.parse import unquote

from deltalake import DeltaTable


class LocalTable(DeltaTable):
    """A table whose files are named as they are on the disk.

    deltalake names them as in an address, where a space or a letter beyond ASCII is spelt with
    percent signs; polars opens them by these names and finds none of them.
    """

    @property
    def table_uri(self) -> str:
        """Return the table's place."""
        return unquote(super().table_uri)

    def file_uris(self, *args: Any, **options: Any) -> list[str]:
        """Return the places of the table's files."""
        return [unquote(uri) for uri in super().file_uris(*args, **options)]
