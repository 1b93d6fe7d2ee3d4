"""How deep records and what is told of files may be nested, such that whatever is read can be written."""

from typing import Any, Final

MOST_NESTED: Final = 500
"""Lists and objects in one another. Python's readers stop at some more, its writers earlier than its readers."""


def is_nested_too_deep(value: Any) -> bool:
    """Whether there are more than MOST_NESTED lists and objects in one another."""
    level = [value]
    for _ in range(MOST_NESTED + 1):
        level = [
            part
            for each in level
            if isinstance(each, list | dict)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
