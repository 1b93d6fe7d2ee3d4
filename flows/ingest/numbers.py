"""Numbers of records and of what is told of files, such that JSON can hold them."""

import math


def parse_number(printed: str) -> float | str:
    """A number; what is none, and one beyond a double's range, stays as it is written: JSON has neither."""
    number = float(printed)
    return number if math.isfinite(number) else printed
