"""Enter the chain half-way: published responses (I, PA) or a published table of η."""

import numpy as np

from asplab.core.efficiency import FLAGS, EfficiencyFit
from asplab.core.energies import take_given
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment, Table
from asplab.core.grouping import cluster, nearest
from asplab.core.responses import Responses
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


def responses_from_tables(experiment: Experiment, grouping: GroupingSettings, energies: EnergySettings) -> Responses:
    """Build responses from tables of kind ``responses``; their errors are taken as independent.

    Columns: temperature_k, excitation_nm, intensity, intensity_error, pa, pa_error, gap_mev (reference of ΔE);
    optional is_stokes (1 above the gap, 0 below; without it the gap decides) and mean_photon_mev.

    Raises
    ------
    InputError
        When a column is missing.
    """
    tables = [table for table in experiment.tables if table.kind == "responses"]
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
    order = [np.flatnonzero((rows == t) & (stokes == side)) for t in range(len(temperatures)) for side in (True, False)]
    widths = [max(len(o) for o in order[side::2]) for side in (0, 1)]
    index = np.zeros((len(temperatures), sum(widths)), dtype=int)
    valid = np.zeros(index.shape, dtype=bool)
    for t in range(len(temperatures)):
        for side, begin in ((0, 0), (1, widths[0])):
            members = order[2 * t + side]
            index[t, begin : begin + len(members)] = members
            valid[t, begin : begin + len(members)] = True
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
        n_stokes=widths[0],
        truncation=np.where(valid, 1.0, 0.0),
        keys=tuple(
            tuple(f"row {k + 1}" if ok else "" for k, ok in zip(*p, strict=True))
            for p in zip(index, valid, strict=True)
        ),
        drift=np.zeros((len(temperatures), 3)),
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
    tables = [table for table in experiment.tables if table.kind == "efficiency"]
    wanted: dict[str, float | None] = dict.fromkeys(("temperature_k", "eta", "eta_error"))
    optional = dict.fromkeys(("detuning_mev", "excitation_nm", "quantum_yield", "gap_mev"), np.nan)
    data = _columns(tables, wanted | optional | {"detuning_mev_error": 0.0})
    data["detuning_mev"] = _detunings(tables, data, energies)
    if np.any(~(data["eta_error"] > 0)):
        row = int(np.flatnonzero(~(data["eta_error"] > 0))[0])
        raise InputError(
            f"{tables[0].where}, row {row + 1}: eta_error is {data['eta_error'][row]:g}; it must be positive. "
            "Give one standard error of each η."
        )
    temperatures, rows = _rows(data["temperature_k"], grouping)
    members = [np.flatnonzero(rows == t) for t in range(len(temperatures))]
    width = max(len(m) for m in members)
    index, valid = np.zeros((len(members), width), dtype=int), np.zeros((len(members), width), dtype=bool)
    for t, m in enumerate(members):
        index[t, : len(m)], valid[t, : len(m)] = m[np.argsort(data["detuning_mev"][m])], True

    def place(name: str) -> FloatArray:
        return np.where(valid, data[name][index], np.nan)

    eta, error = place("eta"), place("eta_error")
    variance = np.eye(width) * np.nan_to_num(error**2)[:, None, :]
    covariance = np.zeros((len(members), 2 * width, 2 * width))
    covariance[:, :width, :width] = variance
    per_t, points = np.full(len(members), np.nan), np.full((len(members), 0), np.nan)
    flags = np.zeros((*eta.shape, len(FLAGS)), dtype=bool)
    flags[..., FLAGS.index("eta_above_1")] = np.nan_to_num(eta) > 1.0
    flags[..., FLAGS.index("eta_below_0")] = np.nan_to_num(eta) < 0.0
    return EfficiencyFit(
        temperatures_k=temperatures,
        quantum_yield=np.array([np.mean(data["quantum_yield"][m]) for m in members]),
        quantum_yield_error=per_t,
        quantum_yield_low=per_t,
        quantum_yield_high=per_t,
        is_shared=False,
        slope=per_t,
        intercept_mev=per_t,
        line_covariance=np.full((len(members), 2, 2), np.nan),
        chi2=per_t,
        dof=np.zeros(len(members), dtype=int),
        stokes_mev=points,
        stokes_ratio=points,
        stokes_ratio_error=points,
        detuning_mev=place("detuning_mev"),
        detuning_error_mev=np.nan_to_num(place("detuning_mev_error")),
        reference_error_mev=np.full(len(members), energies.reference_error_mev),
        excitation_nm=wavelength_from_energy(place("gap_mev") - place("detuning_mev")),
        eta=eta,
        eta_error=error,
        eta_covariance=variance,
        eta_low=eta - error,
        eta_high=eta + error,
        ratio_slope_per_mev=np.full(eta.shape, np.nan),
        numerator=np.where(valid, data["eta"][index], 0.0),
        denominator=np.ones(eta.shape),
        covariance=covariance,
        shared_sensitivity=np.zeros((len(members), 2 * width)),
        valid=valid,
        fitted=valid,
        truncation=np.where(valid, 1.0, 0.0),
        flag_table=flags,
        keys=tuple(
            tuple(f"row {k + 1}" if ok else "" for k, ok in zip(*p, strict=True))
            for p in zip(index, valid, strict=True)
        ),
        stokes_keys=tuple(() for _ in members),
    )
