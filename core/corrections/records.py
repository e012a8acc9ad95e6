"""What the corrections hand on: all spectra of one wavelength axis, and of the whole experiment."""

from dataclasses import dataclass

import numpy as np

from asplab.core.grouping import Stack
from asplab.core.problems import Problem
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """All stacks that share one wavelength axis.

    Attributes
    ----------
    wavelength_nm : ndarray, shape (n_pixels,)
    stacks : ndarray of int, shape (n_stacks,)
        Indices into `Corrected.stacks`.
    intensity : ndarray, shape (n_stacks, n_pixels, n_repeats)
        Corrected spectra; repeats that a stack does not have are zero.
    mean : ndarray, shape (n_stacks, n_pixels)
        Mean over the repeats.
    variance : ndarray, shape (n_stacks, n_pixels)
        Additive (detection) noise variance of one repeat, drift of the band as a whole removed.
    dark_variance : ndarray, shape (n_stacks, n_pixels)
        Variance of the mean dark frame in the units of ``intensity``; zero where none was subtracted.
    """

    wavelength_nm: FloatArray
    stacks: np.ndarray
    intensity: FloatArray
    mean: FloatArray
    variance: FloatArray
    dark_variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Corrected spectra of all stacks.

    Attributes
    ----------
    stacks : tuple of Stack
    temperatures_k : ndarray, shape (n_temperatures,)
    blocks : tuple of Block
        One per wavelength axis.
    place : ndarray of int, shape (n_stacks, 2)
        Block and row of each stack.
    present : ndarray of bool, shape (n_stacks, n_repeats)
        Which repeats exist, in the order of `Stack.members`.
    replaced_pixels : ndarray of int, shape (n_stacks,)
        Pixels replaced as cosmic rays.
    dark_group : ndarray of int, shape (n_stacks,)
        Stacks with the same number share one mean dark frame; -1 where none was subtracted.
    """

    stacks: tuple[Stack, ...]
    temperatures_k: FloatArray
    blocks: tuple[Block, ...]
    place: np.ndarray
    present: np.ndarray
    replaced_pixels: np.ndarray
    dark_group: np.ndarray
    problems: tuple[Problem, ...] = ()
