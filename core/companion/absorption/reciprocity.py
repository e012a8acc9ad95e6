"""The efficiency that detailed balance and absorption ask for, without any Stokes line.

From emission follows the part of absorption that is coupled to it, but for a factor. What is absorbed in all is known
from an absorption curve, or from its heat. Their quotient is η. An ensemble of unlike emitters does not obey detailed
balance near its peak, so only an exponential wing is used.
"""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.absorption.detailed_balance import above_zero, thermal_factor, within
from asplab.core.companion.absorption.exciton import checked_spectrum
from asplab.core.companion.reading import Reading, measured
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.units import FloatArray

_LEAST_CERTAIN = 0.5
"""Relative error of the scale from which nothing is matched."""
COMMON = ("temperature", "quantum yield", "the match")
"""What the rows of `Reciprocity.common` are."""


@dataclass(frozen=True, slots=True)
class HeatBalance:
    """What it takes to read absorption off its heat: quantum yield and mean photon energy of the emission."""

    quantum_yield: float
    quantum_yield_error: float
    emission_mev: float


@dataclass(frozen=True, slots=True)
class Match:
    """Where η is known, above 0 and up to 1; so narrow that it is one number there."""

    range_mev: tuple[float, float]
    eta: float
    eta_error: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Reciprocity:
    """η as coupled over total absorption.

    Attributes
    ----------
    energy_mev, eta, error : ndarray, shape (n,)
        In the wing; ``error`` holds noise and what is common.
    noise_error : ndarray, shape (n,)
        Of that, what is independent between energies.
    common : ndarray, shape (3, n)
        What one standard error of each of `COMMON` changes η by, for all energies at once.
    match : Match
    scale : Reading
        Measured absorption, or heat, per coupled absorption at the match.
    sentence : str
    """

    energy_mev: FloatArray
    eta: FloatArray
    error: FloatArray
    noise_error: FloatArray
    common: FloatArray
    match: Match
    scale: Reading
    sentence: str


def reciprocity_efficiency(
    energy_mev: FloatArray,
    *,
    emission: FloatArray,
    emission_error: FloatArray,
    absorption: FloatArray,
    absorption_error: FloatArray,
    heat: HeatBalance | None,
    temperature_k: float,
    temperature_error_k: float,
    range_mev: tuple[float, float],
    match: Match,
) -> Reciprocity:
    """Return η(E) in an exponential wing.

    The heat per absorbed power is V ∝ A − y s A_c E_em/hν with y s A_c = QY η A, since η = s A_c/A below the gap. So
    A = V + QY s A_c E_em/hν and η = s A_c/A follow without iteration. Only s is not known: it is set at the match.
    That makes the result relative to η there.

    Parameters
    ----------
    energy_mev : ndarray, shape (n,)
        Common to emission, in photons per energy, and absorption.
    emission, emission_error, absorption, absorption_error : ndarray, shape (n,)
        With ``heat`` absorption is the photothermal signal per power, baseline subtracted; else absorption itself.
    heat : HeatBalance or None
    temperature_k, temperature_error_k : float
    range_mev : (float, float)
        The wing.
    match : Match
        In the wing or next to it.

    Raises
    ------
    InputError, SettingsError, AnalysisError
        For values that no spectrum has, settings out of range, and emission that drowns in noise at the match.
    """
    assumed = _Assumed(above_zero(temperature_k, "temperature_k"), _yield_of(heat), _possible(match.eta))
    energy, light, light_error = checked_spectrum(energy_mev, emission, emission_error, least=1, what="emission")
    _, dark, dark_error = checked_spectrum(energy_mev, absorption, absorption_error, least=1, what="absorption")
    wing, place = within(energy, range_mev), within(energy, match.range_mev)
    per_photon = (0.0 if heat is None else heat.emission_mev) / energy
    spectra = _Spectra(energy, light, light_error, dark, dark_error, place, per_photon)
    coupled = _coupled(spectra, assumed)
    _refuse_unmatched(coupled, match, assumed.quantum_yield * float(per_photon[place].mean()))
    total = spectra.total(coupled.values, assumed)
    _refuse_dark(energy, wing, total)
    eta = coupled.values / total
    noise = np.hypot(dark * coupled.error, coupled.values * dark_error) / total**2
    # The scale s moves η along with dη/d ln s = A_heat s A_c / A².
    of_scale = coupled.relative * dark * coupled.values / total**2
    moved = [_eta(spectra, other) - eta for other in _moved(assumed, heat, match, temperature_error_k)]
    common = np.array([moved[0], moved[1], np.hypot(of_scale, moved[2])])[:, wing]
    return Reciprocity(
        energy_mev=energy[wing],
        eta=eta[wing],
        error=np.sqrt(noise[wing] ** 2 + np.sum(common**2, axis=0)),
        noise_error=noise[wing],
        common=common,
        match=match,
        scale=measured(coupled.scale, abs(coupled.scale) * coupled.relative),
        sentence=_said(match, noise[wing], common),
    )


