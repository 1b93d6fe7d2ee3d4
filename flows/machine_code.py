"""Compiling: a function of numbers and arrays becomes machine code at its first call."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function as machine code, which is kept beside its module, or else in the user's own cache.

    Where neither can be written, as in a read-only installation for a user without a home, each process compiles anew.
    Numba's cache knows that code is out of date by its own file only: what is compiled calls nothing of other modules.
    """
    try:
        machine_code: Any = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba's way to say that it finds no folder to write
        machine_code = njit(nogil=True)(function)
    return cast(F, machine_code)
