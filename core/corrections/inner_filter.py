"""What the sample itself absorbs of pump and emission on their way: the inner filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.corrections.records import Block
from asplab.core.corrections.transmitted import transmitted_nm
from asplab.core.experiment import Curve, Experiment
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings, TransmissionSettings
from asplab.core.units import FloatArray

_NOTICED = 0.2
"""Optical density of the sample at a Stokes excitation above which it is told."""
_TOO_DENSE = 1.0
_BEYOND_NM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class InnerFilter:
    """Factors (n_stacks,) that make up for the sample's own absorption, and the curve of each, "" without one.

    ``possible`` holds the factors that a cuvette would ask for, whether they are used or not; 1 where no curve tells.
    """

    factor: FloatArray
    sources: tuple[str, ...]
    possible: FloatArray

    def of(self, k: int) -> dict[str, Any]:
        """Return what a treatment says of it."""
        return {"inner_filter": float(self.factor[k]), "absorption": self.sources[k]}


@dataclass(frozen=True, slots=True)
class _Dense:
    """Optical densities of one stack: at its excitation, and averaged over the band of its temperature."""

    stack: int
    at_excitation: float
    at_emission: float
    source: str

    @property
    def factor(self) -> float:
        return float(10.0 ** (0.5 * (self.at_excitation + self.at_emission)))


def inner_filter(
    gathered: Gathered, blocks: Sequence[Block], settings: CorrectionSettings, problems: list[Problem]
) -> InnerFilter:
    """Return the factor of each stack, 10^((A_ex + A_em)/2), or ones where it is switched off.

    A right-angle cuvette is lit and seen through half of its width on both ways [Lakowicz 2006, Eq. 2.6]: A_ex is
    the optical density of that width at the excitation, A_em the same averaged over the emitted photons. What is
    absorbed and emitted again is not in it.
    """
    n = len(gathered.stacks)
    curves = cuvette_curves(gathered.experiment)
    if not curves:
        if settings.inner_filter != "none":
            problems.append(_without_curve(gathered.experiment.name))
        return InnerFilter(np.ones(n), ("",) * n, np.ones(n))
    found = _densities(gathered, blocks, curves)
    problems.extend(_problems(gathered.stacks, found, settings))
    possible = np.ones(n)
    possible[[dense.stack for dense in found]] = [dense.factor for dense in found]
    if settings.inner_filter == "none" or len(found) < n:
        return InnerFilter(np.ones(n), ("",) * n, possible)
    return InnerFilter(possible, tuple(dense.source for dense in found), possible)


def cuvette_curves(experiment: Experiment) -> list[Curve]:
    """Return the absorption curves that an inner filter can follow from: not those of a film, which has no cuvette."""
    return [curve for curve in experiment.curves if curve.kind == "absorption" and curve.condition.medium != "film"]


def _densities(gathered: Gathered, blocks: Sequence[Block], curves: Sequence[Curve]) -> list[_Dense]:
    """Return the optical densities of the stacks whose excitation and band the curves cover."""
    found = []
    bands = [_band(gathered.stacks, blocks, t) for t in range(len(gathered.temperatures_k))]
    for k, stack in enumerate(gathered.stacks):
        curve, band = _nearest(curves, stack.temperature_k), bands[stack.temperature]
        if band is None or not _covers(curve, np.array([stack.excitation_nm])) or not _covers(curve, band[0]):
            continue
        at_excitation = float(np.interp(stack.excitation_nm, curve.wavelength_nm, curve.values))
        at_emission = float(np.average(np.interp(band[0], curve.wavelength_nm, curve.values), weights=band[1]))
        found.append(_Dense(k, at_excitation, at_emission, curve.source))
    return found


def _nearest(curves: Sequence[Curve], temperature_k: float) -> Curve:
    """Return the curve of the nearest temperature; one without a temperature where there is no other."""

    def distance(curve: Curve) -> float:
        own = curve.condition.temperature_k
        return np.inf if own is None else abs(own - temperature_k)

    return min(curves, key=distance)


def _covers(curve: Curve, wavelength_nm: FloatArray) -> bool:
    low, high = curve.wavelength_nm[0] - _BEYOND_NM, curve.wavelength_nm[-1] + _BEYOND_NM
    return bool(wavelength_nm[0] >= low and wavelength_nm[-1] <= high)


def _band(stacks: Sequence[Stack], blocks: Sequence[Block], t: int) -> tuple[FloatArray, FloatArray] | None:
    """Return wavelengths and photons of the upper half of the band, from the strongest Stokes mean; None without."""
    best: tuple[FloatArray, FloatArray] | None = None
    for block in blocks:
        axis, step = block.wavelength_nm, np.gradient(block.wavelength_nm)
        for k, mean in zip(block.stacks, block.mean, strict=True):
            if stacks[k].temperature != t or stacks[k].kind != "pl":
                continue
            low, high = transmitted_nm(stacks[k], axis, None, TransmissionSettings())
            inside = (axis >= low) & (axis <= high)
            if inside.sum() < 2:
                continue
            light = np.where(inside, mean - np.percentile(mean[inside], 10), 0.0)
            upper = light >= 0.5 * light.max()
            if best is None or (light * step)[upper].sum() > best[1].sum():
                best = axis[upper], (light * step)[upper]
    return best


def _without_curve(experiment: str) -> Problem:
    message = (
        "the inner filter is to be made up for, but there is no absorption curve of a cuvette (one of a film does not "
        "count), so nothing is. Add one (kind absorption) over all excitations and the band, or choose 'none' as "
        "inner filter."
    )
    return Problem("warning", experiment, message)


def _problems(stacks: Sequence[Stack], found: Sequence[_Dense], settings: CorrectionSettings) -> list[Problem]:
    stokes = [dense for dense in found if stacks[dense.stack].kind == "pl"]
    worst = max(stokes, key=lambda dense: dense.at_excitation, default=None)
    if len(found) < len(stacks) and settings.inner_filter != "none":
        blind = len(stacks) - len(found)
        message = (
            f"the absorption curves do not cover excitation and band of {blind} of {len(stacks)} conditions, so the "
            "inner filter is made up for in none. Supply a curve over all excitations and the band."
        )
        return [Problem("warning", stacks[0].label, message)]
    if worst is None or worst.at_excitation <= _NOTICED:
        return []
    least = min(found, key=lambda dense: dense.factor)
    percent = 100.0 * (worst.factor / least.factor - 1.0)
    size = (
        f"the sample's optical density is {worst.at_excitation:.2g} at {stacks[worst.stack].excitation_nm:.0f} nm: in "
        f"a right-angle cuvette its emission comes out {percent:.0f} % too small against that at "
        f"{stacks[least.stack].excitation_nm:.0f} nm"
    )
    if settings.inner_filter == "none":
        remedy = (
            "The systematic errors allow for it. Dilute the sample, choose 'cuvette' as inner filter where light "
            "went that way, or set its systematic error to 0 for a thin film"
        )
        return [Problem("warning", worst.source, f"{size}. {remedy}.")]
    if worst.at_excitation > _TOO_DENSE:
        message = f"{size}; the correction is that large only by extrapolation. Dilute the sample."
        return [Problem("warning", worst.source, message)]
    return []
