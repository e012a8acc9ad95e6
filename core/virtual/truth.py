"""The sample of the virtual experiment: what is true, before any instrument looks at it.

Nothing here is measured. Every number is explained in ``resources/guide/virtual-experiment.md``.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from asplab.core.errors import InputError, SettingsError
from asplab.core.polaron.rates import log_rate
from asplab.core.units import FWHM_PER_SIGMA, FloatArray, thermal_energy_mev


def emission_mev(temperature_k: float) -> float:
    """Return the mean (and peak) photon energy of the emission band; red-shifts on cooling."""
    return 2400.0 + 0.24 * temperature_k**2 / (temperature_k + 120.0)


def absorption_edge_mev(temperature_k: float) -> float:
    """Return the energy of the absorption edge: the emission energy plus the Stokes shift."""
    return emission_mev(temperature_k) + 14.0 + 0.054 * temperature_k


def band_sigma_mev(temperature_k: float) -> float:
    """Return the standard deviation of the emission band, a Gaussian in energy [Rudin 1990 form]."""
    phonons = 1.0 / math.expm1(16.0 / float(thermal_energy_mev(temperature_k)))
    return (45.0 + 0.010 * temperature_k + 45.0 * phonons) / FWHM_PER_SIGMA


def urbach_mev(temperature_k: float) -> float:
    """Return the Urbach energy of the absorption tail."""
    return 6.5 / math.tanh(13.0 / (2.0 * float(thermal_energy_mev(temperature_k)))) + 6.5


def band_density(energy_mev: ArrayLike, temperature_k: float) -> FloatArray:
    """Return emitted photons per meV of photon energy, for one photon emitted in all."""
    sigma = band_sigma_mev(temperature_k)
    z = (np.asarray(energy_mev, dtype=np.float64) - emission_mev(temperature_k)) / sigma
    return np.asarray(np.exp(-0.5 * z**2) / (sigma * math.sqrt(2.0 * math.pi)))


def absorptance(energy_mev: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the absorptance relative to that of the edge: Urbach tail, exciton peak, rising continuum."""
    above = np.asarray(energy_mev, dtype=np.float64) - absorption_edge_mev(temperature_k)
    tail = np.exp(np.minimum(above, 0.0) / urbach_mev(temperature_k))
    x = np.maximum(above, 0.0)
    continuum = 0.7 + 0.3 * np.exp(-0.5 * (x / 40.0) ** 2) + 0.5 * -np.expm1(-x / 300.0)
    return np.asarray(tail * continuum)


@dataclass(frozen=True, slots=True)
class Eq9Truth:
    """Up-conversion by Eq. 9 in competition with a constant rate: logit η = ln A + ln w_uc.

    Attributes
    ----------
    g_mev, phonon_mev, log_scale : tuple of float
        Coupling, phonon energy and ln A (rates in meV units): one number each for all temperatures, or
        one per entry of ``temperature_k``, interpolated linearly between.
    temperature_k : tuple of float
        Increasing temperatures of the parameters; empty where they hold at every temperature.
    """

    g_mev: tuple[float, ...]
    phonon_mev: tuple[float, ...]
    log_scale: tuple[float, ...]
    temperature_k: tuple[float, ...] = ()
    name: str = "eq9"

    @property
    def is_shared(self) -> bool:
        """One set of parameters holds at every temperature."""
        return not self.temperature_k

    def parameters(self, temperature_k: float) -> tuple[float, float, float]:
        """Return (g, ħω, ln A) at one temperature; raises `SettingsError` outside the given ones."""
        if self.is_shared:
            return self.g_mev[0], self.phonon_mev[0], self.log_scale[0]
        _require_inside(temperature_k, self.temperature_k, self.name)
        g, phonon, scale = (
            float(np.interp(temperature_k, self.temperature_k, values))
            for values in (self.g_mev, self.phonon_mev, self.log_scale)
        )
        return g, phonon, scale

    def eta(self, detuning_mev: ArrayLike, temperature_k: float) -> FloatArray:
        """Return the up-conversion efficiency at detunings below the gap; 1 at and above the gap."""
        g_mev, phonon_mev, log_scale = self.parameters(temperature_k)
        detuning = np.asarray(detuning_mev, dtype=np.float64)
        below = detuning > 0
        # the odds diverge as 1/sqrt(dE), so the formula itself joins unity at the gap
        logit = log_scale + log_rate(
            "eq9", np.where(below, detuning, 1.0), temperature_k, g_mev=g_mev, phonon_mev=phonon_mev
        )
        return np.where(below, 0.5 * (1.0 + np.tanh(0.5 * logit)), 1.0)


