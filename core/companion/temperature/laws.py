"""Laws that energies and widths of a band follow with temperature.

A law is linear in most of its parameters; the few others, of its shape, are searched for in a range.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.units import FWHM_PER_SIGMA, FloatArray, thermal_energy_mev

PHONON_RANGE_MEV = (1.0, 150.0)
"""Range in which a phonon energy is searched for."""
LOW_PHONON_RANGE_MEV, HIGH_PHONON_RANGE_MEV = (1.0, 12.0), (12.0, 150.0)
"""The same of two oscillators, so that they can't change places."""
DEBYE_RANGE_K = (1.0, 10000.0)


def occupation(phonon_mev: ArrayLike, temperature_k: ArrayLike) -> FloatArray:
    """Return the mean number of phonons, 1/(exp(ħω/kT) − 1); 0 at 0 K."""
    kt = thermal_energy_mev(temperature_k)
    with np.errstate(divide="ignore", over="ignore"):
        ratio = np.asarray(phonon_mev, dtype=np.float64) / kt
        return np.asarray(1.0 / np.expm1(ratio))


def _coth_half(phonon_mev: ArrayLike, temperature_k: ArrayLike) -> FloatArray:
    """Return coth(ħω/2kT) = 1 + 2n."""
    return np.asarray(1.0 + 2.0 * occupation(phonon_mev, temperature_k))


def varshni_mev(
    temperature_k: ArrayLike, gap_mev: ArrayLike, slope_mev_per_k: ArrayLike, debye_k: ArrayLike
) -> FloatArray:
    """Return E₀ − α T²/(T + β) [Varshni 1967]; α is negative where the gap opens with temperature."""
    t = np.asarray(temperature_k, dtype=np.float64)
    return np.asarray(np.asarray(gap_mev) - np.asarray(slope_mev_per_k) * t**2 / (t + np.asarray(debye_k)))


def bose_einstein_mev(
    temperature_k: ArrayLike, gap_mev: ArrayLike, coupling_mev: ArrayLike, phonon_mev: ArrayLike
) -> FloatArray:
    """Return E₀ + A (1 + 2n) [Viña 1984]."""
    return np.asarray(np.asarray(gap_mev) + np.asarray(coupling_mev) * _coth_half(phonon_mev, temperature_k))


def two_oscillator_mev(
    temperature_k: ArrayLike,
    gap_mev: ArrayLike,
    expansion_mev_per_k: ArrayLike,
    couplings_mev: tuple[ArrayLike, ArrayLike],
    phonons_mev: tuple[ArrayLike, ArrayLike],
) -> FloatArray:
    """Return E₀ + B T + A₁ (1 + 2n₁) + A₂ (1 + 2n₂): thermal expansion and two oscillators [Göbel 1998]."""
    found = np.asarray(gap_mev) + np.asarray(expansion_mev_per_k) * np.asarray(temperature_k, dtype=np.float64)
    for coupling, phonon in zip(couplings_mev, phonons_mev, strict=True):
        found = found + np.asarray(coupling) * _coth_half(phonon, temperature_k)
    return np.asarray(found)


def phonon_width_mev(
    temperature_k: ArrayLike,
    residual_mev: ArrayLike,
    acoustic_mev_per_k: ArrayLike,
    optical_mev: ArrayLike,
    phonon_mev: ArrayLike,
) -> FloatArray:
    """Return the width Γ₀ + s T + Γ_LO n(E_LO) [Rudin 1990]."""
    linear = np.asarray(residual_mev) + np.asarray(acoustic_mev_per_k) * np.asarray(temperature_k, dtype=np.float64)
    return np.asarray(linear + np.asarray(optical_mev) * occupation(phonon_mev, temperature_k))


def huang_rhys_width_mev(temperature_k: ArrayLike, huang_rhys_factor: ArrayLike, phonon_mev: ArrayLike) -> FloatArray:
    """Return the full width 2.355 ħω √(S coth(ħω/2kT)) of a band of strong linear coupling [Huang 1950]."""
    spread = np.sqrt(np.asarray(huang_rhys_factor) * _coth_half(phonon_mev, temperature_k))
    return np.asarray(FWHM_PER_SIGMA * np.asarray(phonon_mev) * spread)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a law: name with its unit, symbol on screen, unit, and where it is searched for.

    ``search`` is None for a parameter in which the law is linear. ``is_bounded`` says that it can't be negative.
    """

    name: str
    symbol: str
    unit: str
    search: tuple[float, float] | None = None
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """A law y(T) = Σ p_k c_k(T; shape).

    Attributes
    ----------
    name, title : str
    linear, shape : tuple of Parameter
        At most one linear one is bounded.
    columns : callable
        Of temperatures (n,) and one array (g, 1) for each shape parameter, the c_k of shape (g, n, len(linear)).
    remedy : str
        What would determine what is not.
    is_squared : bool
        The law describes the square of a width.
    """

    name: str
    title: str
    linear: tuple[Parameter, ...]
    shape: tuple[Parameter, ...]
    columns: Callable[..., FloatArray]
    remedy: str
    is_squared: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, linear ones first."""
        return (*self.linear, *self.shape)


