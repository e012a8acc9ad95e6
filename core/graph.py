"""Run pure stages wired by their type hints, and only those whose inputs have changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import fields
from functools import lru_cache
from operator import is_
from time import thread_time
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

import numpy as np

from asplab.core.errors import AsplabError

T = TypeVar("T")
Stage = Callable[..., Any]
Wiring = Mapping[Any, tuple[Stage, tuple[Any, ...]]]
"""By what it makes: a stage, and the types that it needs."""


class MissingInput(AsplabError):
    """A stage needs a value that nobody supplied and no stage makes."""


# Every analysis has the same few sets of stages, and reading the hints of one takes most of a millisecond.
@lru_cache(maxsize=8)
def _wired(stages: tuple[Stage, ...]) -> tuple[Wiring, Mapping[Any, frozenset[Any]]]:
    """Return the stages by what they make, and the types that each product follows from."""
    wiring: dict[Any, tuple[Stage, tuple[Any, ...]]] = {}
    for stage in stages:
        hints = get_type_hints(stage)
        made = hints.pop("return")
        wiring[made] = (stage, tuple(hints.values()))
    return MappingProxyType(wiring), MappingProxyType({made: _everything_before(made, wiring) for made in wiring})


def _everything_before(made: Any, wiring: Wiring) -> frozenset[Any]:
    """Return the types that a product follows from, at any distance."""
    found: set[Any] = set()
    left = [made]
    while left:
        needs = wiring[left.pop()][1]
        left += [need for need in needs if need in wiring and need not in found]
        found.update(needs)
    return frozenset(found)


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
        self._stages, self._upstream = _wired(tuple(stages))
        self._inputs: dict[Any, Any] = {}
        self._current: dict[Any, Any] = {}
        # Shared with all forks: an entry is used only where its very arguments are asked for again.
        self._memo: dict[Any, tuple[tuple[Any, ...], Any]] = {}
        self._seconds: dict[Any, float] = {}
        self._plans: dict[Any, tuple[Any, ...]] = {}

    def fork(self) -> "Graph":
        """Return a graph with the same inputs that may be used in another thread at the same time.

        What one of them makes, the other need not make again; the inputs of each are its own.
        """
        other = copy(self)
        other._inputs, other._current, other._plans = dict(self._inputs), dict(self._current), dict(self._plans)
        return other

    def put(self, *values: object) -> "Graph":
        """Supply inputs under their own types; an equal value already there is kept."""
        changed = set()
        for value in values:
            kind = type(value)
            if kind not in self._inputs:
                self._plans.clear()
            elif self._inputs[kind] is value or self._inputs[kind] == value:
                continue
            self._inputs[kind] = value
            changed.add(kind)
        if changed:
            self._current = {
                made: product for made, product in self._current.items() if changed.isdisjoint(self._upstream[made])
            }
        return self

    def provides(self, wanted: type) -> bool:
        """Return whether a stage makes ``wanted``."""
        return wanted in self._stages

    def get(self, wanted: type[T], *, before: Callable[[], None] | None = None) -> T:
        """Return the value of type ``wanted``, running stale stages on the way.

        ``before`` is called before each stage that runs; what it raises ends the work, and what is made is kept.
        A failing stage raises its own error each time it is asked for with unchanged inputs.

        Raises
        ------
        MissingInput
            When neither an input nor a stage provides a type; the message names the path that needs it.
        """
        if wanted in self._inputs:
            return self._inputs[wanted]  # type: ignore[no-any-return]
        product: Any = None
        for made in self._planned(wanted):
            product = self._current[made] if made in self._current else self._refresh(made, before)
            if isinstance(product, AsplabError):
                raise product
        return product  # type: ignore[no-any-return]

    def stale(self, *wanted: type) -> dict[type, float]:
        """Return what may have to be made for these types, and the seconds that each took; 0 where not known yet."""
        needed: set[Any] = set()
        for kind in wanted:
            # What lacks an input costs nothing; get() tells what is missing.
            with suppress(MissingInput):
                needed.update(() if kind in self._inputs else self._planned(kind))
        return {made: self._seconds.get(made, 0.0) for made in needed if made not in self._current}

    def _planned(self, wanted: type) -> tuple[Any, ...]:
        if wanted not in self._plans:
            order: dict[Any, None] = {}
            self._plan(wanted, (), order)
            self._plans[wanted] = tuple(order)
        return self._plans[wanted]

    def _plan(self, wanted: Any, path: tuple[str, ...], order: dict[Any, None]) -> None:
        """Add the products that lead to ``wanted`` to ``order``, each after what it needs."""
        if wanted in self._inputs or wanted in order:
            return
        if wanted not in self._stages:
            trail = " needed by ".join([getattr(wanted, "__name__", str(wanted)), *reversed(path)])
            raise MissingInput(f"nothing provides {trail}; put() a value of that type first.")
        stage, needs = self._stages[wanted]
        for need in needs:
            self._plan(need, (*path, stage.__name__), order)
        order[wanted] = None

    def _refresh(self, made: Any, before: Callable[[], None] | None) -> Any:
        """Return a product, or the error of its stage, which runs where its arguments have changed."""
        stage, needs = self._stages[made]
        arguments = tuple([self._inputs[need] if need in self._inputs else self._current[need] for need in needs])
        cached = self._memo.get(made)
        if cached is None or not all(map(is_, cached[0], arguments)):
            if before is not None:
                before()
            cached = (arguments, self._run(made, stage, arguments, cached))
            self._memo[made] = cached
        self._current[made] = cached[1]
        return cached[1]

    def _run(self, made: Any, stage: Stage, arguments: tuple[Any, ...], cached: tuple[Any, Any] | None) -> Any:
        start = thread_time()
        product: Any
        try:
            product = stage(*arguments)
        except AsplabError as error:
            product = error
        # The shortest time tells: the first run also loads modules. Waiting for others does not count.
        self._seconds[made] = min(thread_time() - start, self._seconds.get(made, np.inf))
        if cached is not None and made in self._settling and _is_equal(cached[1], product):
            return cached[1]
        return product


def _is_equal(old: Any, new: Any) -> bool:
    """Compare two products field by field, arrays by their values."""
    if type(old) is not type(new) or isinstance(new, AsplabError):
        return False
    for name in (field.name for field in fields(new)):
        a, b = getattr(old, name), getattr(new, name)
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            if not np.array_equal(a, b, equal_nan=True):
                return False
        # Against None an array compares element by element.
        elif isinstance(a, np.ndarray) or isinstance(b, np.ndarray) or a != b:
            return False
    return True
