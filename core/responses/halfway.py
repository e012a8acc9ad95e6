"""Enter the chain half-way: published responses (I, PA), ratios R, or a published table of η."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.energies.stage import take_given
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment, Table
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.responses.halfway_ratios import responses_of_ratios
from asplab.core.responses.stage import Responses
from asplab.core.settings import EnergySettings, GroupingSettings
from asplab.core.units import FloatArray, energy_from_wavelength, wavelength_from_energy


def _columns(tables: list[Table], names: dict[str, float | None]) -> dict[str, FloatArray]:
    """Join the named columns of several tables; a name with a default may be missing."""
    result = {}
    for name, default in names.items():
        parts = []
        for table in tables:
            column = table.column(name)
            length = len(table.columns[0][1]) if table.columns else 0
            if column is None and name == "temperature_k" and table.condition.temperature_k is not None:
                column = np.full(length, table.condition.temperature_k)
            if column is None and default is None:
                known = ", ".join(name for name, _ in table.columns)
                raise InputError(f"{table.where}: column {name} is missing (found: {known}). Add it to the table.")
            parts.append(column if column is not None else np.full(length, default))
        result[name] = np.concatenate(parts)
    return result


def _rows(temperature: FloatArray, grouping: GroupingSettings) -> tuple[FloatArray, np.ndarray]:
    centres = cluster(temperature.tolist(), grouping.temperature_tolerance_k)
    rows = np.array([nearest(centres, value) for value in temperature])
    return np.array([temperature[rows == t].mean() for t in range(len(centres))]), rows


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Which row of the tables stands at each place of arrays (n_temperatures, n_columns).

    ``index`` is 0 where a place is not ``valid``; ``widths`` are the columns of each block, in order.
    """

    index: np.ndarray
    valid: np.ndarray
    widths: tuple[int, ...]

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Name of each place, empty where there is none."""
        return tuple(
            tuple(f"row {k + 1}" if ok else "" for k, ok in zip(*pair, strict=True))
            for pair in zip(self.index, self.valid, strict=True)
        )


def _arrange(blocks: Sequence[Sequence[np.ndarray]]) -> _Places:
    """Lay rows out in blocks of columns; ``blocks[b][t]`` are the rows of block b at temperature t."""
    widths = tuple(max(len(rows) for rows in block) for block in blocks)
    index = np.zeros((len(blocks[0]), sum(widths)), dtype=int)
    valid = np.zeros(index.shape, dtype=bool)
    for begin, block in zip(np.cumsum((0, *widths)), blocks, strict=False):
        for t, rows in enumerate(block):
            index[t, begin : begin + len(rows)] = rows
            valid[t, begin : begin + len(rows)] = True
    return _Places(index, valid, widths)


def responses_from_tables(experiment: Experiment, grouping: GroupingSettings, energies: EnergySettings) -> Responses:
    """Build responses from tables of kind ``responses`` and ``ratios``; their errors are taken as independent.

    Columns: temperature_k, excitation_nm, intensity, intensity_error, pa, pa_error, gap_mev (reference of ΔE);
    optional is_stokes (1 above the gap, 0 below; without it the gap decides) and mean_photon_mev.

    Raises
    ------
    InputError
        When a column is missing.
    """
    tables = [table for table in experiment.tables if table.kind == "responses"]
    made = [responses_of_ratios(table) for table in experiment.tables if table.kind == "ratios"]
    tables += [table for table, _ in made]
    wanted: dict[str, float | None] = dict.fromkeys(
        ("temperature_k", "excitation_nm", "intensity", "intensity_error", "pa", "pa_error")
    )
    data = _columns(tables, wanted | {"is_stokes": np.nan, "gap_mev": np.nan, "mean_photon_mev": np.nan})
    temperatures, rows = _rows(data["temperature_k"], grouping)
    gap = _per_temperature(data["gap_mev"], rows, temperatures, energies)
    photon = np.array([np.mean(data["mean_photon_mev"][rows == t]) for t in range(len(temperatures))])
    zeros = np.zeros(len(temperatures))
    photon, photon_error = take_given(photon, zeros, temperatures, energies.given_mean_photon)
    gap_error = take_given(gap, zeros, temperatures, energies.given_reference)[1]
    excitation = energy_from_wavelength(data["excitation_nm"], medium=energies.medium)
    stokes = np.where(np.isnan(data["is_stokes"]), excitation > gap[rows], data["is_stokes"] > 0.5)
    blocks = [[np.flatnonzero((rows == t) & (stokes == side)) for t in range(len(zeros))] for side in (True, False)]
    places = _arrange(blocks)
    index, valid = places.index, places.valid
    both = np.concatenate([valid, valid], axis=1)
    variance = np.concatenate([data["intensity_error"][index], data["pa_error"][index]], axis=1) ** 2
    spread = excitation * energies.wavelength_error_nm / data["excitation_nm"]
    return Responses(
        temperatures_k=temperatures,
        mean_photon_mev=np.where(np.isnan(photon), gap, photon),
        mean_photon_error_mev=photon_error,
        reference_mev=gap + energies.reference_offset_mev,
        reference_error_mev=np.hypot(gap_error, energies.reference_error_mev),
        excitation_nm=data["excitation_nm"][index],
        excitation_mev=excitation[index],
        excitation_error_mev=spread[index],
        intensity=np.where(valid, data["intensity"][index], 0.0),
        absorbed=np.where(valid, data["pa"][index], 0.0),
        covariance=np.eye(both.shape[1]) * np.where(both, variance, 0.0)[:, None, :],
        valid=valid,
        fitted=valid,
        n_stokes=places.widths[0],
        truncation=np.where(valid, 1.0, 0.0),
        interpolated=np.zeros_like(valid),
        misread=np.zeros(valid.shape),
        keys=places.keys,
        drift=np.zeros((len(temperatures), 3)),
        common_reference_error_mev=energies.reference_error_mev,
        problems=tuple(problem for _, problem in made),
    )


def _per_temperature(
    gap: FloatArray, rows: np.ndarray, temperatures: FloatArray, energies: EnergySettings
) -> FloatArray:
    """Return the gap of each temperature, from the table or given in the settings."""
    result = np.array([np.mean(gap[rows == t]) for t in range(len(temperatures))])
    result, _ = take_given(result, np.zeros(result.size), temperatures, energies.given_reference)
    if np.isnan(result).any():
        missing = temperatures[np.isnan(result)][0]
        raise InputError(
            f"the responses at {missing:.0f} K have no gap_mev. Add the column gap_mev to the table, or give the "
            "reference energy in the settings."
        )
    return result


def _detunings(tables: list[Table], data: dict[str, FloatArray], energies: EnergySettings) -> FloatArray:
    """Return ΔE as given, else from excitation and gap.

    Raises
    ------
    InputError
        Where neither is there.
    """
    photon = energy_from_wavelength(data["excitation_nm"], medium=energies.medium)
    detuning: FloatArray = np.where(np.isnan(data["detuning_mev"]), data["gap_mev"] - photon, data["detuning_mev"])
    if np.isnan(detuning).any():
        row = int(np.flatnonzero(np.isnan(detuning))[0])
        raise InputError(
            f"{tables[0].where}, row {row + 1}: ΔE is unknown. Add detuning_mev, or excitation_nm and gap_mev."
        )
    return detuning


def fit_from_table(experiment: Experiment, grouping: GroupingSettings, energies: EnergySettings) -> EfficiencyFit:
    """Take η from tables of kind ``efficiency``.

    Columns: temperature_k, eta, eta_error, and either detuning_mev or excitation_nm with gap_mev; optional
    detuning_mev_error and quantum_yield.

    Raises
    ------
    InputError
        When a column is missing, or an error is not positive.
    """
    data = _eta_columns([table for table in experiment.tables if table.kind == "efficiency"], energies)
    temperatures, rows = _rows(data["temperature_k"], grouping)
    members = [np.flatnonzero(rows == t) for t in range(len(temperatures))]
    places = _arrange([[m[np.argsort(data["detuning_mev"][m])] for m in members]])
    at = {name: np.where(places.valid, column[places.index], np.nan) for name, column in data.items()}
    n, width = places.valid.shape
    variance = np.eye(width) * np.nan_to_num(at["eta_error"] ** 2)[:, None, :]
    return EfficiencyFit(
        temperatures_k=temperatures,
        quantum_yield=np.array([np.mean(data["quantum_yield"][m]) for m in members]),
        is_shared=False,
        **_no_stokes_line(n),
        detuning_mev=at["detuning_mev"],
        detuning_error_mev=np.nan_to_num(at["detuning_mev_error"]),
        reference_error_mev=np.full(n, energies.reference_error_mev),
        common_reference_error_mev=energies.reference_error_mev,
        excitation_nm=wavelength_from_energy(at["gap_mev"] - at["detuning_mev"]),
        eta=at["eta"],
        eta_error=at["eta_error"],
        eta_covariance=variance,
        eta_low=at["eta"] - at["eta_error"],
        eta_high=at["eta"] + at["eta_error"],
        ratio_slope_per_mev=np.full((n, width), np.nan),
        numerator=np.nan_to_num(at["eta"]),
        denominator=np.ones((n, width)),
        covariance=np.pad(variance, ((0, 0), (0, width), (0, width))),
        shared_sensitivity=np.zeros((n, 2 * width)),
        own_sensitivity=np.zeros((n, 2 * width)),
        valid=places.valid,
        fitted=places.valid,
        truncation=np.where(places.valid, 1.0, 0.0),
        flag_table=_flags(at["eta"]),
        keys=places.keys,
    )


def _eta_columns(tables: list[Table], energies: EnergySettings) -> dict[str, FloatArray]:
    """Return the columns of η tables, with ΔE found and the errors checked."""
    wanted: dict[str, float | None] = dict.fromkeys(("temperature_k", "eta", "eta_error"))
    optional = dict.fromkeys(("detuning_mev", "excitation_nm", "quantum_yield", "gap_mev"), np.nan)
    data = _columns(tables, wanted | optional | {"detuning_mev_error": 0.0})
    data["detuning_mev"] = _detunings(tables, data, energies)
    wrong = ~(data["eta_error"] > 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"{tables[0].where}, row {row + 1}: eta_error is {data['eta_error'][row]:g}; it must be positive. "
            "Give one standard error of each η."
        )
    return data


def _no_stokes_line(n: int) -> dict[str, Any]:
    """Return the fields of a fit that a table of η says nothing about."""
    unknown, points = np.full(n, np.nan), np.full((n, 0), np.nan)
    return {
        **dict.fromkeys(("quantum_yield_error", "quantum_yield_low", "quantum_yield_high"), unknown),
        **dict.fromkeys(("slope", "intercept_mev", "chi2"), unknown),
        "line_covariance": np.full((n, 2, 2), np.nan),
        "dof": np.zeros(n, dtype=int),
        **dict.fromkeys(("stokes_mev", "stokes_ratio", "stokes_ratio_error"), points),
        "stokes_keys": tuple(() for _ in range(n)),
    }


def _flags(eta: FloatArray) -> np.ndarray:
    flags = np.zeros((*eta.shape, len(FLAGS)), dtype=bool)
    flags[..., FLAGS.index("eta_above_1")] = np.nan_to_num(eta) > 1.0
    flags[..., FLAGS.index("eta_below_0")] = np.nan_to_num(eta) < 0.0
    return flags
