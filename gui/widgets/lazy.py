"""Tooltips that are written only when somebody looks at them."""

from collections.abc import Callable, Sequence
from typing import overload


class LazyTips(Sequence[str]):
    """As many texts as there are points, each made by ``write(index)`` when it is asked for."""

    def __init__(self, count: int, write: Callable[[int], str]) -> None:
        self._count, self._write = count, write

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._write(place) for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._write(index % self._count)