@dataclass(frozen=True, slots=True)
class TableTruth:
    """A table of η without a model behind it: rows for temperatures, columns for detunings.

    Between the columns a monotone cubic (from 1 at the gap), between the rows a straight line; beyond the
    last detuning the last value holds. One row alone holds at every temperature.
    """

    temperature_k: tuple[float, ...]
    detuning_mev: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]
    name: str = "table"

    def eta(self, detuning_mev: ArrayLike, temperature_k: float) -> FloatArray:
        """Return the up-conversion efficiency at detunings below the gap; 1 at and above the gap.

        Raises
        ------
        SettingsError
            For a temperature outside the rows of the table.
        """
        nodes = np.concatenate([[0.0], self.detuning_mev])
        curve = PchipInterpolator(nodes, np.concatenate([[1.0], self._row(temperature_k)]))
        inside = np.clip(np.asarray(detuning_mev, dtype=np.float64), 0.0, nodes[-1])
        return np.asarray(curve(inside), dtype=np.float64)

    def _row(self, temperature_k: float) -> FloatArray:
        rows = np.asarray(self.rows, dtype=np.float64)
        if len(rows) == 1:
            return np.asarray(rows[0])
        _require_inside(temperature_k, self.temperature_k, self.name)
        return np.array([np.interp(temperature_k, self.temperature_k, column) for column in rows.T])


Truth = Eq9Truth | TableTruth


def _require_inside(temperature_k: float, known_k: tuple[float, ...], name: str) -> None:
    if not known_k[0] <= temperature_k <= known_k[-1]:
        raise SettingsError(
            f"truth {name!r} is given from {known_k[0]:g} to {known_k[-1]:g} K, but {temperature_k:g} K is to "
            "be simulated. Give the truth there too or leave that temperature out."
        )


def eq9_truth() -> Eq9Truth:
    """Return Eq. 9 with the paper's 250 K parameters at every T, scaled to η(23 meV, 250 K) = 0.95."""
    g_mev, phonon_mev = 41.1, 23.4
    rate = float(log_rate("eq9", 23.0, 250.0, g_mev=g_mev, phonon_mev=phonon_mev))
    return Eq9Truth((g_mev,), (phonon_mev,), (math.log(0.95 / 0.05) - rate,))


def table_truth() -> TableTruth:
    """Return a paper-like table: 0.75 at 23 meV to 0.32 at 102 meV at 80 K, towards unity on warming.

    The 80 K row is drawn through the paper's two values; every other row is that row with the odds raised
    by a common Boltzmann factor of 20 meV, so that η stays monotone in ΔE and T. It is not a theory.
    """
    coldest = {
        10.0: 0.82, 20.0: 0.765, 23.0: 0.75, 33.0: 0.700, 46.0: 0.632, 55.0: 0.582, 65.0: 0.525, 77.0: 0.456,
        90.0: 0.383, 102.0: 0.32, 120.0: 0.237, 132.0: 0.190, 153.0: 0.125, 200.0: 0.046, 300.0: 0.004,
    }  # fmt: skip
    temperatures = tuple(float(t) for t in range(60, 321, 20))
    eta = np.array(list(coldest.values()))
    shift = 20.0 * (1.0 / thermal_energy_mev(80.0) - 1.0 / thermal_energy_mev(temperatures))
    odds = (eta / (1.0 - eta)) * np.exp(shift)[:, np.newaxis]
    rows = tuple(tuple(float(value) for value in row) for row in odds / (1.0 + odds))
    return TableTruth(temperatures, tuple(coldest), rows)


NAMED_TRUTHS: dict[str, Callable[[], Truth]] = {"eq9": eq9_truth, "table": table_truth}

_KEYS = {
    "eq9": {"g_mev", "phonon_mev", "log_scale", "temperature_k"},
    "table": {"detuning_mev", "temperature_k", "eta"},
}


