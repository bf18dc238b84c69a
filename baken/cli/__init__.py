"""The command line: parses options, calls the pipeline, prints tables or JSON.

Tables and JSON go to stdout, logs to stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 done but
something needs a person.
"""

from baken.cli.app import main

__all__ = ["main"]
