"""Compiling kernels: the one door to numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*signatures: str) -> Callable[[Kernel], Kernel]:
    """Compile a function of arrays and scalars for fixed signatures.

    Kernels release the interpreter's lock, are kept on disk from one start to the next, and run as plain Python
    where NUMBA_DISABLE_JIT is set. numba sees no change of a kernel that is called from another file: after one,
    remove the `__pycache__` folders.
    """
    given: Any = signatures[0] if len(signatures) == 1 else list(signatures)

    def decorate(function: Kernel) -> Kernel:
        try:
            return cast(Kernel, numba.njit(given, cache=True, nogil=True)(function))
        except RuntimeError:
            # No folder that can be written to: compile at every start.
            return cast(Kernel, numba.njit(given, nogil=True)(function))

    return decorate
