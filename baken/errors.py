"""Every error that baken raises on purpose; the command line prints each as one line."""


class BakenError(Exception):
    """Something went wrong that a person can act on.

    The message is one line that says what is wrong and what to do next.
    """

    exit_code = 1


class ConfigError(BakenError):
    """The configuration cannot be used: a misspelt key, a wrong type, a missing file."""

    exit_code = 2


class UsageError(BakenError):
    """The command was called with arguments that do not fit its input."""

    exit_code = 2


class OrderError(BakenError):
    """No order covers this collection: none exists, it has not begun, or it has ended."""


class SchemaError(BakenError):
    """A table does not have the columns that its schema declares."""


class InputError(BakenError):
    """A file or feed as a whole cannot be read; single bad records go to quarantine instead."""


class CollectError(BakenError):
    """A crawl could not be carried out as a whole."""


class StoreError(BakenError):
    """A store cannot be opened, read or written: no space, no permission, no server."""


class ModelError(BakenError):
    """A language model is missing, or is not the one that was pinned."""


class UnknownPlugin(ConfigError):
    """A name in the configuration is not a registered plug-in."""


class MissingExtra(ConfigError):
    """An optional library is not installed; the message holds the install command."""


class LockHeld(BakenError):
    """Another run is writing to this project."""
