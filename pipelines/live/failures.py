"""A live source that can't be asked."""

from __future__ import annotations


class LiveFailure(Exception):
    """What a live source said against being asked, in plain words without secrets.

    `is_passing`: it may go well at the next try. `wait_seconds`: not before that.
    """

    def __init__(self, what: str, *, is_passing: bool = False, wait_seconds: float | None = None) -> None:
        self.what = what
        self.is_passing = is_passing
        self.wait_seconds = wait_seconds
        super().__init__(what)
