"""Run pure stages wired by their type hints, and only those whose inputs have changed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

import numpy as np

from asplab.core.errors import AsplabError

T = TypeVar("T")
Stage = Callable[..., Any]


class MissingInput(AsplabError):
    """A stage needs a value that nobody supplied and no stage makes."""


class Graph:
    """Hold values by type; compute a missing one with the stage that returns its type.

    Inputs compare by value where they define equality (settings) and by identity where they hold arrays, so
    putting equal settings again leaves every product in place.

    Parameters
    ----------
    stages : sequence of callables
        Each with annotated parameters and return type; at most one stage per returned type.
    settling : collection of types, optional
        Small products that are compared with what they were: one that comes out equal is kept, so that what
        follows from it does not run again.
    """

    def __init__(self, stages: Sequence[Stage], *, settling: Collection[type] = ()) -> None:
        self._settling = frozenset(settling)
        self._stages: dict[Any, tuple[Stage, tuple[Any, ...]]] = {}
        for stage in stages:
            hints = get_type_hints(stage)
            made = hints.pop("return")
            self._stages[made] = (stage, tuple(hints.values()))
        self._inputs: dict[Any, Any] = {}
        self._products: dict[Any, tuple[tuple[Any, ...], Any]] = {}
        self._checked: set[Any] = set()

    def put(self, *values: object) -> "Graph":
        """Supply inputs under their own types; an equal value already there is kept."""
        for value in values:
            kind = type(value)
            if kind not in self._inputs or self._inputs[kind] != value:
                self._inputs[kind] = value
                self._checked.clear()
        return self

    def provides(self, wanted: type) -> bool:
        """Return whether a stage makes ``wanted``."""
        return wanted in self._stages

    def get(self, wanted: type[T]) -> T:
        """Return the value of type ``wanted``, running stale stages on the way.

        A failing stage raises its own error each time it is asked for with unchanged inputs.

        Raises
        ------
        MissingInput
            When neither an input nor a stage provides a type; the message names the path that needs it.
        """
        value: T = self._resolve(wanted, ())
        return value

    def _resolve(self, wanted: Any, path: tuple[str, ...]) -> Any:
        if wanted in self._inputs:
            return self._inputs[wanted]
        if wanted not in self._stages:
            trail = " needed by ".join([getattr(wanted, "__name__", str(wanted)), *reversed(path)])
            raise MissingInput(f"nothing provides {trail}; put() a value of that type first.")
        if wanted in self._checked:
            return self._outcome(self._products[wanted][1])
        stage, needs = self._stages[wanted]
        arguments = tuple(self._resolve(need, (*path, stage.__name__)) for need in needs)
        cached = self._products.get(wanted)
        if cached is not None and all(old is new for old, new in zip(cached[0], arguments, strict=True)):
            self._checked.add(wanted)
            return self._outcome(cached[1])
        product: Any
        try:
            product = stage(*arguments)
        except AsplabError as error:
            product = error
        if cached is not None and wanted in self._settling and _is_equal(cached[1], product):
            product = cached[1]
        self._products[wanted] = (arguments, product)
        self._checked.add(wanted)
        return self._outcome(product)

    @staticmethod
    def _outcome(product: Any) -> Any:
        if isinstance(product, AsplabError):
            raise product
        return product


def _is_equal(old: Any, new: Any) -> bool:
    """Compare two products field by field, arrays by their values."""
    if type(old) is not type(new) or isinstance(new, AsplabError):
        return False
    for name in (field.name for field in fields(new)):
        a, b = getattr(old, name), getattr(new, name)
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b, equal_nan=True):
                return False
        elif a != b:
            return False
    return True
