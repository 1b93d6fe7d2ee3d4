"""Counts in words, as people read them."""


def count_of(number: int, one: str, several: str | None = None) -> str:
    """So many of a thing: '1 file', '2,000 files'; `several` where that is not `one` with an s."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
