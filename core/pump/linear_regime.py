"""How many excitations one crystal holds: whether emission and heat grow in proportion to the pump.

A crystal of cross section σ under F photons per area and pulse holds ⟨N⟩ = σF after it, under a continuous flux Φ
⟨N⟩ = σΦτ; where pulses follow within the lifetime, what is left of the earlier ones adds. Below the gap σ falls as the
absorption does.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.efficiency.stokes_line import absorbed_light, lowest_stokes
from asplab.core.problems import Problem
from asplab.core.pump.pump_powers import PumpPowers
from asplab.core.settings import PumpSettings
from asplab.core.units import FloatArray

LINEAR_TO = 0.1
"""⟨N⟩ up to which excitations hardly ever meet: one crystal in 200 holds two."""
_CANCELS_TO = 0.02
"""Part of the response up to which PL and PA may lose differently: above what a power meter scatters."""
_JOULE_PER_MEV = 1.602176634e-22
"""One meV in joule."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearRegime:
    """Mean number of excitations in one crystal at the centre of the spot.

    Attributes
    ----------
    light, heat : ndarray, shape (n_temperatures, n_columns)
        ⟨N⟩ under the pump of the spectra, and under that of the photothermal scans; NaN where it is not known.
    missing : tuple of str
        What would have to be known for it; empty where it is.
    """

    light: FloatArray
    heat: FloatArray
    missing: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def find_linear_regime(efficiency: EfficiencyFit, powers: PumpPowers, settings: PumpSettings) -> LinearRegime:
    """Find ⟨N⟩ of every excitation, as far as the settings tell what it takes."""
    responses, line = efficiency.responses, efficiency.line
    missing = _missing(powers, settings)
    nothing = np.full(powers.light_uw.shape, np.nan)
    section, spot = settings.absorption_cross_section_nm2, settings.spot_um
    if missing or section is None or spot is None or responses is None or line is None:
        return LinearRegime(nothing, nothing, missing)
    energy = np.where(responses.valid, responses.excitation_mev, np.nan)
    absorbed = absorbed_light(responses, line)
    # D is proportional to the absorbed part of the pump; its noise must not make a cross section negative.
    lowest, _ = lowest_stokes(responses)
    relative = np.maximum(absorbed / absorbed[np.arange(len(energy)), lowest][:, None], 0.0)
    per_photon = relative * section * excitations_per_photon_s(settings)
    light = per_photon * flux_per_nm2_s(powers.light_uw, energy, spot)
    heat = per_photon * flux_per_nm2_s(powers.heat_uw, energy, settings.scan_spot_um or spot)
    return LinearRegime(light, heat, (), tuple(_problems(efficiency, light, heat)))


def flux_per_nm2_s(power_uw: FloatArray, photon_mev: FloatArray, spot_um: float) -> FloatArray:
    """Return the photons per nm² and s at the centre of a Gaussian spot: 2P/(π w² hν), w half of its 1/e² diameter."""
    area_nm2 = 0.5 * np.pi * (0.5e3 * spot_um) ** 2
    return np.asarray(1e-6 * power_uw / (photon_mev * _JOULE_PER_MEV) / area_nm2)


def excitations_per_photon_s(settings: PumpSettings) -> float:
    """Return ⟨N⟩ per cross section and mean flux in s: the lifetime, or the time between pulses.

    Right after a pulse, with what is left of all earlier ones: 1/f / (1 − exp(−1/fτ)).
    """
    lifetime_s = None if settings.lifetime_ns is None else 1e-9 * settings.lifetime_ns
    if settings.repetition_mhz is None:
        return lifetime_s if lifetime_s is not None else float("nan")
    between_s = 1e-6 / settings.repetition_mhz
    if lifetime_s is None:
        return between_s
    return float(between_s / -np.expm1(-between_s / lifetime_s))


def kept(mean_excitations: FloatArray) -> FloatArray:
    """Return what crystals that can emit once keep of a response linear in the pump: (1 − exp(−⟨N⟩))/⟨N⟩ [Poisson]."""
    number = np.where(mean_excitations > 0.0, mean_excitations, 1.0)
    return np.where(mean_excitations > 0.0, -np.expm1(-number) / number, np.where(mean_excitations == 0.0, 1.0, np.nan))


def _missing(powers: PumpPowers, settings: PumpSettings) -> tuple[str, ...]:
    wanted = (
        ("spot", settings.spot_um is None),
        ("cross section", settings.absorption_cross_section_nm2 is None),
        ("lifetime, or repetition rate", settings.lifetime_ns is None and settings.repetition_mhz is None),
        ("pump power of the spectra", not np.isfinite(powers.light_uw).any()),
    )
    return tuple(name for name, is_missing in wanted if is_missing)


def _problems(efficiency: EfficiencyFit, light: FloatArray, heat: FloatArray) -> list[Problem]:
    """Tell once where ⟨N⟩ is too large, and once where emission and heat differ in it."""
    responses = efficiency.responses
    if responses is None:
        return []
    largest = np.fmax(light, heat)
    high = responses.fitted & (np.nan_to_num(largest) > LINEAR_TO)
    difference = np.nan_to_num(np.abs(kept(light) / kept(heat) - 1.0))
    apart = responses.fitted & (difference > _CANCELS_TO)
    problems = []
    for places, found, advice in (
        (high, largest, "Emission and heat then no longer grow with the pump. Lower it."),
        (apart, difference, "What is lost to it does not cancel in η. Use one power and one spot for both."),
    ):
        if not places.any():
            continue
        t, c = np.unravel_index(int(np.argmax(np.where(places, found, -np.inf))), places.shape)
        which = f"{int(places.sum())} of {int(responses.fitted.sum())} excitations"
        what = (
            f"⟨N⟩ is above {LINEAR_TO:g} at {which}"
            if places is high
            else f"PL and PA differ in ⟨N⟩, and by {difference[t, c]:.0%} in what they lose to it, at {which}"
        )
        here = f"{responses.excitation_nm[t, c]:.1f} nm, {responses.temperatures_k[t]:.0f} K"
        numbers = f"{light[t, c]:.2g} (PL) and {heat[t, c]:.2g} (PA) at {here}"
        problems.append(Problem("warning", "linear regime", f"{what}, most of all {numbers}. {advice}"))
    return problems