@dataclass(frozen=True, slots=True)
class _Assumed:
    """What the result follows from beside the spectra."""

    temperature_k: float
    quantum_yield: float
    matched_eta: float


@dataclass(frozen=True, slots=True, eq=False)
class _Spectra:
    """Emission and absorption with errors on common energies, where they are matched, and E_em/hν."""

    energy_mev: FloatArray
    light: FloatArray
    light_error: FloatArray
    dark: FloatArray
    dark_error: FloatArray
    place: np.ndarray
    per_photon: FloatArray

    def total(self, coupled: FloatArray, assumed: _Assumed) -> FloatArray:
        """Return all absorption: what is measured, and what of it came back as light."""
        return np.asarray(self.dark + assumed.quantum_yield * coupled * self.per_photon)


@dataclass(frozen=True, slots=True, eq=False)
class _Coupled:
    """Coupled absorption in the unit of the measured one, its error, the scale and its relative error."""

    values: FloatArray
    error: FloatArray
    scale: float
    relative: float


def _coupled(spectra: _Spectra, assumed: _Assumed) -> _Coupled:
    place, energy = spectra.place, spectra.energy_mev
    factor = thermal_factor(energy, assumed.temperature_k)
    factor = np.exp(np.interp(float(energy[place].mean()), energy, factor) - factor)
    shape, shape_error = spectra.light * factor, spectra.light_error * factor
    # What a coupled absorption of one shows at the match: 1/η − QY E_em/hν.
    shown = (1.0 / assumed.matched_eta - assumed.quantum_yield * spectra.per_photon)[place]
    expected, error = shape[place] * shown, spectra.dark_error[place]
    weight = error**-2.0
    square = float(weight @ expected**2)
    scale = float(weight @ (expected * spectra.dark[place])) / square
    of_light = scale * shape_error[place] * np.abs(shown)
    own = float(np.sqrt(np.sum((weight * expected) ** 2 * (error**2 + of_light**2))))
    return _Coupled(scale * shape, scale * shape_error, scale, own / square / abs(scale))


def _eta(spectra: _Spectra, assumed: _Assumed) -> FloatArray:
    coupled = _coupled(spectra, assumed).values
    return np.asarray(coupled / spectra.total(coupled, assumed))


def _moved(
    assumed: _Assumed, heat: HeatBalance | None, match: Match, temperature_error_k: float
) -> tuple[_Assumed, _Assumed, _Assumed]:
    """Return what is assumed, one standard error of each of `COMMON` away."""
    yield_error = 0.0 if heat is None else heat.quantum_yield_error
    return (
        replace(assumed, temperature_k=assumed.temperature_k + temperature_error_k),
        replace(assumed, quantum_yield=assumed.quantum_yield + yield_error),
        replace(assumed, matched_eta=match.eta - match.eta_error),
    )


def _yield_of(heat: HeatBalance | None) -> float:
    if heat is None:
        return 0.0
    if not 0.0 < heat.quantum_yield <= 1.0:
        raise SettingsError(f"the quantum yield is {heat.quantum_yield:g}. Give a number above 0, up to 1.")
    return heat.quantum_yield


def _possible(matched_eta: float) -> float:
    if not 0.0 < matched_eta <= 1.0:
        raise SettingsError(f"η at the match is {matched_eta:g}. Give a number above 0, up to 1.")
    return matched_eta


def _said(match: Match, noise: FloatArray, common: FloatArray) -> str:
    parts = np.sqrt(np.mean(common**2, axis=1))
    worst = COMMON[int(np.argmax(parts))] if parts.max() > np.sqrt(np.mean(noise**2)) else "noise"
    low, high = match.range_mev
    return (
        f"η is relative: it was set to {match.eta:.3g} from {low:.0f} to {high:.0f} meV, since emission and absorption "
        f"have units of their own. Its error is mostly that of {worst}. It holds in an exponential wing alone."
    )


def _refuse_unmatched(coupled: _Coupled, match: Match, light: float) -> None:
    if not coupled.scale > 0.0 or coupled.relative > _LEAST_CERTAIN:
        low, high = match.range_mev
        raise AnalysisError(
            f"from {low:.0f} to {high:.0f} meV absorption and emission give no scale (1/η − QY E_em/hν = "
            f"{1.0 / match.eta - light:.3g}, relative error {coupled.relative:.2g}): near full yield hardly any heat "
            "is left. Move or widen the match, or correct the quantum yield."
        )


def _refuse_dark(energy: FloatArray, wing: np.ndarray, total: FloatArray) -> None:
    bad = np.flatnonzero(wing & ~(total > 0.0))
    if bad.size:
        raise AnalysisError(
            f"at {energy[bad[0]]:.1f} meV absorption is not above zero. Shorten the range to where absorption or "
            "emission stand out of their noise."
        )
