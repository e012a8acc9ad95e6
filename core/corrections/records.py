"""What the corrections hand on: all spectra of one wavelength axis, of the whole experiment, and what was done."""

from dataclasses import dataclass

import numpy as np

from asplab.core.grouping.stage import Stack
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
        Variance that the mean frames (dark, background, blank) leave in ``mean``; zero where none was subtracted.
        On one axis all rows are one function of the wavelength times a factor.
    """

    wavelength_nm: FloatArray
    stacks: np.ndarray
    intensity: FloatArray
    mean: FloatArray
    variance: FloatArray
    dark_variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """What was done to the spectra of one stack. Names of files are `Record.source`; empty where there are none.

    Attributes
    ----------
    darks, backgrounds, blanks : tuple of str
        Files whose mean was subtracted.
    dark_counts, background_counts, blank_counts : ndarray, shape (n_pixels,), or None
        What was subtracted from the raw counts of the first repeat; each without the electronic offset that the one
        before took away. A background in the place of a dark holds the offset.
    dark_fit : {"exact", "other exposure", "none"}
        Whether a dark frame of its exposure was there.
    offset_guessed : bool
        True when no frame holds the electronic offset, and it was guessed from the spectrum because the counts are
        divided by a curve.
    neutral_factor, em_gain, accumulations, exposure_s, power_uw : ndarray, shape (n_repeats,)
        What the counts of each repeat were multiplied with (the first) or divided by (the others); ones where nothing
        was done.
    filters : tuple of str
        Filter curves whose transmission the counts were divided by.
    response : str
        Response curve the counts were divided by.
    inner_filter : float
        Factor for what the sample itself absorbs; 1 where nothing was done.
    absorption : str
        Absorption curve it comes from.
    left_out : tuple of str
        Saturated repeats that are not among `Stack.members` any more.
    saturated : tuple of str
        Saturated repeats that stay: all of the condition are, or leaving them out is switched off.
    replaced : ndarray of int, shape (n_replaced, 2)
        Repeat and pixel of what was replaced as cosmic rays.
    """

    darks: tuple[str, ...]
    backgrounds: tuple[str, ...]
    blanks: tuple[str, ...]
    dark_counts: FloatArray | None
    background_counts: FloatArray | None
    blank_counts: FloatArray | None
    dark_fit: str
    offset_guessed: bool
    neutral_factor: FloatArray
    em_gain: FloatArray
    accumulations: FloatArray
    exposure_s: FloatArray
    power_uw: FloatArray
    filters: tuple[str, ...]
    response: str
    inner_filter: float
    absorption: str
    left_out: tuple[str, ...]
    saturated: tuple[str, ...]
    replaced: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Corrected spectra of all stacks.

    Attributes
    ----------
    stacks : tuple of Stack
        In the order of `Gathered.stacks`, without the repeats that saturation leaves out; a condition whose repeats
        are all saturated is excluded from the fits.
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
    frame_noise : ndarray, shape (n_stacks, n_frames)
        Standard deviation, with its sign, that each mean frame (dark, background, blank) leaves in the mean of each
        stack, before curves are divided out. Stacks with entries in one column share that noise.
    neutral_od : ndarray, shape (n_stacks,)
        Optical density of the neutral filters before the detector, mean over the repeats; 0 without one.
    inner_filter : ndarray, shape (n_stacks,)
        What the emission would have to be multiplied with for the sample's own absorption, were it in a cuvette and
        not corrected for; 1 where it was corrected, or where no absorption is known.
    treatments : tuple of Treatment
        What was done to each stack.
    """

    stacks: tuple[Stack, ...]
    temperatures_k: FloatArray
    blocks: tuple[Block, ...]
    place: np.ndarray
    present: np.ndarray
    replaced_pixels: np.ndarray
    dark_group: np.ndarray
    frame_noise: FloatArray
    neutral_od: FloatArray
    inner_filter: FloatArray
    treatments: tuple[Treatment, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def frame_correlation(self) -> FloatArray:
        """Correlation of what mean frames leave in the stacks, (n_stacks, n_stacks); zero where they share none."""
        size = np.sqrt(np.sum(self.frame_noise**2, axis=1, keepdims=True))
        unit = self.frame_noise / np.where(size > 0.0, size, 1.0)
        found: FloatArray = unit @ unit.T
        return found
