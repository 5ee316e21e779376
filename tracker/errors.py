"""Every exception the tracker raises on purpose.

TrackerError
├── InputError      a file or folder the user named cannot be used (names the file, got, wanted)
├── ConfigError     tracker.toml says something that cannot be
├── TableError      a frame does not have the columns, types or key of its table
├── StoreError      the study on disk cannot be opened or written
├── EncoderError    no usable sentence encoder, or its weights are not the expected ones
└── SubjectError    no theme or topic of that name

Failed fetches and unreadable pages are not exceptions: they are outcomes in tables.
"""


class TrackerError(Exception):
    """Anything the tracker raises on purpose; the CLI prints it as one line and exits with 1."""


class InputError(TrackerError):
    """A file or folder cannot be used.

    The message names the file, what was found and what was wanted.
    """


class ConfigError(TrackerError):
    """The configuration says something that cannot be; names the key, got and wanted."""


class TableError(TrackerError):
    """A frame does not fit its table; names the table, the columns found and those wanted."""


class StoreError(TrackerError):
    """The study on disk cannot be opened, read or written."""


class EncoderError(TrackerError):
    """A sentence encoder is missing, or its weights are not the expected ones."""


class SubjectError(TrackerError):
    """No theme or topic has that name."""
