"""Arrange stacks in rectangular arrays: one row per temperature, Stokes columns before anti-Stokes ones."""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.grouping.samples import is_same_sample


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each stack stands in arrays of shape (n_temperatures, n_columns).

    Attributes
    ----------
    index : ndarray of int, shape (n_temperatures, n_columns)
        Stack at each place; padded places repeat stack 0 and are not ``valid``.
    valid : ndarray of bool, shape (n_temperatures, n_columns)
    n_stokes : int
        The first ``n_stokes`` columns are Stokes excitations.
    fitted : ndarray of bool, shape (n_temperatures, n_columns)
        Valid and not excluded by the user.
    keys : tuple of tuple of str
        Name of the stack at each place, empty where there is none.
    labels : tuple of tuple of str
        What people call it.
    samples : tuple of tuple of str
        Name of its sample, empty where none is told.
    """

    index: np.ndarray
    valid: np.ndarray
    n_stokes: int
    fitted: np.ndarray
    keys: tuple[tuple[str, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    samples: tuple[tuple[str, ...], ...]

    def of_sample(self, temperature: int, sample: str) -> np.ndarray:
        """Return which places of a temperature are of a sample, (n_columns,); of any where a name is not told."""
        names = np.array([is_same_sample(sample, name) for name in self.samples[temperature]], dtype=bool)
        return np.asarray(self.valid[temperature] & names)

    def is_other_sample(self, temperature: int, sample: str) -> bool:
        """Return whether all spectra of a temperature are of another sample."""
        return bool(self.valid[temperature].any() and not self.of_sample(temperature, sample).any())

    def sample_names(self, temperature: int) -> str:
        """Return the samples of a temperature as a message names them."""
        return ", ".join(repr(name) for name in sorted({name for name in self.samples[temperature] if name}))


def arrange(corrected: Corrected) -> Layout:
    """Lay the stacks out by temperature and side, in the order of `Corrected.stacks`."""
    n_temperatures = len(corrected.temperatures_k)
    sides = [
        [
            [k for k, s in enumerate(corrected.stacks) if s.temperature == t and s.kind == kind]
            for t in range(n_temperatures)
        ]
        for kind in ("pl", "aspl")
    ]
    widths = [max((len(row) for row in rows), default=0) for rows in sides]
    index = np.zeros((n_temperatures, sum(widths)), dtype=int)
    valid = np.zeros(index.shape, dtype=bool)
    for start, rows in zip((0, widths[0]), sides, strict=True):
        for t, row in enumerate(rows):
            index[t, start : start + len(row)] = row
            valid[t, start : start + len(row)] = True
    excluded = np.array([stack.excluded is not None for stack in corrected.stacks], dtype=bool)
    fitted = valid & ~excluded[index] if excluded.size else valid
    stacks = [
        [corrected.stacks[k] if ok else None for k, ok in zip(row, there, strict=True)]
        for row, there in zip(index, valid, strict=True)
    ]
    keys = tuple(tuple(stack.key if stack is not None else "" for stack in row) for row in stacks)
    labels = tuple(tuple(stack.label if stack is not None else "" for stack in row) for row in stacks)
    samples = tuple(tuple(stack.sample if stack is not None else "" for stack in row) for row in stacks)
    return Layout(index, valid, widths[0], fitted, keys, labels, samples)
