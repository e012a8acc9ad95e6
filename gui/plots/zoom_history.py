"""The views that a plot has had, to go back and forward through."""

from collections.abc import Callable
from time import monotonic

View = tuple[tuple[float, float], tuple[float, float]]
"""Visible ranges in x and y."""
_PAUSE_S = 0.5
_MOST = 50


class ZoomHistory:
    """Views in the order in which they were reached; None stands for "all data".

    What follows within half a second, as the notches of a wheel or the moves of a drag do, is one view.

    Parameters
    ----------
    clock : callable
        Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._views: list[View | None] = [None]
        self._at = 0
        self._clock, self._reached = clock, float("-inf")

    @property
    def current(self) -> View | None:
        """The view that was reached last."""
        return self._views[self._at]

    def visit(self, view: View | None) -> None:
        """Note that a view was reached."""
        now = self._clock()
        is_same_gesture = now - self._reached < _PAUSE_S
        self._reached = now
        if view == self.current:
            return
        del self._views[self._at + 1 :]
        if is_same_gesture and view is not None and self.current is not None:
            self._views[self._at] = view
            return
        self._views.append(view)
        del self._views[:-_MOST]
        self._at = len(self._views) - 1

    def can_step(self, by: int) -> bool:
        """Return whether there is a view before (−1) or after (1) the present one."""
        return 0 <= self._at + by < len(self._views)

    def step(self, by: int) -> View | None:
        """Go to the view before or after; the caller has asked :meth:`can_step`."""
        self._at += by
        # The next zoom begins a view of its own, however soon it follows.
        self._reached = float("-inf")
        return self.current