def _stacked(temperature_k: FloatArray, *columns: ArrayLike) -> FloatArray:
    like = np.broadcast_shapes(temperature_k.shape, *(np.shape(column) for column in columns))
    full = like if len(like) == 2 else (1, *like)
    return np.stack([np.broadcast_to(np.asarray(column, dtype=np.float64), full) for column in columns], axis=-1)


def _line(t: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), t)


def _varshni(t: FloatArray, debye_k: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), varshni_mev(t, 0.0, 1.0, debye_k))


def _bose(t: FloatArray, phonon_mev: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), _coth_half(phonon_mev, t))


def _two(t: FloatArray, low_mev: FloatArray, high_mev: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), t, _coth_half(low_mev, t), _coth_half(high_mev, t))


def _width(t: FloatArray, phonon_mev: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), t, occupation(phonon_mev, t))


def _huang_rhys(t: FloatArray, phonon_mev: FloatArray) -> FloatArray:
    return _stacked(t, huang_rhys_width_mev(t, 1.0, phonon_mev) ** 2)


def _huang_rhys_ensemble(t: FloatArray, phonon_mev: FloatArray) -> FloatArray:
    return _stacked(t, np.ones_like(t), huang_rhys_width_mev(t, 1.0, phonon_mev) ** 2)


_GAP = Parameter("gap_mev", "E₀", "meV")
_COLDER = "Measure at lower temperatures, where the law leaves the straight line"
_KNOWN = "or fix it to a value known from elsewhere, such as Raman spectra"

LINE = Law(
    "linear",
    "straight line",
    (_GAP, Parameter("slope_mev_per_k", "dE/dT", "meV/K")),
    (),
    _line,
    "Measure more temperatures.",
)
WIDTH_LINE = Law(
    "linear",
    "straight line",
    (Parameter("residual_mev", "Γ₀", "meV"), Parameter("slope_mev_per_k", "dΓ/dT", "meV/K")),
    (),
    _line,
    "Measure more temperatures.",
)
VARSHNI = Law(
    "varshni",
    "Varshni",
    (_GAP, Parameter("slope_mev_per_k", "α", "meV/K")),
    (Parameter("debye_k", "β", "K", DEBYE_RANGE_K),),
    _varshni,
    f"{_COLDER}, fix β, or use the straight line.",
)
BOSE_EINSTEIN = Law(
    "bose_einstein",
    "Bose-Einstein",
    (_GAP, Parameter("coupling_mev", "A", "meV")),
    (Parameter("phonon_mev", "ħω", "meV", PHONON_RANGE_MEV),),
    _bose,
    f"{_COLDER}, {_KNOWN}.",
)
TWO_OSCILLATORS = Law(
    "two_oscillators",
    "two oscillators and expansion",
    (
        _GAP,
        Parameter("expansion_mev_per_k", "B", "meV/K"),
        Parameter("low_coupling_mev", "A₁", "meV"),
        Parameter("high_coupling_mev", "A₂", "meV"),
    ),
    (
        Parameter("low_phonon_mev", "ħω₁", "meV", LOW_PHONON_RANGE_MEV),
        Parameter("high_phonon_mev", "ħω₂", "meV", HIGH_PHONON_RANGE_MEV),
    ),
    _two,
    "Fix the phonon energies to those of Raman spectra, and B to what expansion and pressure data give.",
)
PHONON_WIDTH = Law(
    "phonon_width",
    "Γ₀ + s T + Γ_LO n",
    (
        Parameter("residual_mev", "Γ₀", "meV"),
        Parameter("acoustic_mev_per_k", "s", "meV/K", is_bounded=True),
        Parameter("optical_mev", "Γ_LO", "meV"),
    ),
    (Parameter("phonon_mev", "E_LO", "meV", PHONON_RANGE_MEV),),
    _width,
    f"Fix s or E_LO to a value known from elsewhere. {_COLDER}.",
)
HUANG_RHYS = Law(
    "huang_rhys",
    "Huang-Rhys",
    (Parameter("huang_rhys_factor", "S", ""),),
    (Parameter("phonon_mev", "ħω", "meV", PHONON_RANGE_MEV),),
    _huang_rhys,
    f"{_COLDER}, {_KNOWN}.",
    is_squared=True,
)
HUANG_RHYS_ENSEMBLE = Law(
    "huang_rhys_ensemble",
    "Huang-Rhys and a spread of gaps",
    (Parameter("spread_squared_mev2", "Γ_inh²", "meV²", is_bounded=True), Parameter("huang_rhys_factor", "S", "")),
    (Parameter("phonon_mev", "ħω", "meV", PHONON_RANGE_MEV),),
    _huang_rhys_ensemble,
    f"Take the spread of gaps from sizes. {_COLDER}, {_KNOWN}.",
    is_squared=True,
)

ENERGY_LAWS = (LINE, VARSHNI, BOSE_EINSTEIN, TWO_OSCILLATORS)
WIDTH_LAWS = (WIDTH_LINE, PHONON_WIDTH, HUANG_RHYS, HUANG_RHYS_ENSEMBLE)
