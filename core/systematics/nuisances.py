"""The effects that no repeat shows: what they are, their units, and what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from asplab.core.errors import SettingsError
from asplab.core.settings import Settings

Stage = Literal["responses", "efficiency", "model"]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """One effect; its value is what it adds to the measurement.

    If the data hold it, the truth is the result without it: the other way than adding it leads.

    Attributes
    ----------
    name : str
        Field of `SystematicsSettings` that holds the standard deviation of its prior.
    title, unit : str
    meaning : str
        What a positive value does, in one sentence.
    stage : str
        Where it acts: on the ``responses`` (I, PA and their energies), on energies and temperatures that also a table
        of η has (``efficiency``), or on what the ``model`` is fitted to, leaving η as it is.
    is_one_sided : bool
        It can't be negative.
    power : int
        Power of its size with which a small effect grows.
    """

    name: str
    title: str
    unit: str
    meaning: str
    stage: Stage
    is_one_sided: bool = False
    power: int = 1


_ALL = (
    Nuisance(
        "yield_slope_percent",
        "quantum yield with photon energy",
        "%/300 meV",
        "The quantum yield rises with the excitation energy above the lowest Stokes excitation.",
        "responses",
    ),
    Nuisance(
        "yield_step_percent",
        "quantum yield below the gap",
        "%",
        "Light absorbed below the gap is emitted with a higher yield than that of the lowest Stokes excitation.",
        "responses",
    ),
    Nuisance(
        "gain_slope_percent",
        "gain with photon energy",
        "%/300 meV",
        "The emission signal rises against the heat with the excitation energy, Stokes and anti-Stokes.",
        "responses",
    ),
    Nuisance(
        "path_mismatch_percent",
        "filter mismatch",
        "%",
        "The anti-Stokes path transmits more than the Stokes path.",
        "responses",
    ),
    Nuisance(
        "leak_ppm",
        "laser leak above the gap",
        "ppm",
        "This part of the pump excites like the Stokes excitation closest to the gap.",
        "responses",
        is_one_sided=True,
    ),
    Nuisance(
        "wavelength_nm",
        "excitation wavelength",
        "nm",
        "Excitation wavelengths read too long, Stokes and anti-Stokes.",
        "responses",
    ),
    Nuisance(
        "scan_wavelength_nm",
        "scan wavelength",
        "nm",
        "Wavelengths of the photothermal scans read too long, so that more absorption stands at an excitation.",
        "responses",
    ),
    Nuisance("reference_mev", "reference of ΔE", "meV", "The reference of ΔE is too high.", "efficiency"),
    Nuisance("temperature_k", "temperature", "K", "All temperatures read too high.", "efficiency"),
    Nuisance(
        "pa_baseline_fraction",
        "photothermal baseline",
        "of the change",
        "The baseline goes this part of the way to its alternative.",
        "responses",
    ),
    Nuisance(
        "band_shift_mev",
        "band shape",
        "meV",
        "The anti-Stokes band lies to the blue of the shape that supplies its hidden part.",
        "responses",
    ),
    Nuisance(
        "ensemble_mev",
        "ensemble width",
        "meV",
        "Gaps of an ensemble scatter about the single gap of the model.",
        "model",
        is_one_sided=True,
        power=2,
    ),
    Nuisance(
        "nd_percent",
        "neutral filters",
        "% of OD",
        "The neutral filters have less optical density than they are said to have, so that they let through more.",
        "responses",
    ),
    Nuisance(
        "em_gain_percent",
        "electron gain",
        "%",
        "The largest electron gain is higher than stated against the smallest, others by the part that their logarithm "
        "lies between.",
        "responses",
    ),
    Nuisance(
        "bandwidth_mev",
        "excitation bandwidth",
        "meV",
        "The excitation is wider than stated, so that light is absorbed to the blue of its nominal energy.",
        "responses",
        is_one_sided=True,
        power=2,
    ),
    Nuisance(
        "drift_percent",
        "drift of the sample",
        "%",
        "The emission grows by this from the first to the last condition of a temperature.",
        "responses",
    ),
    Nuisance(
        "inner_filter_part",
        "inner filter",
        "of a cuvette's",
        "The sample absorbs its pump and its emission on their ways, by this part of what a cuvette would.",
        "responses",
    ),
)

NUISANCES: Mapping[str, Nuisance] = {nuisance.name: nuisance for nuisance in _ALL}
"""All nuisances by name."""


def prior_sizes(settings: Settings) -> dict[str, float]:
    """Return the prior standard deviation of every nuisance in its unit, 0 for one that is switched off.

    A stated out-of-band rejection tells the leak, whatever the number for an unknown one is.
    """
    found = {name: float(getattr(settings.systematics, name)) for name in NUISANCES}
    if settings.pump.rejection_od is not None and found["leak_ppm"] > 0.0:
        found["leak_ppm"] = 1e6 * 10.0**-settings.pump.rejection_od
    return found


def priors(settings: Settings) -> dict[str, float]:
    """Return the prior standard deviation of every nuisance that is switched on, in its unit."""
    return {name: sigma for name, sigma in prior_sizes(settings).items() if sigma > 0.0}


def checked(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values that differ from 0.

    Raises
    ------
    SettingsError
        For an unknown name, a number that is not finite, and a one-sided nuisance below 0.
    """
    for name, value in values.items():
        if name not in NUISANCES:
            raise SettingsError(f"nuisance {name!r} is not known; choose one of: {', '.join(NUISANCES)}.")
        nuisance = NUISANCES[name]
        if not isfinite(value):
            raise SettingsError(f"{name} is {value}; it must be a finite number of {nuisance.unit}.")
        if nuisance.is_one_sided and value < 0.0:
            raise SettingsError(f"{name} is {value:g} {nuisance.unit}; it can't be below 0. Give 0 or more.")
    return {name: float(value) for name, value in values.items() if value != 0.0}