def read_truth(path: Path) -> tuple[Truth, float | None]:
    """Read a truth from a JSON file; returns it with its quantum yield (None where not given).

    Parameters
    ----------
    path : Path
        A JSON object with ``model`` ``"eq9"`` (``g_mev``, ``phonon_mev``, ``log_scale``: numbers, or lists
        beside a list ``temperature_k``) or ``"table"`` (lists ``temperature_k``, ``detuning_mev`` and
        ``eta``, a list of rows, one per temperature); optional ``quantum_yield`` and ``name``.

    Raises
    ------
    InputError
        Where the file can't be read or a key is missing, unknown or out of its range.
    """
    document = _load_object(path)
    model = document.get("model")
    if model not in _KEYS:
        raise InputError(f'{path.name}, key "model": found {model!r}; write "eq9" or "table".')
    known = _KEYS[model] | {"model", "quantum_yield", "name"}
    unknown = sorted(set(document) - known)
    if unknown:
        raise InputError(f"{path.name}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    reader = _Keys(path.name, document)
    truth = _read_eq9(reader) if model == "eq9" else _read_table(reader)
    if "quantum_yield" not in document:
        return truth, None
    return truth, reader.numbers("quantum_yield", low=0.0, high=1.0)[0]


def _load_object(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path}: the truth can't be read ({error.strerror}). Name eq9, table or a JSON file."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text; save the truth as UTF-8 JSON.") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path.name}, line {error.lineno}: {error.msg}; the truth must be JSON.") from error
    if not isinstance(document, dict):
        raise InputError(f"{path.name} holds a JSON {type(document).__name__}; write an object {{...}}.")
    return document


@dataclass(frozen=True, slots=True)
class _Keys:
    """Read checked numbers from the object of a truth file, naming file and key where one is wrong."""

    file: str
    document: Mapping[str, object]

    def numbers(self, key: str, *, low: float, high: float = math.inf) -> tuple[float, ...]:
        if key not in self.document:
            raise InputError(f"{self.file}: key {key!r} is missing; add it.")
        value = self.document[key]
        return self.check(value if isinstance(value, list) else [value], key, low, high)

    def check(self, values: list[object], where: str, low: float, high: float) -> tuple[float, ...]:
        for value in values:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= float(value) <= high or math.isinf(value):  # type: ignore[arg-type]
                raise InputError(
                    f"{self.file}, key {where!r}: found {value!r}; expected a number from {low:g} to {high:g}."
                )
        if not values:
            raise InputError(f"{self.file}, key {where!r}: the list is empty; give at least one number.")
        return tuple(float(value) for value in values)  # type: ignore[arg-type]

    def increasing(self, key: str) -> tuple[float, ...]:
        values = self.numbers(key, low=1e-3)
        if any(b <= a for a, b in pairwise(values)):
            raise InputError(f"{self.file}, key {key!r}: the values must increase; sort the list.")
        return values

    def same_length(self, key: str, found: int, expected: int) -> None:
        if found != expected:
            raise InputError(f"{self.file}, key {key!r}: found {found} entries, expected {expected}.")

    def name(self, default: str) -> str:
        value = self.document.get("name", default)
        if not (isinstance(value, str) and value.isprintable()):
            raise InputError(f"{self.file}, key 'name': found {value!r}; expected one line of text.")
        return value


def _read_eq9(keys: _Keys) -> Eq9Truth:
    temperatures = keys.increasing("temperature_k") if "temperature_k" in keys.document else ()
    g_mev = keys.numbers("g_mev", low=1e-3)
    phonon_mev = keys.numbers("phonon_mev", low=1e-3)
    log_scale = keys.numbers("log_scale", low=-1e6)
    for key, values in (("g_mev", g_mev), ("phonon_mev", phonon_mev), ("log_scale", log_scale)):
        keys.same_length(key, len(values), len(temperatures) or 1)
    return Eq9Truth(g_mev, phonon_mev, log_scale, temperatures, keys.name("eq9"))


def _read_table(keys: _Keys) -> TableTruth:
    temperatures, detunings = keys.increasing("temperature_k"), keys.increasing("detuning_mev")
    rows = keys.document.get("eta")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InputError(f"{keys.file}, key 'eta': expected a list of rows, one list per temperature.")
    keys.same_length("eta", len(rows), len(temperatures))
    checked = []
    for index, row in enumerate(rows):
        where = f"eta[{index}]"
        keys.same_length(where, len(row), len(detunings))
        checked.append(keys.check(row, where, 0.0, 1.0))
    return TableTruth(temperatures, detunings, tuple(checked), keys.name("table"))
