"""What results are compared with: the state before the latest change, or one that the user has pinned."""

from dataclasses import dataclass

import numpy as np

from asplab.core.pipeline import Results
from asplab.gui.words.reading import temperatures_of

_SAME_K = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Earlier results, and whether the user wants them to stay.

    Attributes
    ----------
    results : Results
    is_pinned : bool
        False for those before the latest change, which go by themselves.
    """

    results: Results
    is_pinned: bool = False

    def temperature(self, temperature_k: float) -> int | None:
        """Return the place of a temperature in these results, None where they have none within 2 K."""
        known = temperatures_of(self.results)
        if not known.size:
            return None
        nearest = int(np.argmin(np.abs(known - temperature_k)))
        return nearest if abs(float(known[nearest]) - temperature_k) <= _SAME_K else None


class References:
    """Keeps the pinned reference and the one before a change; the pinned one comes first."""

    def __init__(self) -> None:
        self._pinned: Reference | None = None
        self._before: Reference | None = None

    @property
    def shown(self) -> Reference | None:
        """What results are compared with now."""
        return self._pinned or self._before

    @property
    def is_pinned(self) -> bool:
        """Whether the user has pinned a reference."""
        return self._pinned is not None

    def pin(self, results: Results) -> None:
        """Compare with these results from now on."""
        self._pinned, self._before = Reference(results, is_pinned=True), None

    def unpin(self) -> None:
        """Compare with the state before a change again."""
        self._pinned = None

    def begin(self, before: Results) -> None:
        """Compare with the state before a change; the first of several changes in a row counts."""
        if self._before is None:
            self._before = Reference(before)

    def end(self) -> None:
        """Forget the state before the change."""
        self._before = None

    def forget(self) -> None:
        """Forget everything: the document is another one."""
        self._pinned = self._before = None
