"""What went wrong, in a sentence that says what to do."""

import errno
import json
from typing import Any, Final

import cyclopts
import duckdb
import pydantic

from flows.settings import Settings
from warehouse.connect import UsageError
from warehouse.land import SnapshotKey

ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run again; what readers see is whole, as it was before",
    errno.EDQUOT: "your share of the disk is used up: free some space and run again; what readers see is as it was",
    errno.EACCES: "you may not read or write this: ask its owner, or name another folder",
    errno.EPERM: "you may not do this: ask its owner, or name another folder",
    errno.EROFS: "this is on a disk that cannot be written: name another folder",
    errno.ENOENT: "there is no such folder or file: look whether it is spelled as you meant it",
    errno.ENOTDIR: "a file is where a folder must be: name another folder",
    errno.EISDIR: "this is a folder: name a file in it",
    errno.ENAMETOOLONG: "this name is too long: give a shorter one",
    errno.EMFILE: "too many files are open: `ulimit -n 65536` allows more",
}
"""By error of the system."""
KINDS: Final[dict[Any, str]] = {
    int: "a whole number",
    float: "a number",
    SnapshotKey | None: "the number of a snapshot, or a day as in 2026-10-31",
}
"""By type of an option, what it takes."""


def write_error(error: Exception) -> str:
    """What went wrong, and what to do about it where that is always the same."""
    advice = ADVICE.get(error.errno or 0) if isinstance(error, OSError) else None
    if advice is None:
        return str(error) or type(error).__name__
    where = getattr(error, "filename", None)
    return f"{where}: {advice}" if where else advice


def explain(error: Exception) -> str:
    """The error in a line, with what it came from; by its class where it is a mistake in the program."""
    told = write_error(error)
    if not is_expected(error):
        told = f"a mistake in the program ({type(error).__name__}: {told})"
    return "; ".join([told, *getattr(error, "__notes__", [])])


def is_expected(error: Exception) -> bool:
    """Whether an error says what is wrong with what was given, and not with the program."""
    mistakes = (KeyError, IndexError, UnicodeError, json.JSONDecodeError)
    if isinstance(error, mistakes):
        return False
    return isinstance(error, LookupError | ValueError | OSError | duckdb.Error | UsageError)


def write_usage_error(error: Exception) -> str:
    """What was asked for wrongly: the option, what it was given, and what it takes."""
    if isinstance(error, cyclopts.UnusedCliTokensError):
        hint = (
            " (a query is one argument: put it in quotes)" if {"sql", "search"} & {*(error.command_chain or ())} else ""
        )
        return f"too many arguments: {' '.join(error.unused_tokens or ())}{hint}"
    if isinstance(error, cyclopts.CoercionError) and error.argument and error.token and error.target_type in KINDS:
        return f"{error.argument.name} is {error.token.value!r}: give {KINDS[error.target_type]}"
    cause = error.__cause__ if isinstance(error.__cause__, pydantic.ValidationError) else error
    if not isinstance(cause, pydantic.ValidationError):
        return str(error)
    told = []
    for mistake in cause.errors(include_url=False):
        name = str(mistake["loc"][0]) if mistake["loc"] else ""
        option = f"--{name.replace('_', '-')}, or CORPUS_{name.upper()},"
        description = Settings.model_fields[name].description if name in Settings.model_fields else ""
        reason = mistake["msg"].removeprefix("Value error, ")  # what pydantic puts before a message of ours
        told.append(f"{option} is {mistake['input']!r}: {reason}. {description}".strip())
    return "; ".join(told)
